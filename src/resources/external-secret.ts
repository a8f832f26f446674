/**
 * The ExternalSecret that turns the parameters into the workload's Secret, and that Secret. Every field that the operator
 * would default is spelled out, else Argo CD shows a difference for ever. The Secret's annotations say which key and
 * which parameter version it was made of.
 */
import { createHash } from 'node:crypto';
import { keyCredentialsOf } from '../access/credential-mode.ts';
import type { SecretStore } from '../access/types.ts';
import type { Finding } from '../finding.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { currentKey } from './user-key.ts';
import { annotationKeys } from './annotations.ts';
import { operatorProblem, servedExternalSecrets, type ServedStores } from './external-secrets-version.ts';
import { gitOpsKeeper } from './gitops.ts';
import { at, canonicalJson, projected, recordsAt, textAt } from './json.ts';
import type { Field, Hands, Outputs, Reference, ResourceKind, State, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { keyNoun, keySortOf, sortNamed, type KeySort } from './key-sort.ts';
import { ours, ownerLabels, ownerSelector, ownershipByLabels, type Owner } from './owner.ts';
import { parametersOf, recordingParameter, type ParameterRole } from './parameter-names.ts';
import { isReady, readyCondition } from './ready-condition.ts';
import { sessionSecretNames } from './session.ts';
import { storeOf } from './stores/index.ts';
import { objectName, removeObject, replaceWith } from './whole-object.ts';

export interface DesiredExternalSecret {
  readonly namespace: string;
  readonly name: string;
  readonly owner: { readonly namespace: string; readonly name: string };
  readonly store: Pick<SecretStore, 'kind' | 'name'>;
  readonly storeName: Reference;
  readonly parameters: readonly { readonly role: ParameterRole; readonly name: string; readonly written: Reference }[];
  readonly mode: KeySort['mode'];
  readonly keyId: Field;
  readonly parameterVersion: Field;
}

export interface ObservedExternalSecret {
  readonly served: ServedStores;
  readonly externalSecret?: KubernetesObject;
  readonly secret?: KubernetesObject;
}

export const externalSecret: ResourceKind<DesiredExternalSecret, ObservedExternalSecret> = {
  kind: 'external-secret',
  where: 'kubernetes',

  desired({ access }) {
    const { namespace, name: accessName } = access.metadata;
    const name = access.spec.names.secret;
    const store = keyCredentialsOf(access.spec.credentials)?.secretStore;
    const sort = keySortOf(access);
    if (store === undefined || sort === undefined) return [];
    return [
      {
        kind: 'external-secret',
        key: 'secret',
        name,
        nameField: 'spec.names.secret',
        desired: {
          namespace,
          name,
          owner: { namespace, name: accessName },
          store: { kind: store.kind, name: store.name },
          storeName: reference('secret-store', 'store', 'name'),
          parameters: parametersOf(access).map((parameter) => ({ role: parameter.role, name: parameter.name, written: reference(storeOf(parameter).kind, parameter.role, 'version') })),
          mode: sort.mode,
          keyId: currentKey(sort).id,
          parameterVersion: reference(storeOf(store).kind, recordingParameter(access).role, 'version'),
        },
        ...(access.spec.managedBy.cluster === 'manifests' ? { required: true } : {}),
      },
    ];
  },
  identity: ({ desired }) => `${desired.namespace}/${desired.name}`,

  async observe({ desired }, readings) {
    const { namespace, name } = desired;
    const [served, secret] = await Promise.all([servedExternalSecrets(readings, 'ExternalSecret'), readings.object({ apiVersion: 'v1', kind: 'Secret', namespace, name })]);
    const object = 'apiVersion' in served ? await readings.object({ apiVersion: served.apiVersion, kind: 'ExternalSecret', namespace, name }) : undefined;
    return { served, ...(object === undefined ? {} : { externalSecret: object }), ...(secret === undefined ? {} : { secret }) };
  },
  async strays(where, readings) {
    const served = await servedExternalSecrets(readings, 'ExternalSecret');
    const options = { namespace: where.owner.namespace, labelSelector: ownerSelector(where.owner) };
    const found = await Promise.all([
      'apiVersion' in served ? readings.objects(served.apiVersion, 'ExternalSecret', options) : [],
      readings.objects('v1', 'Secret', options),
    ]);
    // Those of a session are made by no operator: `session-secret.ts`.
    const sessions = Object.values(sessionSecretNames(where.owner.name)).map((name) => `${where.owner.namespace}/${name}`);
    const names = [...new Set(found.flat().map(objectName))].filter((name) => !where.accounted.has(name) && !sessions.includes(name));
    return names.map((name): Stray<ObservedExternalSecret> => {
      const [object, secret] = found.map((objects) => objects.find((candidate) => objectName(candidate) === name));
      return {
        name: name.split('/')[1] ?? name,
        observed: { served, ...(object === undefined ? {} : { externalSecret: object }), ...(secret === undefined ? {} : { secret }) },
        reason: 'not in the declaration any more',
      };
    });
  },
  // A Secret of ours that lost its ExternalSecret still has to go.
  present: (observed) => observed.externalSecret !== undefined || isOurSecret(observed),
  ownership(observed, owner) {
    const object = observed.externalSecret ?? observed.secret;
    return object === undefined ? ours : ownershipByLabels(object, owner);
  },

  expected(desired, resolve) {
    const keyId = resolve(desired.keyId);
    const version = resolve(desired.parameterVersion);
    return {
      ExternalSecret: 'in place',
      'key id': keyId,
      'parameter version': version,
      ...specLines(specOf(desired, keyId ?? '', version ?? '')),
    };
  },
  found({ externalSecret: object }) {
    if (object === undefined) return { ExternalSecret: '' };
    const annotations = at(object, 'spec', 'target', 'template', 'metadata', 'annotations');
    const shape = specShape(at(object, 'spec'));
    return {
      ExternalSecret: 'in place',
      'key id': textAt(annotations, annotationKeys.accessKeyId) ?? '',
      'parameter version': textAt(annotations, annotationKeys.parameterVersion) ?? '',
      ...specLines(projected(at(object, 'spec'), shape)),
    };
  },
  problems(resource, observed, owner) {
    if (observed === undefined) return [];
    const problem = operatorProblem(observed.served, `ExternalSecret ${resource.name}`);
    if (problem !== undefined) return [problem];
    return observed.externalSecret === undefined && observed.secret !== undefined && ownershipByLabels(observed.secret, owner).by !== 'us'
      ? [secretTaken(resource.name, owner)]
      : [];
  },

  keptBy: ({ externalSecret }) => (externalSecret === undefined ? undefined : gitOpsKeeper(externalSecret)),

  foreseen: (desired) => ({ name: desired.name }),
  outputs: (observed): Readonly<Record<string, string>> => {
    const name = (observed.externalSecret ?? observed.secret)?.metadata.name ?? '';
    const keyId = textAt(observed.secret?.metadata.annotations, annotationKeys.accessKeyId);
    return { name, ...(keyId === undefined ? {} : { keyId }) };
  },

  async create(desired, hands) {
    const served = await servedExternalSecrets(hands.readings, 'ExternalSecret');
    if (!('apiVersion' in served)) throw new TypeError('planned without External Secrets Operator');
    const { namespace, name } = desired;
    const spec = specOf(desired, hands.value(desired.keyId), hands.value(desired.parameterVersion));
    await hands.kubernetes.create({ apiVersion: served.apiVersion, kind: 'ExternalSecret', metadata: { namespace, name, labels: ownerLabels(hands.owner) }, spec });
    return outputsOf(desired, hands);
  },
  async update(desired, observed, _differences, hands) {
    if (observed.externalSecret === undefined) return externalSecret.create(desired, hands);
    await replaceWith(observed.externalSecret, { spec: specOf(desired, hands.value(desired.keyId), hands.value(desired.parameterVersion)) }, hands);
    return outputsOf(desired, hands);
  },
  async remove(observed, hands) {
    const object = observed.externalSecret;
    if (object !== undefined) {
      await removeObject(object, hands);
      await untilGone(object, hands);
    }
    const secret = observed.secret ?? (await secretOf(object, hands));
    // The operator's owner reference would have it collected in time; a credential does not wait for that.
    if (secret !== undefined && (isOwnedBy(secret, object) || ownershipByLabels(secret, hands.owner).by === 'us')) await removeObject(secret, hands);
  },

  async settle(desired, hands) {
    const served = await servedExternalSecrets(hands.readings, 'ExternalSecret');
    if (!('apiVersion' in served)) return undefined;
    const { namespace, name } = desired;
    const [object, secret] = await Promise.all([
      hands.kubernetes.get({ apiVersion: served.apiVersion, kind: 'ExternalSecret', namespace, name }),
      hands.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name }),
    ]);
    if (!isReady(object)) {
      const { reason, message } = readyCondition(object);
      return `ExternalSecret ${namespace}/${name} to be Ready${reason === undefined ? '' : ` (${reason}: ${message ?? ''})`}`;
    }
    const annotations = secret?.metadata.annotations ?? {};
    const held = annotations[annotationKeys.accessKeyId] === hands.value(desired.keyId) && annotations[annotationKeys.parameterVersion] === hands.value(desired.parameterVersion);
    return held ? undefined : `Secret ${namespace}/${name} to hold ${keyNoun(hands.value(desired.keyId))} ${hands.value(desired.keyId)}`;
  },
  patience: {
    seconds: 180,
    id: 'external-secret-not-ready',
    cause: 'External Secrets Operator has not made the Secret of the new parameter version. Mostly its identity may not read the parameter, or the operator does not run.',
    remedy: 'Look at the condition: kubectl describe externalsecret. Then run the same command again.',
  },
  // The operator would read a key that AWS does not know yet, or a parameter that is not written.
  afterSettled: true,

  permissions: [],
  clusterRules: [
    { apiGroups: ['external-secrets.io'], resources: ['externalsecrets'], verbs: ['get', 'list', 'create', 'update', 'delete'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'delete'] },
  ],
  repeatable: [],
};

