import { type JsonObject, listAt, objectAt, textAt, withValueAt } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import type { StatusCause } from '../status-error.ts';
import { invalidValue, required } from '../validation/causes.ts';
import { builtIn } from './built-in.ts';
import { podType } from './pod.ts';
import { immutableContent, keyProblems, secretProblems, withSecretDefaults } from './secret.ts';
import { pickClusterIp, serviceProblems, withClusterIp, withServiceDefaults } from './service.ts';

/** Held by a claim while pods use it. */
export const claimProtection = 'kubernetes.io/pvc-protection';

const group = '';

/** The kinds of the core group (`v1`). */
export const coreTypes: readonly ResourceType[] = [
  builtIn({
    group,
    kind: 'Namespace',
    resource: 'namespaces',
    shortNames: ['ns'],
    namespaced: false,
    status: true,
    defaults: (object) => withValueAt(object, ['metadata', 'labels', 'kubernetes.io/metadata.name'], textAt(object, 'metadata', 'name') ?? ''),
    prepareCreate: (object) => ({ ...object, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }),
    prepareRemove: (object) => ({ status: { ...objectAt(object, 'status'), phase: 'Terminating' } }),
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  }),
  podType,
  builtIn({ group, kind: 'PodTemplate', resource: 'podtemplates', namespaced: true }),
  builtIn({
    group,
    kind: 'Secret',
    resource: 'secrets',
    namespaced: true,
    defaults: withSecretDefaults,
    validate: secretProblems,
  }),
  builtIn({
    group,
    kind: 'ConfigMap',
    resource: 'configmaps',
    shortNames: ['cm'],
    namespaced: true,
    validate: (map, old) => [...keyProblems(objectAt(map, 'data'), 'data'), ...keyProblems(objectAt(map, 'binaryData'), 'binaryData'), ...immutableContent(map, old)],
  }),
  builtIn({ group, kind: 'ServiceAccount', resource: 'serviceaccounts', shortNames: ['sa'], namespaced: true }),
  builtIn({ group, kind: 'Event', resource: 'events', shortNames: ['ev'], namespaced: true, defaults: withEventDefaults, validate: eventProblems }),
  builtIn({
    group,
    kind: 'Service',
    resource: 'services',
    shortNames: ['svc'],
    categories: ['all'],
    namespaced: true,
    status: true,
    defaults: withServiceDefaults,
    prepareCreate: withClusterIp,
    prepareUpdate: (service, old) => ({ ...service, spec: { ...pickClusterIp(objectAt(old, 'spec')), ...objectAt(service, 'spec') } }),
    validate: serviceProblems,
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  }),
  builtIn({ group, kind: 'Endpoints', resource: 'endpoints', shortNames: ['ep'], namespaced: true }),
  builtIn({ group, kind: 'Node', resource: 'nodes', shortNames: ['no'], namespaced: false, status: true }),
  builtIn({
    group,
    kind: 'PersistentVolumeClaim',
    resource: 'persistentvolumeclaims',
    shortNames: ['pvc'],
    namespaced: true,
    status: true,
    defaults: (claim) => ({ ...claim, spec: { ...objectAt(claim, 'spec'), volumeMode: objectAt(claim, 'spec')['volumeMode'] ?? 'Filesystem' } }),
    // Storage in use is not taken away: admission plugin StorageObjectInUseProtection; `controllers/claims.ts` lets go.
    prepareCreate: (claim) => ({ ...claim, metadata: { ...claim.metadata, finalizers: [...(claim.metadata.finalizers ?? []), claimProtection] }, status: { phase: 'Pending' } }),
    validate: (claim) => [
      ...(listAt(claim, 'spec', 'accessModes').length === 0 ? [required('spec.accessModes', 'at least 1 access mode is required')] : []),
      ...(objectAt(claim, 'spec', 'resources', 'requests')['storage'] === undefined ? [required('spec.resources[storage]')] : []),
    ],
  }),
  builtIn({ group, kind: 'PersistentVolume', resource: 'persistentvolumes', shortNames: ['pv'], namespaced: false, status: true, prepareCreate: (volume) => ({ ...volume, status: { phase: 'Pending' } }) }),
  builtIn({ group, kind: 'LimitRange', resource: 'limitranges', shortNames: ['limits'], namespaced: true }),
  builtIn({ group, kind: 'ResourceQuota', resource: 'resourcequotas', shortNames: ['quota'], namespaced: true, status: true }),
];

/** Fields that Go writes even when they are empty. */
function withEventDefaults(event: JsonObject): JsonObject {
  return { eventTime: null, reportingComponent: '', reportingInstance: '', ...event };
}

function eventProblems(event: JsonObject): readonly StatusCause[] {
  const namespace = textAt(event, 'metadata', 'namespace') ?? '';
  const involved = textAt(event, 'involvedObject', 'namespace') ?? '';
  const fits = involved === '' ? namespace === 'default' || namespace === 'kube-system' : involved === namespace;
  return fits ? [] : [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
}
