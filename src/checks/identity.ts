import type { ClientName } from '../access/types.ts';
import { isSidecar } from '../resources/pod-sidecars.ts';
import type { ContainerFact, ExternalSecretFact, ParameterFact, PolicyFact, RepositoryFacts, StatementFact, WorkloadFact } from './facts.ts';

/** The policies that act together: all that are attached to one principal, or one policy that is attached to none. */
export interface Grant {
  readonly principal: string | undefined;
  readonly policies: readonly PolicyFact[];
  readonly statements: readonly StatementFact[];
}

/** Identity policies grouped by who holds them. */
export function grants(facts: RepositoryFacts): readonly Grant[] {
  const identity = facts.policies.filter((policy) => policy.kind !== 'trust');
  const principals = [...new Set(identity.flatMap((policy) => policy.attachedTo.map((address) => `${policy.target} ${address}`)))];
  const held = principals.map((key) => {
    const policies = identity.filter((policy) => policy.attachedTo.some((address) => `${policy.target} ${address}` === key));
    return { principal: key.slice(key.indexOf(' ') + 1), policies, statements: policies.flatMap((policy) => policy.statements) };
  });
  const loose = identity.filter((policy) => policy.attachedTo.length === 0).map((policy) => ({ principal: undefined, policies: [policy], statements: policy.statements }));
  return [...held, ...loose];
}

/** Variables that carry a key pair. */
export const keyVariables: ReadonlySet<string> = new Set(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'LLM_AWS_ACCESS_KEY_ID', 'LLM_AWS_SECRET_ACCESS_KEY', 'AWS_BEARER_TOKEN_BEDROCK']);
/** Variables that some client reads the Bedrock region from. */
export const regionVariables: readonly string[] = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_REGION_NAME', 'LLM_AWS_REGION_NAME'];
/** Variables that name a model, to a client or by the seed's habit. */
export const modelVariables: ReadonlySet<string> = new Set(['BEDROCK_MODEL_ID', 'LLM_MODEL', 'ANTHROPIC_MODEL', 'ANTHROPIC_DEFAULT_HAIKU_MODEL', 'ANTHROPIC_DEFAULT_SONNET_MODEL', 'ANTHROPIC_DEFAULT_OPUS_MODEL', 'MODEL_ID', 'AWS_BEDROCK_MODEL_ID']);

/** The model that a variable's value names, without LiteLLM's route (`bedrock/`, `bedrock/converse/`); undefined for models of other providers. */
export function namedModel(variable: string, value: string | undefined): string | undefined {
  if (value === undefined || !modelVariables.has(variable)) return undefined;
  const routed = /^bedrock\/(?:converse\/|invoke\/)?(.+)$/.exec(value);
  if (routed) return routed[1];
  return variable === 'LLM_MODEL' ? undefined : /^(?:[a-z-]+\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai)\.[\w.:-]+$/.test(value) || value.startsWith('arn:aws') ? value : undefined;
}

export interface ContainerUse {
  readonly workload: WorkloadFact;
  readonly container: ContainerFact;
}

export function containersOf(facts: RepositoryFacts): readonly ContainerUse[] {
  return facts.workloads.flatMap((workload) => workload.containers.map((container) => ({ workload, container })));
}

/** A container of which something says that it calls Bedrock: a model of Bedrock in its environment, or a declared access. */
export function callsBedrock({ workload, container }: ContainerUse, facts: RepositoryFacts): boolean {
  if (container.environment.some(({ name, value }) => namedModel(name, value) !== undefined || name === 'CLAUDE_CODE_USE_BEDROCK' || name === 'AWS_BEARER_TOKEN_BEDROCK')) return true;
  return accessWorkload({ workload, container }, facts) !== undefined;
}

/** What a declared access says of the container. */
export function accessWorkload({ workload, container }: ContainerUse, facts: RepositoryFacts): { readonly access: RepositoryFacts['accesses'][number]['access']; readonly client: ClientName } | undefined {
  // Of the mode of credentials, and no client.
  if (isSidecar(container.name)) return undefined;
  for (const { access } of facts.accesses) {
    if (workload.namespace !== undefined && access.metadata.namespace !== workload.namespace) continue;
    const declared = access.spec.workloads.find(({ kind, name, containers }) => kind === workload.kind && name === workload.name && (containers === undefined || containers.includes(container.name)));
    if (declared) return { access, client: declared.client };
  }
  return undefined;
}

/** The values of region variables that a container has. */
export function regionsIn(container: ContainerFact): readonly ContainerFact['environment'][number][] {
  return container.environment.filter(({ name, value }) => value !== undefined && regionVariables.includes(name));
}

/** The ExternalSecrets from which a container takes its key pair. */
export function keySecrets({ workload, container }: ContainerUse, facts: RepositoryFacts): readonly ExternalSecretFact[] {
  const named = new Set(container.environment.flatMap(({ name, from }) => (keyVariables.has(name) && from?.kind === 'Secret' ? [from.name] : [])));
  const whole = new Set(container.environmentFrom.filter(({ kind }) => kind === 'Secret').map(({ name }) => name));
  return facts.externalSecrets.filter((secret) => (named.has(secret.target) || (whole.has(secret.target) && secret.keys.some(({ secretKey }) => keyVariables.has(secretKey)))) && (secret.namespace === undefined || workload.namespace === undefined || secret.namespace === workload.namespace));
}

/** The grant of the IAM user whose key a container holds, followed through Secret, parameter and access key. */
export function grantOf(use: ContainerUse, facts: RepositoryFacts): Grant | undefined {
  const parameters = keySecrets(use, facts).flatMap((secret) => secret.keys.flatMap(({ remoteKey }) => facts.parameters.filter((parameter) => parameter.name.known && parameter.name.text === remoteKey)));
  const users = parameters.flatMap((parameter) => userOf(parameter, facts) ?? []);
  const [user] = users;
  return user === undefined ? undefined : grants(facts).find(({ principal }) => principal === user);
}

/** The user whose access key a parameter holds. */
export function userOf(parameter: ParameterFact, facts: RepositoryFacts): string | undefined {
  const reference = parameter.valueReference;
  if (reference === undefined) return undefined;
  return facts.accessKeys.find((key) => reference.startsWith(`${key.address}.`))?.user;
}
