import { Buffer } from 'node:buffer';
import { type JsonObject, isObject, listAt, numberAt, objectAt, sameJson, type StoredObject, textAt, withValueAt } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import type { StatusCause } from '../status-error.ts';
import { forbiddenChange, immutable, invalidValue, required } from '../validation/causes.ts';
import { builtIn } from './built-in.ts';
import { withPodDefaults } from './pod-defaults.ts';
import { podSpecProblems } from './pod-validation.ts';

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
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  }),
  builtIn({
    group,
    kind: 'Pod',
    resource: 'pods',
    shortNames: ['po'],
    categories: ['all'],
    namespaced: true,
    status: true,
    generation: 'spec',
    // pod/strategy.go CheckGracefulDelete: a pod that is on no node, or has ended, goes at once.
    gracePeriod: (pod) => {
      const ended = ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? '');
      return ended || textAt(pod, 'spec', 'nodeName') === undefined ? 0 : (numberAt(pod, 'spec', 'terminationGracePeriodSeconds') ?? 30);
    },
    defaults: (pod) => ({ ...pod, spec: withPodDefaults(objectAt(pod, 'spec')) }),
    prepareCreate: (pod) => withServiceAccount({ ...pod, status: { phase: 'Pending', qosClass: qualityOf(pod) } }),
    validate: (pod, old) => [...podSpecProblems(objectAt(pod, 'spec'), 'spec'), ...(old === undefined ? [] : podChangeProblems(pod, old))],
  }),
  builtIn({ group, kind: 'PodTemplate', resource: 'podtemplates', namespaced: true }),
  builtIn({
    group,
    kind: 'Secret',
    resource: 'secrets',
    namespaced: true,
    defaults: withSecretDefaults,
    validate: (secret, old) => [
      ...keyProblems(objectAt(secret, 'data'), 'data'),
      ...listOfUndecodable(secret),
      ...immutableContent(secret, old),
      ...(old !== undefined && old['type'] !== secret['type'] ? [immutable('type', secret['type'])] : []),
    ],
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
  builtIn({ group, kind: 'Event', resource: 'events', shortNames: ['ev'], namespaced: true, validate: eventProblems }),
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
    validate: (service) => (listAt(service, 'spec', 'ports').length === 0 && textAt(service, 'spec', 'clusterIP') !== 'None' && textAt(service, 'spec', 'type') !== 'ExternalName' ? [required('spec.ports')] : []),
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
    prepareCreate: (claim) => ({ ...claim, status: { phase: 'Pending' } }),
    validate: (claim) => [
      ...(listAt(claim, 'spec', 'accessModes').length === 0 ? [required('spec.accessModes', 'at least 1 access mode is required')] : []),
      ...(objectAt(claim, 'spec', 'resources', 'requests')['storage'] === undefined ? [required('spec.resources[storage]')] : []),
    ],
  }),
  builtIn({ group, kind: 'PersistentVolume', resource: 'persistentvolumes', shortNames: ['pv'], namespaced: false, status: true, prepareCreate: (volume) => ({ ...volume, status: { phase: 'Pending' } }) }),
  builtIn({ group, kind: 'LimitRange', resource: 'limitranges', shortNames: ['limits'], namespaced: true }),
  builtIn({ group, kind: 'ResourceQuota', resource: 'resourcequotas', shortNames: ['quota'], namespaced: true, status: true }),
];

/** `stringData` is written into `data` and never kept (apis/core/v1/conversion.go). */
function withSecretDefaults(secret: JsonObject): JsonObject {
  const { stringData, ...rest } = secret;
  const typed = { ...rest, type: rest['type'] ?? 'Opaque' };
  if (!isObject(stringData)) return typed;
  const encoded = Object.fromEntries(Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]));
  return { ...typed, data: { ...objectAt(secret, 'data'), ...encoded } };
}

const configKey = /^[-._a-zA-Z0-9]+$/;

function keyProblems(entries: JsonObject, field: string): readonly StatusCause[] {
  return Object.keys(entries)
    .filter((key) => !configKey.test(key))
    .map((key) =>
      invalidValue(`${field}[${key}]`, key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"),
    );
}

/** 1 MiB is the most that a Secret holds (core.MaxSecretSize). */
function listOfUndecodable(secret: JsonObject): readonly StatusCause[] {
  const size = Object.values(objectAt(secret, 'data')).reduce<number>((sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value, 'base64') : 0), 0);
  return size > 1_048_576 ? [{ reason: 'FieldValueTooLong', message: 'Too long: may not be more than 1048576 bytes', field: 'data' }] : [];
}