function outputsOf(desired: DesiredExternalSecret, hands: Hands): Outputs {
  return { name: desired.name, keyId: hands.value(desired.keyId) };
}

/** https://external-secrets.io/latest/api/spec: the same fields in v1 and v1beta1. */
function specOf(desired: DesiredExternalSecret, keyId: string, parameterVersion: string): Readonly<Record<string, unknown>> {
  const remote = (key: string, property?: string): Readonly<Record<string, string>> => ({
    conversionStrategy: 'Default',
    decodingStrategy: 'None',
    key,
    metadataPolicy: 'None',
    ...(property === undefined ? {} : { property }),
  });
  const nameOf = (role: ParameterRole): string => desired.parameters.find((parameter) => parameter.role === role)?.name ?? '';
  const { id, secret } = sortNamed(desired.mode).fields;
  const single = desired.parameters.some(({ role }) => role === 'credentials');
  return {
    // In Go's long form: the operator writes its objects back so, and `1h` would show as a difference for ever.
    refreshInterval: '1h0m0s',
    secretStoreRef: { kind: desired.store.kind, name: desired.store.name },
    target: {
      name: desired.name,
      creationPolicy: 'Owner',
      deletionPolicy: 'Retain',
      template: {
        engineVersion: 'v2',
        mergePolicy: 'Replace',
        metadata: {
          annotations: { [annotationKeys.accessKeyId]: keyId, [annotationKeys.parameterVersion]: parameterVersion },
          labels: ownerLabels({ ...desired.owner, cluster: '' }),
        },
      },
    },
    data: single
      ? [
          { secretKey: id, remoteRef: remote(nameOf('credentials'), id) },
          { secretKey: secret, remoteRef: remote(nameOf('credentials'), secret) },
        ]
      : [
          { secretKey: id, remoteRef: remote(nameOf('access-key-id')) },
          { secretKey: secret, remoteRef: remote(nameOf('secret-access-key')) },
        ],
  };
}

