/** Trust in the tokens of a cluster's ServiceAccounts as the repositories write it, and who in the manifests calls as such a role. */
import type { Place } from '../finding.ts';
import { conditionHolds } from '../policy/evaluator/condition.ts';
import { PreparedRequest } from '../policy/evaluator/prepared-request.ts';
import type { PolicyFact, RepositoryFacts, StatementFact, Text } from './facts.ts';

export type Condition = StatementFact['conditions'][number];

/** One statement by which tokens of an issuer may take a role. */
export interface IssuerTrust {
  readonly policy: PolicyFact;
  readonly statement: StatementFact;
  readonly provider: Text;
  /** Conditions on `…:sub`, and on `…:aud`. */
  readonly subjects: readonly Condition[];
  readonly audiences: readonly Condition[];
}

export function issuerTrusts(policy: PolicyFact): readonly IssuerTrust[] {
  if (policy.kind !== 'trust') return [];
  return policy.statements
    .filter(({ effect, actions }) => effect === 'Allow' && actions.some(({ text }) => /^sts:(AssumeRoleWithWebIdentity|\*)$/i.test(text) || text === '*'))
    .flatMap((statement) => {
      const on = (key: string): readonly Condition[] => statement.conditions.filter((condition) => condition.key.toLowerCase().endsWith(`:${key}`));
      return statement.principals
        .filter(({ type, identifier }) => type === 'Federated' && !identifier.text.includes(':saml-provider/'))
        .map(({ identifier }) => ({ policy, statement, provider: identifier, subjects: on('sub'), audiences: on('aud') }));
    });
}

/** Does a condition let a value through, by the evaluator's judgement? Undefined where its values are not all known. */
export function lets({ operator, key, values }: Condition, value: string): boolean | undefined {
  const request = new PreparedRequest({ principal: '', action: 'sts:AssumeRoleWithWebIdentity', resource: '', context: { [key]: value } });
  const holds = (texts: readonly Text[]): boolean => conditionHolds({ operatorName: operator, key, values: texts.map(({ text }) => text) }, request, true);
  const known = values.filter((one) => one.known);
  if (known.length === values.length) return holds(values);
  // One value that matches is enough, unless the operator is a negated one, which holds where no value matches.
  return holds(known) && !holds([]) ? true : undefined;
}

/** A pod or ServiceAccount that calls as a role. */
export interface RoleUse {
  /** `ServiceAccount openhands/openhands`, `Deployment openhands/openhands` */
  readonly who: string;
  /** Name of the role, without its path. */
  readonly role: string;
  readonly serviceAccount: string;
  /** Undefined where no file says it. */
  readonly namespace?: string;
  /** Audiences of the tokens that its pods have; empty where the files do not tell. */
  readonly audiences: readonly { readonly audience: string; readonly place: Place }[];
  readonly place: Place;
}

/**
 * By the annotation that EKS's webhook reads (EKS user guide, "Assign IAM roles to Kubernetes service accounts"), and by the
 * two variables that AWS SDKs read, as values or from a ConfigMap.
 */
export function roleUses(facts: RepositoryFacts): readonly RoleUse[] {
  const byAnnotation = facts.serviceAccounts.flatMap(({ name, namespace, role, audience }): readonly RoleUse[] => {
    const named = role === undefined ? undefined : roleIn(role.text);
    if (role === undefined || named === undefined) return [];
    return [{ who: `ServiceAccount ${shown(namespace, name)}`, role: named, serviceAccount: name, ...(namespace === undefined ? {} : { namespace }), audiences: audience === undefined ? [] : [audience], place: role.place }];
  });
  const byVariable = facts.workloads.flatMap(({ kind, name, namespace, serviceAccount = 'default', containers, tokens }) =>
    containers.flatMap(({ environment }): readonly RoleUse[] => {
      const variable = environment.find((entry) => entry.name === 'AWS_ROLE_ARN');
      if (variable === undefined || !environment.some((entry) => entry.name === 'AWS_WEB_IDENTITY_TOKEN_FILE')) return [];
      const { from } = variable;
      const source = from === undefined ? undefined : facts.configSources.find((candidate) => candidate.kind === from.kind && candidate.name === from.name && (namespace === undefined || candidate.namespace === undefined || candidate.namespace === namespace));
      const named = roleIn(variable.value ?? (from === undefined ? '' : (source?.values?.[from.key] ?? '')));
      return named === undefined ? [] : [{ who: `${kind} ${shown(namespace, name)}`, role: named, serviceAccount, ...(namespace === undefined ? {} : { namespace }), audiences: tokens, place: variable.valuePlace }];
    }),
  );
  return [...byAnnotation, ...byVariable];
}

/** The trust policy of a role that Terraform makes; undefined where it makes none of that name, or several. */
export function trustOfRole(facts: RepositoryFacts, role: string): PolicyFact | undefined {
  const principals = facts.principals.filter(({ kind, name }) => kind === 'role' && name?.known === true && name.text === role);
  const [only, ...more] = principals.flatMap(({ address, target }) => facts.policies.filter((policy) => policy.kind === 'trust' && policy.target === target && policy.attachedTo.includes(address)));
  return more.length > 0 ? undefined : only;
}

function roleIn(arn: string): string | undefined {
  return /^arn:[^:]+:iam::[^:]*:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
}

function shown(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
