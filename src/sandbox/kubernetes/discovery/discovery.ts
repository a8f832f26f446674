import type { JsonObject } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import type { ResourceTypes } from '../resource-types.ts';
import { compareVersions } from '../custom/custom-type.ts';
import { reviewKinds } from '../http/reviews.ts';
import { createHash } from 'node:crypto';

/** Verbs of most kinds, in the order that discovery shows. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Groups in the order of the real server's priorities; custom groups come last, by name. */
const groupOrder = ['', 'apps', 'events.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io', 'autoscaling', 'batch', 'certificates.k8s.io', 'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io', 'storage.k8s.io', 'admissionregistration.k8s.io', 'apiextensions.k8s.io', 'scheduling.k8s.io', 'coordination.k8s.io', 'node.k8s.io', 'discovery.k8s.io'];

interface GroupVersions {
  readonly group: string;
  readonly versions: readonly string[];
}

export function servedGroups(types: ResourceTypes): readonly GroupVersions[] {
  const versions = new Map<string, Set<string>>();
  for (const type of types.all()) {
    const known = versions.get(type.group) ?? new Set<string>();
    for (const version of type.versions) known.add(version);
    versions.set(type.group, known);
  }
  for (const key of Object.keys(reviewKinds)) versions.set(key.split('/')[0]!, new Set(['v1']));
  const place = (group: string): number => (groupOrder.includes(group) ? groupOrder.indexOf(group) : groupOrder.length);
  return [...versions.entries()]
    .filter(([, known]) => known.size > 0)
    .map(([group, known]) => ({ group, versions: [...known].sort(compareVersions) }))
    .sort((left, right) => place(left.group) - place(right.group) || left.group.localeCompare(right.group));
}

/** `/api` */
export function coreVersions(server: string): JsonObject {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: server }] };
}

/** `/apis` */
export function groupList(types: ResourceTypes): JsonObject {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: servedGroups(types).filter(({ group }) => group !== '').map(groupEntry) };
}

/** `/apis/<group>` */
export function groupOfName(types: ResourceTypes, name: string): JsonObject | undefined {
  const found = servedGroups(types).find(({ group }) => group === name && group !== '');
  return found === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(found) };
}

function groupEntry({ group, versions }: GroupVersions): JsonObject {
  const entries = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: entries, preferredVersion: entries[0] };
}

/** `/api/v1`, `/apis/<group>/<version>`; undefined when the version is not served. */
export function resourceList(types: ResourceTypes, group: string, version: string): JsonObject | undefined {
  if (!servedGroups(types).some((each) => each.group === group && each.versions.includes(version))) return undefined;
  const resources = types.all().filter((type) => type.group === group && type.versions.includes(version)).flatMap((type) => [resourceEntry(type), ...subresourceEntries(type)]);
  const reviews = Object.entries(reviewKinds)
    .filter(([key]) => key.startsWith(`${group}/`))
    .map(([key, { kind, namespaced }]) => ({ name: key.slice(group.length + 1), singularName: kind.toLowerCase(), namespaced, kind, verbs: ['create'] }));
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: group === '' ? version : `${group}/${version}`,
    // Built-in groups are sorted by name; a custom kind stands before its subresources.
    resources: types.all().some((type) => type.custom === true && type.group === group) ? resources : [...resources, ...reviews].sort((left, right) => (String(left['name']) < String(right['name']) ? -1 : 1)),
  };
}

function resourceEntry(type: ResourceType): JsonObject {
  return {
    name: type.resource,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: verbsOf(type),
    ...(type.shortNames === undefined || type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories === undefined || type.categories.length === 0 ? {} : { categories: type.categories }),
    // discovery.StorageVersionHash: eight bytes of the hash of the stored kind.
    storageVersionHash: createHash('sha256').update(`${type.group}/${type.storedVersion ?? type.versions[0] ?? ''}/${type.kind}`).digest().subarray(0, 8).toString('base64'),
  };
}

interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly group?: string;
  readonly version?: string;
}

function subresourcesOf(type: ResourceType): readonly Subresource[] {
  const change = ['get', 'patch', 'update'];
  return [
    ...(type.status === true ? [{ name: 'status', kind: type.kind, verbs: change }] : []),
    ...(type.scale === undefined ? [] : [{ name: 'scale', kind: 'Scale', verbs: change, group: 'autoscaling', version: 'v1' }]),
    ...(type.group === '' ? (coreSubresources[type.resource] ?? []) : []),
  ];
}

const coreSubresources: Readonly<Record<string, readonly Subresource[]>> = {
  pods: [
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'eviction', kind: 'Eviction', verbs: ['create'], group: 'policy', version: 'v1' },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
  ],
  serviceaccounts: [{ name: 'token', kind: 'TokenRequest', verbs: ['create'], group: 'authentication.k8s.io', version: 'v1' }],
  namespaces: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
};

function subresourceEntries(type: ResourceType): readonly JsonObject[] {
  return subresourcesOf(type).map(({ name, kind, verbs, group, version }) => ({
    name: `${type.resource}/${name}`,
    singularName: '',
    namespaced: type.namespaced,
    ...(group === undefined ? {} : { group, version }),
    kind,
    verbs,
  }));
}

export function verbsOf(type: ResourceType): readonly string[] {
  return type.verbs ?? (type.custom === true ? customVerbs : allVerbs);
}

/** `APIGroupDiscoveryList` (v2), which kubectl asks for first: everything in one answer. */
export function aggregated(types: ResourceTypes, core: boolean): JsonObject {
  const groups = servedGroups(types).filter(({ group }) => (group === '') === core);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((version) => ({ version, resources: aggregatedResources(types, group, version), freshness: 'Current' })),
    })),
  };
}

function aggregatedResources(types: ResourceTypes, group: string, version: string): readonly JsonObject[] {
  const scope = (namespaced: boolean): string => (namespaced ? 'Namespaced' : 'Cluster');
  const stored = types
    .all()
    .filter((type) => type.group === group && type.versions.includes(version))
    .map((type) => {
      const subresources = subresourcesOf(type);
      return {
        resource: type.resource,
        responseKind: { group, version, kind: type.kind },
        scope: scope(type.namespaced),
        singularResource: type.singular,
        verbs: verbsOf(type),
        ...(type.shortNames === undefined || type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
        ...(type.categories === undefined || type.categories.length === 0 ? {} : { categories: type.categories }),
        ...(subresources.length === 0
          ? {}
          : { subresources: subresources.map((each) => ({ subresource: each.name, responseKind: { group: each.group ?? group, version: each.version ?? version, kind: each.kind }, verbs: each.verbs })) }),
      };
    });
  const reviews = Object.entries(reviewKinds)
    .filter(([key]) => key.startsWith(`${group}/`))
    .map(([key, { kind, namespaced }]) => ({ resource: key.slice(group.length + 1), responseKind: { group, version, kind }, scope: scope(namespaced), singularResource: kind.toLowerCase(), verbs: ['create'] }));
  return [...stored, ...reviews].sort((left, right) => left.resource.localeCompare(right.resource));
}

/** `/version` */
export const version: JsonObject = {
  major: '1',
  minor: '35',
  emulationMajor: '1',
  emulationMinor: '35',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '34',
  gitVersion: 'v1.35.4',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-04-15T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'sandbox',
};