/** Fields that the operator adds by itself in later versions fall away before comparing. */
function specShape(actual: unknown): unknown {
  const remoteRef = { conversionStrategy: '', decodingStrategy: '', key: '', metadataPolicy: '', property: '', version: '' };
  const entries = at(actual, 'data');
  return {
    refreshInterval: '',
    secretStoreRef: { kind: '', name: '' },
    target: { name: '', creationPolicy: '', deletionPolicy: '', template: { engineVersion: '', mergePolicy: '', metadata: true, data: true, templateFrom: true, type: '' } },
    data: Array.isArray(entries) ? entries.map(() => ({ secretKey: '', remoteRef })) : [],
    dataFrom: true,
  };
}

/** What a person reads on lines of its own, and the rest as a digest. The annotations are compared by themselves. */
function specLines(spec: unknown): State {
  const rest: unknown = JSON.parse(JSON.stringify(spec ?? null, (name, value: unknown) => (name === 'annotations' ? undefined : value)));
  const lines = recordsAt(spec, 'data').map((entry) => {
    const property = textAt(entry, 'remoteRef', 'property');
    return [textAt(entry, 'secretKey') ?? '', `parameter ${textAt(entry, 'remoteRef', 'key') ?? ''}${property === undefined ? '' : `, ${property}`}`] as const;
  });
  return {
    store: `${textAt(spec, 'secretStoreRef', 'kind') ?? ''} ${textAt(spec, 'secretStoreRef', 'name') ?? ''}`,
    ...Object.fromEntries(lines),
    'digest of the spec': createHash('sha256').update(canonicalJson(rest)).digest('hex').slice(0, 16),
  };
}

function isOurSecret(observed: ObservedExternalSecret): boolean {
  const labels = observed.secret?.metadata.labels ?? {};
  return Object.keys(ownerLabels({ cluster: '', namespace: '', name: '' })).every((label) => labels[label] !== undefined);
}

function isOwnedBy(secret: KubernetesObject, owner: KubernetesObject | undefined): boolean {
  return owner !== undefined && (secret.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}

async function secretOf(object: KubernetesObject | undefined, hands: Hands): Promise<KubernetesObject | undefined> {
  const { namespace, name } = object?.metadata ?? {};
  if (namespace === undefined || name === undefined) return undefined;
  return hands.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
}

/** A finalizer of the operator may hold it for a moment; while it is there the Secret would be made again. */
async function untilGone(object: KubernetesObject, hands: Hands): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const still = await hands.kubernetes.get({ apiVersion, kind, name: metadata.name ?? '', ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) });
    if (still === undefined || still.metadata.uid !== metadata.uid) return;
    await hands.clock.sleep(250 * 1.3 ** attempt);
  }
}

function secretTaken(name: string, owner: Owner): Finding {
  return {
    id: 'name-taken',
    severity: 'error',
    message: `a Secret ${owner.namespace}/${name} exists that is not made by this access`,
    cause: 'External Secrets Operator would refuse to write into it, or would write over what it holds.',
    remedy: `Choose another spec.names.secret (for example ${owner.name}-bedrock-credentials), or remove that Secret if nothing reads it.`,
    place: { field: 'spec.names.secret', resource: `Secret ${owner.namespace}/${name}` },
  };
}
