import { keyMode } from '../../access/credential-mode.ts';
import type { DeliveryFacts, Pair, ReadyState } from '../../checks/live/facts.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import { servedExternalSecrets } from '../../resources/external-secrets-version.ts';
import { at, textAt } from '../../resources/json.ts';
import { keySortOf, sortNamed } from '../../resources/key-sort.ts';
import { podRoleOf } from '../../resources/pod-role.ts';
import { readyCondition } from '../../resources/ready-condition.ts';
import { heldApiKey } from '../../resources/session-document.ts';
import { sessionOf } from '../../resources/session.ts';
import { Secret } from '../../secret.ts';
import { readParameterPair } from './gather-parameters.ts';
import type { Inquiry } from './inquiry.ts';

/** How the pair gets from the parameter into the Secret: operator, store, ExternalSecret, Secret. */
export async function gatherDelivery(inquiry: Inquiry): Promise<DeliveryFacts> {
  const { access, readings } = inquiry;
  const { namespace } = access.metadata;
  const name = access.spec.names.secret;
  const { mode, secretStore } = keyMode(access, 'delivery through External Secrets');
  const served = await servedExternalSecrets(readings, 'ExternalSecret');
  const apiVersion = 'apiVersion' in served ? served.apiVersion : undefined;
  const [externalSecret, store, secret, parameter] = await Promise.all([
    apiVersion === undefined ? undefined : readings.object({ apiVersion, kind: 'ExternalSecret', namespace, name }),
    apiVersion === undefined ? undefined : readings.object({ apiVersion, kind: secretStore.kind, name: secretStore.name, ...(secretStore.kind === 'SecretStore' ? { namespace } : {}) }),
    readSecret(inquiry),
    // What cannot be read is the finding of the parameters' own check.
    readParameterPair(inquiry).catch(() => undefined),
  ]);
  return {
    namespace,
    secretName: name,
    fields: sortNamed(mode).fields,
    operator: 'apiVersion' in served ? 'served' : 'absent' in served ? 'absent' : 'too-old',
    store: { kind: secretStore.kind, name: secretStore.name, field: `spec.credentials.${mode}.secretStore`, ...(store === undefined ? {} : { state: readyState(store) }) },
    ...(externalSecret === undefined ? {} : { externalSecret: readyState(externalSecret) }),
    ...(secret === undefined ? {} : { secret }),
    ...(parameter === undefined ? {} : { parameter }),
  };
}

/** The Secret that the variables of the workload come from. */
export function secretNameOf({ access, implied }: Inquiry): string {
  return podRoleOf(access, implied.partition)?.pods.token?.secretName ?? access.spec.names.secret;
}

export interface ReadSecret {
  readonly pair?: Pair;
  readonly keys: readonly string[];
  readonly changedAt: Date;
}

/** The Secret of the access, as fingerprints; undefined when there is none. */
export async function readSecret(inquiry: Inquiry): Promise<ReadSecret | undefined> {
  const { access, readings, hash } = inquiry;
  const object = await readings.object({ apiVersion: 'v1', kind: 'Secret', namespace: access.metadata.namespace, name: secretNameOf(inquiry) });
  if (object === undefined) return undefined;
  const held = heldApiKey(object);
  if (sessionOf(access, inquiry.implied.partition) !== undefined) return { keys: Object.keys(Object(at(object, 'data'))), changedAt: changedAt(object), ...(held === undefined ? {} : { pair: { accessKeyId: held.accessKeyId, fingerprint: hash.fingerprint(held.token) } }) };
  const fields = keySortOf(access)?.fields;
  const [id, half] = fields === undefined ? [] : [secretValue(object, fields.id), secretValue(object, fields.secret)];
  const accessKeyId = id === undefined ? undefined : hash.accessKeyIdIn(id);
  return {
    keys: Object.keys(Object(at(object, 'data'))),
    changedAt: changedAt(object),
    ...(accessKeyId === undefined || half === undefined ? {} : { pair: { accessKeyId, fingerprint: hash.fingerprint(half) } }),
  };
}

/** One value of a Secret object. */
export function secretValue(object: KubernetesObject, key: string): Secret | undefined {
  const encoded = textAt(object, 'data', key);
  return encoded === undefined ? undefined : new Secret(Buffer.from(encoded, 'base64').toString('utf8'));
}

/** The last time that a manager changed its data: `time` of a managedFields entry moves with every value (meta/v1, ManagedFieldsEntry). */
function changedAt({ metadata }: KubernetesObject): Date {
  const times = (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => at(fieldsV1, 'f:data') !== undefined)
    .map(({ time }) => Date.parse(time ?? ''))
    .filter((time) => !Number.isNaN(time));
  return new Date(times.length > 0 ? Math.max(...times) : Date.parse(metadata.creationTimestamp ?? ''));
}

function readyState(object: KubernetesObject): ReadyState {
  const { status, ...why } = readyCondition(object);
  return { ready: status === 'True', ...why };
}
