import type { AwsCredentials } from '../../aws/types.ts';
import { holdsOldKey } from '../../checks/live/pod-older-than-secret.ts';
import { credentialFields } from '../../resources/parameter-names.ts';
import { Secret } from '../../secret.ts';
import type { LiveContainer, LivePods } from './gather-pods.ts';
import type { Inquiry } from './inquiry.ts';
import type { Environment } from './pod-environment.ts';

/** With what a workload would call Bedrock, as its own environment says. */
export interface HeldCredentials {
  /** `container app of pod openhands-…` */
  readonly holder: string;
  readonly credentials: AwsCredentials | ApiKeyHeld;
  /** The region that its environment names, if any. */
  readonly region?: string;
}

/** An API key. The pod holds its id nowhere: it is that of the Secret, where the two are the same. */
export interface ApiKeyHeld {
  readonly accessKeyId: string;
  readonly token: Secret;
}

/** What the pods hold, or why that cannot be known. */
export function heldCredentials({ facts, containers }: LivePods, inquiry: Inquiry): HeldCredentials | { readonly unknown: string } {
  if (containers.length === 0) return { unknown: 'no container of the workload was found' };
  const present = containers.filter((container) => !holdsOldKey(container, facts));
  if (present.length === 0) return { unknown: 'every pod started before the Secret changed, and the key that it holds cannot be read from outside: restart it first' };
  const apiKey = inquiry.access.spec.credentials.apiKey !== undefined;
  const found = present.map((container) => (apiKey ? tokenHeldBy(container, facts, inquiry) : heldBy(container, inquiry))).find((held) => held !== undefined);
  return found ?? { unknown: `the environment of the pods does not hold ${apiKey ? 'an API key' : 'a key pair'}` };
}

function heldBy(container: LiveContainer, { hash }: Inquiry): HeldCredentials | undefined {
  const { environment, workload } = container;
  // AWS_ACCESS_KEY_ID and its like first, then the names that the client has of its own.
  const names = (key: string): readonly string[] => [key, ...workload.variables.filter((variable) => variable.in === 'secret' && variable.key === key).map(({ name }) => name)];
  const id = first(names(credentialFields.accessKeyId), environment);
  const half = first(names(credentialFields.secretAccessKey), environment);
  const accessKeyId = id === undefined ? undefined : hash.accessKeyIdIn(id);
  if (accessKeyId === undefined || half === undefined) return undefined;
  const sessionToken = first(['AWS_SESSION_TOKEN'], environment);
  return { ...whereHeld(container), credentials: { accessKeyId, secretAccessKey: half, ...(sessionToken === undefined ? {} : { sessionToken }) } };
}

function tokenHeldBy(container: LiveContainer, { secretPair }: LivePods['facts'], { hash }: Inquiry): HeldCredentials | undefined {
  const token = first(container.workload.variables.filter(({ key }) => key === credentialFields.apiKey).map(({ name }) => name), container.environment);
  if (token === undefined) return undefined;
  const known = secretPair !== undefined && secretPair.fingerprint === hash.fingerprint(token) ? secretPair.accessKeyId : 'unknown';
  return { ...whereHeld(container), credentials: { accessKeyId: known, token } };
}

function whereHeld({ name, pod, startedAt, environment }: LiveContainer): Pick<HeldCredentials, 'holder' | 'region'> {
  const region = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_REGION_NAME', 'LLM_AWS_REGION_NAME'].map((variable) => environment.get(variable)).find((variable) => variable !== undefined && 'value' in variable && variable.value !== '');
  return { holder: `container ${name} of ${startedAt === undefined ? '' : 'pod '}${pod}`, ...(region !== undefined && 'value' in region ? { region: region.value } : {}) };
}

function first(names: readonly string[], environment: Environment): Secret | undefined {
  for (const name of names) {
    const variable = environment.get(name);
    if (variable === undefined) continue;
    if ('secret' in variable) return variable.secret;
    if ('value' in variable && variable.value !== '') return new Secret(variable.value);
  }
  return undefined;
}
