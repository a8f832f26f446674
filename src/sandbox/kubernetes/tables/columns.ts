import { isObject, type JsonObject, listAt, numberAt, objectAt, type StoredObject, textAt } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import { customColumns } from './custom-columns.ts';
import { accessModes, otherColumns, plainColumns } from './other-columns.ts';
import { podColumns } from './pod-columns.ts';
import { age, ageColumn, type Column, humanDuration, nameColumn, text } from './column.ts';

// k8s.io/kubernetes/pkg/printers/internalversion/printers.go

/** The columns of a kind, as the real server prints it; name and age where it has none of its own. */
export function columnsOf(type: ResourceType, apiVersion: string): readonly Column[] {
  if (type.custom === true) return customColumns(type.printerColumns?.(apiVersion.slice(apiVersion.indexOf('/') + 1)) ?? []);
  const key = type.group === '' ? type.kind : `${type.group}/${type.kind}`;
  return builtInColumns[key] ?? otherColumns[key] ?? plainColumns;
}

function column(name: string, cell: Column['cell'], type = 'string', priority = 0): Column {
  return { name, type, priority, cell };
}

const containerColumns: readonly Column[] = [
  column('Containers', (object) => templateContainers(object).map((container) => textAt(container, 'name')).join(','), 'string', 1),
  column('Images', (object) => templateContainers(object).map((container) => textAt(container, 'image')).join(','), 'string', 1),
];
const selectorColumn = column('Selector', (object) => selectorText(objectAt(object, 'spec', 'selector')), 'string', 1);

function templateContainers(object: JsonObject): readonly unknown[] {
  return listAt(object, 'spec', 'template', 'spec', 'containers');
}

