/**
 * The store that External Secrets Operator reads the parameters through. Usually the platform's: then it must be there,
 * Ready, and speak to the service and region that the access names. Made only with `secretStore.create`.
 */
import { keyCredentialsOf } from '../access/credential-mode.ts';
import type { SecretStore } from '../access/types.ts';
import type { Finding } from '../finding.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { operatorProblem, servedExternalSecrets, type ServedStores } from './external-secrets-version.ts';
import { gitOpsKeeper } from './gitops.ts';
import { at, textAt } from './json.ts';
import type { ResourceKind, State, Stray } from './kind.ts';
import { ours, ownerLabels, ownerSelector, ownershipByLabels } from './owner.ts';
import type { Readings } from './readings.ts';
import { isReady, readyCondition } from './ready-condition.ts';
import { removeObject, replaceWith } from './whole-object.ts';

export interface DesiredStore {
  readonly store: SecretStore;
  /** Where the declaration names it. */
  readonly field: string;
  /** Undefined for a ClusterSecretStore. */
  readonly namespace?: string;
}

export interface ObservedStore {
  readonly served: ServedStores;
  readonly object?: KubernetesObject;
}

export const secretStore: ResourceKind<DesiredStore, ObservedStore> = {
  kind: 'secret-store',
  where: 'kubernetes',

  desired({ access }) {
    const { mode, secretStore: store } = keyCredentialsOf(access.spec.credentials) ?? {};
    if (store === undefined || mode === undefined) return [];
    return [
      {
        kind: 'secret-store',
        key: 'store',
        name: store.name,
        nameField: `spec.credentials.${mode}.secretStore.name`,
        desired: { store, field: `spec.credentials.${mode}.secretStore`, ...(store.kind === 'SecretStore' ? { namespace: access.metadata.namespace } : {}) },
        ...(store.create ? {} : { required: true }),
      },
    ];
  },
  identity: ({ desired }) => `${desired.store.kind} ${desired.namespace ?? ''}/${desired.store.name}`,

  async observe({ desired }, readings) {
    const served = await servedExternalSecrets(readings, desired.store.kind);
    const object = await read(desired, served, readings);
    return object === undefined ? { served } : { served, object };
  },
  async strays(where, readings) {
    const found = await Promise.all(
      (['ClusterSecretStore', 'SecretStore'] as const).map(async (kind): Promise<readonly Stray<ObservedStore>[]> => {
        const served = await servedExternalSecrets(readings, kind);
        if (!('apiVersion' in served)) return [];
        const options = { labelSelector: ownerSelector(where.owner), ...(kind === 'SecretStore' ? { namespace: where.owner.namespace } : {}) };
        return (await readings.objects(served.apiVersion, kind, options))
          .filter((object) => !where.accounted.has(`${kind} ${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`))
          .map((object) => ({ name: object.metadata.name ?? '', observed: { served, object }, reason: 'not in the declaration any more' }));
      }),
    );
    return found.flat();
  },
  present: (observed) => observed.object !== undefined,
  ownership: (observed, owner) => (observed.object === undefined ? ours : ownershipByLabels(observed.object, owner)),

  expected: (desired) => providerLines(providerOf(desired.store)),
  found: (observed) => (observed.object === undefined ? {} : providerLines(at(observed.object, 'spec', 'provider'))),
  problems(resource, observed) {
    if (observed === undefined) return [];
    const problem = operatorProblem(observed.served, `${resource.desired.store.kind} ${resource.name}`);
    if (problem !== undefined) return [problem];
    return resource.required === true ? requiredStoreProblems(resource.desired, observed.object) : [];
  },

  keptBy: ({ object }) => (object === undefined ? undefined : gitOpsKeeper(object)),

  foreseen: (desired) => ({ name: desired.store.name }),
  outputs: (observed) => ({ name: observed.object?.metadata.name ?? '' }),

  async create(desired, hands) {
    const { store, namespace } = desired;
    const served = await servedExternalSecrets(hands.readings, store.kind);
    if (!('apiVersion' in served)) throw new TypeError('planned without External Secrets Operator');
    await hands.kubernetes.create({
      apiVersion: served.apiVersion,
      kind: store.kind,
      metadata: { name: store.name, labels: ownerLabels(hands.owner), ...(namespace === undefined ? {} : { namespace }) },
      spec: { provider: providerOf(store) },
    });
    return { name: store.name };
  },
  async update(desired, observed, _differences, hands) {
    if (observed.object !== undefined) await replaceWith(observed.object, { spec: { provider: providerOf(desired.store) } }, hands);
    return { name: desired.store.name };
  },
  remove: (observed, hands) => (observed.object === undefined ? Promise.resolve() : removeObject(observed.object, hands)),

  async settle(desired, hands) {
    const served = await servedExternalSecrets(hands.readings, desired.store.kind);
    if (!('apiVersion' in served)) return undefined;
    const object = await hands.kubernetes.get(referenceTo(desired, served.apiVersion));
    return isReady(object) ? undefined : `${desired.store.kind} ${desired.store.name} to be Ready`;
  },

  patience: {
    seconds: 120,
    id: 'secret-store-not-ready',
    cause: 'External Secrets Operator has not said that it can read through the store.',
    remedy: 'Look at its condition (kubectl describe clustersecretstores) and at the operator\'s own AWS permissions.',
  },

  permissions: [],
  clusterRules: [{ apiGroups: ['external-secrets.io'], resources: ['clustersecretstores', 'secretstores'], verbs: ['get', 'list', 'create', 'update', 'delete'] }],
  repeatable: [],
};