function immutableContent(object: JsonObject, old: StoredObject | undefined): readonly StatusCause[] {
  if (old?.['immutable'] !== true) return [];
  const problems: StatusCause[] = [];
  if (object['immutable'] !== true) problems.push(forbiddenChange('immutable', 'field is immutable when `immutable` is set'));
  for (const field of ['data', 'binaryData']) {
    if (!sameJson(object[field] ?? {}, old[field] ?? {})) problems.push(forbiddenChange(field, 'field is immutable when `immutable` is set'));
  }
  return problems;
}

function eventProblems(event: JsonObject): readonly StatusCause[] {
  const namespace = textAt(event, 'metadata', 'namespace') ?? '';
  const involved = textAt(event, 'involvedObject', 'namespace') ?? '';
  const fits = involved === '' ? namespace === 'default' || namespace === 'kube-system' : involved === namespace;
  return fits ? [] : [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
}

function withServiceDefaults(service: JsonObject): JsonObject {
  const spec = objectAt(service, 'spec');
  const type = textAt(spec, 'type') ?? 'ClusterIP';
  return {
    ...service,
    spec: {
      ...spec,
      ...(type === 'ExternalName' ? {} : { internalTrafficPolicy: spec['internalTrafficPolicy'] ?? 'Cluster' }),
      ...(Array.isArray(spec['ports']) ? { ports: spec['ports'].map((port) => (isObject(port) ? { ...port, protocol: port['protocol'] ?? 'TCP', targetPort: port['targetPort'] ?? port['port'] } : port)) } : {}),
      sessionAffinity: spec['sessionAffinity'] ?? 'None',
      type,
    },
  };
}

/** Addresses of 10.96.0.0/16 by the object's uid: nothing listens there. */
function withClusterIp(service: StoredObject): StoredObject {
  const spec = objectAt(service, 'spec');
  const status = { loadBalancer: {} };
  if (textAt(spec, 'type') === 'ExternalName') return { ...service, status };
  const digits = service.metadata.uid.replaceAll('-', '');
  const address = textAt(spec, 'clusterIP') ?? `10.96.${Number.parseInt(digits.slice(0, 2), 16)}.${(Number.parseInt(digits.slice(2, 4), 16) % 254) + 1}`;
  return { ...service, spec: { ...spec, clusterIP: address, clusterIPs: [address], ipFamilies: spec['ipFamilies'] ?? ['IPv4'], ipFamilyPolicy: spec['ipFamilyPolicy'] ?? 'SingleStack' }, status };
}

function pickClusterIp(spec: JsonObject): JsonObject {
  return Object.fromEntries(['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'].filter((field) => spec[field] !== undefined).map((field) => [field, spec[field]]));
}

/** What the ServiceAccount admission plugin puts into every pod, but for the token volume, which needs a kubelet. */
function withServiceAccount(pod: StoredObject): StoredObject {
  const spec = objectAt(pod, 'spec');
  const account = textAt(spec, 'serviceAccountName') ?? 'default';
  const tolerations = listAt(spec, 'tolerations');
  const always = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter((key) => !tolerations.some((toleration) => textAt(toleration, 'key') === key))
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  return {
    ...pod,
    spec: { ...spec, serviceAccountName: account, serviceAccount: account, preemptionPolicy: spec['preemptionPolicy'] ?? 'PreemptLowerPriority', priority: spec['priority'] ?? 0, tolerations: [...tolerations, ...always] },
  };
}

/** Kubernetes docs, "Pod Quality of Service Classes". */
function qualityOf(pod: JsonObject): string {
  const all = [...listAt(pod, 'spec', 'containers'), ...listAt(pod, 'spec', 'initContainers')].map((container) => objectAt(container, 'resources'));
  if (all.every((resources) => Object.keys(objectAt(resources, 'requests')).length + Object.keys(objectAt(resources, 'limits')).length === 0)) return 'BestEffort';
  const guaranteed = all.every((resources) => {
    const [limits, requests] = [objectAt(resources, 'limits'), objectAt(resources, 'requests')];
    return ['cpu', 'memory'].every((name) => limits[name] !== undefined && sameJson(limits[name], requests[name] ?? limits[name]));
  });
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** Only few fields of a pod may change (validation.go: ValidatePodUpdate). */
function podChangeProblems(pod: JsonObject, old: StoredObject): readonly StatusCause[] {
  const frozen = (each: JsonObject): JsonObject => {
    const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, nodeName: _node, schedulingGates: _gates, ...spec } = objectAt(each, 'spec');
    const withoutImages = (containers: unknown): unknown => (Array.isArray(containers) ? containers.map((container) => ({ ...objectAt(container), image: '' })) : containers);
    return { ...spec, containers: withoutImages(spec['containers']), initContainers: withoutImages(spec['initContainers']) };
  };
  if (sameJson(frozen(pod), frozen(old))) return [];
  return [
    forbiddenChange(
      'spec',
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
  ];
}