/** metav1.FormatLabelSelector */
export function selectorText(selector: JsonObject): string {
  const labels = Object.entries(objectAt(selector, 'matchLabels')).map(([key, value]) => `${key}=${String(value)}`);
  const expressions = listAt(selector, 'matchExpressions').map((expression) => {
    const [key, operator, values] = [textAt(expression, 'key') ?? '', textAt(expression, 'operator') ?? '', listAt(expression, 'values').join(',')];
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${values})`;
  });
  const all = [...labels.sort(), ...expressions];
  return all.length === 0 ? '<none>' : all.join(',');
}

function count(...path: readonly string[]): (object: StoredObject) => number {
  return (object) => numberAt(object, ...path) ?? 0;
}

function size(...path: readonly string[]): (object: StoredObject) => number {
  return (object) => Object.keys(objectAt(object, ...path)).length;
}

const builtInColumns: Readonly<Record<string, readonly Column[]>> = {
  'Pod': podColumns,
  'Namespace': [nameColumn, column('Status', text('status', 'phase')), ageColumn],
  'Secret': [nameColumn, column('Type', text('type')), column('Data', size('data'), 'string'), ageColumn],
  'ConfigMap': [nameColumn, column('Data', (object) => size('data')(object) + size('binaryData')(object), 'string'), ageColumn],
  'ServiceAccount': [nameColumn, ageColumn],
  'Service': [
    nameColumn,
    column('Type', text('spec', 'type')),
    column('Cluster-IP', (object) => textAt(object, 'spec', 'clusterIP') ?? '<none>'),
    column('External-IP', (object) => (textAt(object, 'spec', 'type') === 'ExternalName' ? (textAt(object, 'spec', 'externalName') ?? '') : textAt(object, 'spec', 'type') === 'LoadBalancer' ? '<pending>' : '<none>')),
    column('Port(s)', (object) => listAt(object, 'spec', 'ports').map(portText).join(',') || '<none>'),
    ageColumn,
    column('Selector', (object) => labelText(objectAt(object, 'spec', 'selector')), 'string', 1),
  ],
  'Node': [
    nameColumn,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    ageColumn,
    column('Version', text('status', 'nodeInfo', 'kubeletVersion')),
    column('Internal-IP', address('InternalIP'), 'string', 1),
    column('External-IP', address('ExternalIP'), 'string', 1),
    column('OS-Image', (object) => textAt(object, 'status', 'nodeInfo', 'osImage') ?? '<unknown>', 'string', 1),
    column('Kernel-Version', (object) => textAt(object, 'status', 'nodeInfo', 'kernelVersion') ?? '<unknown>', 'string', 1),
    column('Container-Runtime', (object) => textAt(object, 'status', 'nodeInfo', 'containerRuntimeVersion') ?? '<unknown>', 'string', 1),
  ],
  'Event': [
    column('Last Seen', (object, now) => age(textAt(object, 'series', 'lastObservedTime') ?? textAt(object, 'lastTimestamp') ?? textAt(object, 'firstTimestamp') ?? textAt(object, 'eventTime'), now)),
    column('Type', text('type')),
    column('Reason', text('reason')),
    column('Object', (object) => `${(textAt(object, 'involvedObject', 'kind') ?? '').toLowerCase()}/${textAt(object, 'involvedObject', 'name') ?? ''}`),
    column('Subobject', text('involvedObject', 'fieldPath'), 'string', 1),
    column('Source', (object) => [textAt(object, 'source', 'component') ?? textAt(object, 'reportingComponent'), textAt(object, 'source', 'host')].filter(Boolean).join(', '), 'string', 1),
    column('Message', (object) => (textAt(object, 'message') ?? '').trim()),
    column('First Seen', (object, now) => age(textAt(object, 'firstTimestamp') ?? textAt(object, 'eventTime'), now), 'string', 1),
    column('Count', (object) => numberAt(object, 'count') ?? 1, 'string', 1),
    { ...nameColumn, priority: 1 },
  ],
  'PersistentVolumeClaim': [
    nameColumn,
    column('Status', (object) => (object.metadata.deletionTimestamp === undefined ? textAt(object, 'status', 'phase') : 'Terminating') ?? ''),
    column('Volume', text('spec', 'volumeName')),
    column('Capacity', text('status', 'capacity', 'storage')),
    column('Access Modes', (object) => accessModes(listAt(object, 'status', 'accessModes'))),
    column('StorageClass', text('spec', 'storageClassName')),
    column('VolumeAttributesClass', (object) => textAt(object, 'spec', 'volumeAttributesClassName') ?? '<unset>'),
    ageColumn,
    column('VolumeMode', (object) => textAt(object, 'spec', 'volumeMode') ?? '<unset>', 'string', 1),
  ],
  'apps/Deployment': [
    nameColumn,
    column('Ready', (object) => `${count('status', 'readyReplicas')(object)}/${count('spec', 'replicas')(object)}`),
    column('Up-to-date', count('status', 'updatedReplicas'), 'string'),
    column('Available', count('status', 'availableReplicas'), 'string'),
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
  'apps/ReplicaSet': [
    nameColumn,
    column('Desired', count('spec', 'replicas'), 'integer'),
    column('Current', count('status', 'replicas'), 'integer'),
    column('Ready', count('status', 'readyReplicas'), 'integer'),
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
  'apps/StatefulSet': [nameColumn, column('Ready', (object) => `${count('status', 'readyReplicas')(object)}/${count('spec', 'replicas')(object)}`), ageColumn, ...containerColumns],
  'apps/DaemonSet': [
    nameColumn,
    column('Desired', count('status', 'desiredNumberScheduled'), 'integer'),
    column('Current', count('status', 'currentNumberScheduled'), 'integer'),
    column('Ready', count('status', 'numberReady'), 'integer'),
    column('Up-to-date', count('status', 'updatedNumberScheduled'), 'integer'),
    column('Available', count('status', 'numberAvailable'), 'integer'),
    column('Node Selector', (object) => labelText(objectAt(object, 'spec', 'template', 'spec', 'nodeSelector'))),
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
  'apps/ControllerRevision': [
    nameColumn,
    column('Controller', (object) => controllerText(object)),
    column('Revision', count('revision'), 'string'),
    ageColumn,
  ],
  'batch/Job': [
    nameColumn,
    column('Status', jobStatus),
    column('Completions', (object) => `${count('status', 'succeeded')(object)}/${numberAt(object, 'spec', 'completions') ?? 1}`),
    column('Duration', (object, now) => jobDuration(object, now)),
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
  'batch/CronJob': [
    nameColumn,
    column('Schedule', text('spec', 'schedule')),
    column('Timezone', (object) => textAt(object, 'spec', 'timeZone') ?? '<none>'),
    column('Suspend', (object) => (objectAt(object, 'spec')['suspend'] === true ? 'True' : 'False'), 'boolean'),
    column('Active', (object) => listAt(object, 'status', 'active').length, 'integer'),
    column('Last Schedule', (object, now) => (textAt(object, 'status', 'lastScheduleTime') === undefined ? '<none>' : age(textAt(object, 'status', 'lastScheduleTime'), now))),
    ageColumn,
    column('Containers', (object) => listAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers').map((container) => textAt(container, 'name')).join(','), 'string', 1),
    column('Images', (object) => listAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers').map((container) => textAt(container, 'image')).join(','), 'string', 1),
    column('Selector', () => '<none>', 'string', 1),
  ],
  'coordination.k8s.io/Lease': [nameColumn, column('Holder', text('spec', 'holderIdentity')), ageColumn],
  'rbac.authorization.k8s.io/RoleBinding': bindingColumns(),
  'rbac.authorization.k8s.io/ClusterRoleBinding': bindingColumns(),
};

function bindingColumns(): readonly Column[] {
  const subjects = (kind: string): Column['cell'] => (object) =>
    listAt(object, 'subjects')
      .filter((subject) => textAt(subject, 'kind') === kind)
      .map((subject) => (kind === 'ServiceAccount' ? `${textAt(subject, 'namespace') ?? ''}/${textAt(subject, 'name') ?? ''}` : (textAt(subject, 'name') ?? '')))
      .join(', ');
  return [
    nameColumn,
    column('Role', (object) => `${textAt(object, 'roleRef', 'kind') ?? ''}/${textAt(object, 'roleRef', 'name') ?? ''}`),
    ageColumn,
    column('Users', subjects('User'), 'string', 1),
    column('Groups', subjects('Group'), 'string', 1),
    column('ServiceAccounts', subjects('ServiceAccount'), 'string', 1),
  ];
}

function labelText(labels: JsonObject): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`).sort();
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}

