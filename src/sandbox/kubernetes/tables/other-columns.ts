import { isObject, type JsonObject, listAt, objectAt, type StoredObject, textAt } from '../object.ts';
import { ageColumn, type Column, nameColumn, text } from './column.ts';

// k8s.io/kubernetes/pkg/printers/internalversion/printers.go: kinds that the sandbox only stores.

function column(name: string, cell: Column['cell'], type = 'string', priority = 0): Column {
  return { name, type, priority, cell };
}

/** At most three, and how many more. */
function few(all: readonly string[], none = '<none>'): string {
  if (all.length === 0) return none;
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
}

function scalar(...path: readonly string[]): (object: JsonObject) => string | undefined {
  return (object) => {
    const value = objectAt(object, ...path.slice(0, -1))[path.at(-1) ?? ''];
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
  };
}

const modes: Readonly<Record<string, string>> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' };

export function accessModes(list: readonly unknown[]): string {
  return list.map((mode) => modes[String(mode)] ?? '').join(',');
}

/** Kinds without a printer of their own: name and time of making (apiserver: rest/table.go). */
export const plainColumns: readonly Column[] = [nameColumn, { ...ageColumn, name: 'Created At', type: 'date', cell: (object) => object.metadata.creationTimestamp }];

export const otherColumns: Readonly<Record<string, readonly Column[]>> = {
  'Endpoints': [
    nameColumn,
    column('Endpoints', (object) =>
      few(listAt(object, 'subsets').flatMap((subset) => listAt(subset, 'addresses').flatMap((address) => listAt(subset, 'ports').map((port) => `${textAt(address, 'ip') ?? ''}:${scalar('port')(objectAt(port)) ?? ''}`)))),
    ),
    ageColumn,
  ],
  'PodTemplate': [
    nameColumn,
    column('Containers', (object) => listAt(object, 'template', 'spec', 'containers').map((container) => textAt(container, 'name')).join(',')),
    column('Images', (object) => listAt(object, 'template', 'spec', 'containers').map((container) => textAt(container, 'image')).join(',')),
    column('Pod Labels', (object) => Object.entries(objectAt(object, 'template', 'metadata', 'labels')).map(([key, value]) => `${key}=${String(value)}`).join(',') || '<none>'),
  ],
  'ResourceQuota': [nameColumn, column('Request', (object) => quota(object, false)), column('Limit', (object) => quota(object, true)), ageColumn],
  'PersistentVolume': [
    nameColumn,
    column('Capacity', text('spec', 'capacity', 'storage')),
    column('Access Modes', (object) => accessModes(listAt(object, 'spec', 'accessModes'))),
    column('Reclaim Policy', text('spec', 'persistentVolumeReclaimPolicy')),
    column('Status', (object) => (object.metadata.deletionTimestamp === undefined ? (textAt(object, 'status', 'phase') ?? '') : 'Terminating')),
    column('Claim', (object) => (isObject(objectAt(object, 'spec')['claimRef']) ? `${textAt(object, 'spec', 'claimRef', 'namespace') ?? ''}/${textAt(object, 'spec', 'claimRef', 'name') ?? ''}` : '')),
    column('StorageClass', text('spec', 'storageClassName')),
    column('VolumeAttributesClass', (object) => textAt(object, 'spec', 'volumeAttributesClassName') ?? '<unset>'),
    column('Reason', text('status', 'reason')),
    ageColumn,
    column('VolumeMode', (object) => textAt(object, 'spec', 'volumeMode') ?? '<unset>', 'string', 1),
  ],
  'networking.k8s.io/Ingress': [
    nameColumn,
    column('Class', (object) => textAt(object, 'spec', 'ingressClassName') ?? '<none>'),
    column('Hosts', (object) => few(listAt(object, 'spec', 'rules').flatMap((rule) => textAt(rule, 'host') ?? []), '*')),
    column('Address', (object) => listAt(object, 'status', 'loadBalancer', 'ingress').map((each) => textAt(each, 'ip') ?? textAt(each, 'hostname') ?? '').join(',')),
    column('Ports', (object) => (listAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
  'networking.k8s.io/NetworkPolicy': [nameColumn, column('Pod-Selector', podSelector), ageColumn],
  'policy/PodDisruptionBudget': [
    nameColumn,
    column('Min Available', (object) => scalar('spec', 'minAvailable')(object) ?? 'N/A'),
    column('Max Unavailable', (object) => scalar('spec', 'maxUnavailable')(object) ?? 'N/A'),
    column('Allowed Disruptions', (object) => Number(scalar('status', 'disruptionsAllowed')(object) ?? 0), 'integer'),
    ageColumn,
  ],
  'discovery.k8s.io/EndpointSlice': [
    nameColumn,
    column('AddressType', text('addressType')),
    column('Ports', (object) => few(listAt(object, 'ports').map((port) => scalar('port')(objectAt(port)) ?? textAt(port, 'name') ?? '*'), '<unset>')),
    column('Endpoints', (object) => few(listAt(object, 'endpoints').flatMap((endpoint) => listAt(endpoint, 'addresses').map(String)), '<unset>')),
    ageColumn,
  ],
  'storage.k8s.io/StorageClass': [
    nameColumn,
    column('Provisioner', text('provisioner')),
    column('ReclaimPolicy', (object) => textAt(object, 'reclaimPolicy') ?? 'Delete'),
    column('VolumeBindingMode', (object) => textAt(object, 'volumeBindingMode') ?? 'Immediate'),
    column('AllowVolumeExpansion', (object) => object['allowVolumeExpansion'] === true),
    ageColumn,
  ],
  'scheduling.k8s.io/PriorityClass': [
    nameColumn,
    column('Value', (object) => Number(scalar('value')(object) ?? 0), 'integer'),
    column('Global-Default', (object) => object['globalDefault'] === true, 'boolean'),
    ageColumn,
    column('PreemptionPolicy', text('preemptionPolicy')),
  ],
};

function quota(object: JsonObject, limits: boolean): string {
  const used = objectAt(object, 'status', 'used');
  return Object.entries(objectAt(object, 'status', 'hard'))
    .filter(([name]) => name.startsWith('limits.') === limits)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, hard]) => `${name}: ${quantityText(used[name])}/${quantityText(hard)}`)
    .join(', ');
}

function podSelector(policy: StoredObject): string {
  const labels = Object.entries(objectAt(policy, 'spec', 'podSelector', 'matchLabels')).map(([key, value]) => `${key}=${String(value)}`).sort();
  return labels.length === 0 ? '<none>' : labels.join(',');
}

function quantityText(value: unknown): string {
  return typeof value === 'string' ? value : '0';
}