/** Without `auth` the operator's own credentials are used (External Secrets, "AWS authentication", controller's pod identity). */
function providerOf(store: SecretStore): unknown {
  return { aws: { service: store.service, region: store.region, ...(store.role === undefined ? {} : { role: store.role }) } };
}

function providerLines(provider: unknown): State {
  return { service: textAt(provider, 'aws', 'service') ?? '', region: textAt(provider, 'aws', 'region') ?? '', role: textAt(provider, 'aws', 'role') ?? '' };
}

function referenceTo({ store, namespace }: DesiredStore, apiVersion: string): { apiVersion: string; kind: string; name: string; namespace?: string } {
  return { apiVersion, kind: store.kind, name: store.name, ...(namespace === undefined ? {} : { namespace }) };
}

async function read(desired: DesiredStore, served: ServedStores, readings: Readings): Promise<KubernetesObject | undefined> {
  return 'apiVersion' in served ? readings.object(referenceTo(desired, served.apiVersion)) : undefined;
}

function requiredStoreProblems({ store, field }: DesiredStore, object: KubernetesObject | undefined): readonly Finding[] {
  const place = { field, resource: `${store.kind} ${store.name}` };
  if (object === undefined) {
    return [
      {
        id: 'secret-store-missing',
        severity: 'error',
        message: `${store.kind} ${store.name} does not exist`,
        cause: 'The ExternalSecret reads the parameters through it.',
        remedy: `Name the store that exists (kubectl get ${store.kind.toLowerCase()}s), or set secretStore.create to have one made.`,
        place,
      },
    ];
  }
  const findings: Finding[] = [];
  const service = textAt(object, 'spec', 'provider', 'aws', 'service');
  const region = textAt(object, 'spec', 'provider', 'aws', 'region');
  if (service !== store.service || region !== store.region) {
    findings.push({
      id: 'secret-store-differs',
      severity: 'error',
      message: `${store.kind} ${store.name} reads ${service ?? 'no AWS service'} in ${region ?? 'no region'}, not ${store.service} in ${store.region}`,
      cause: 'The key would be written where the store does not look.',
      remedy: service === store.service && region !== undefined ? `Set secretStore.region to ${region}.` : 'Name another store, or one made with secretStore.create.',
      place,
    });
  }
  const ready = readyCondition(object);
  if (ready.status !== 'True') {
    findings.push({
      id: 'secret-store-not-ready',
      severity: 'error',
      message: `${store.kind} ${store.name} is not Ready${ready.reason === undefined ? '' : ` (${ready.reason})`}`,
      cause: ready.message ?? 'External Secrets Operator has not said that it can read through it.',
      remedy: `Look at it: kubectl describe ${store.kind.toLowerCase()} ${store.name}`,
      place,
    });
  }
  return findings;
}