function portText(port: unknown): string {
  const node = numberAt(port, 'nodePort');
  return `${numberAt(port, 'port') ?? 0}${node === undefined ? '' : `:${node}`}/${textAt(port, 'protocol') ?? 'TCP'}`;
}

function controllerText(object: StoredObject): string {
  const owner = object.metadata.ownerReferences?.find((each) => each.controller === true);
  return owner === undefined ? '<none>' : `${owner.kind.toLowerCase()}${groupSuffix(owner.apiVersion)}/${owner.name}`;
}

function groupSuffix(apiVersion: string): string {
  return apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
}

function condition(object: JsonObject, type: string): JsonObject | undefined {
  return listAt(object, 'status', 'conditions').filter(isObject).find((each) => each['type'] === type);
}

function jobStatus(job: StoredObject): string {
  for (const [type, words] of [['Complete', 'Complete'], ['Failed', 'Failed'], ['Suspended', 'Suspended'], ['FailureTarget', 'FailureTarget'], ['SuccessCriteriaMet', 'SuccessCriteriaMet']] as const) {
    if (condition(job, type)?.['status'] === 'True') return words;
  }
  return job.metadata.deletionTimestamp === undefined ? 'Running' : 'Terminating';
}

function jobDuration(job: StoredObject, now: Date): string {
  const start = textAt(job, 'status', 'startTime');
  if (start === undefined) return '';
  const end = textAt(job, 'status', 'completionTime');
  return humanDuration((end === undefined ? now.getTime() : Date.parse(end)) - Date.parse(start));
}

function nodeStatus(node: StoredObject): string {
  const ready = condition(node, 'Ready');
  const words = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return objectAt(node, 'spec')['unschedulable'] === true ? `${words},SchedulingDisabled` : words;
}

function nodeRoles(node: StoredObject): string {
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith('node-role.kubernetes.io/')) return [key.slice('node-role.kubernetes.io/'.length)];
    return key === 'kubernetes.io/role' ? [value] : [];
  });
  return roles.length === 0 ? '<none>' : roles.sort().join(',');
}

function address(kind: string): Column['cell'] {
  return (node) => textAt(listAt(node, 'status', 'addresses').find((each) => textAt(each, 'type') === kind), 'address') ?? '<none>';
}
