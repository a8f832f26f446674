import { createHash } from 'node:crypto';
import { type JsonObject, isObject, type StoredObject } from './object.ts';
import type { ObjectStore } from './store.ts';

/** Kinds that record what happened, not what is. */
const fleeting = new Set(['Event']);

/** The run's own certificate authority, in every namespace. */
const authorityName = 'kube-root-ca.crt';

/**
 * What exists, by `kind.group/namespace/name`, without what differs from run to run (uids, versions, times, managers), and with
 * secret values as digests only: to compare two worlds or to see that nothing is left.
 */
export function snapshotOf(store: ObjectStore): Readonly<Record<string, unknown>> {
  const entries: [string, unknown][] = [];
  for (const { type, object } of store.all()) {
    if (fleeting.has(type.kind)) continue;
    const { namespace, name } = object.metadata;
    entries.push([[type.group === '' ? type.kind : `${type.kind}.${type.group}`, namespace, name].filter((part) => part !== undefined).join('/'), plain(object)]);
  }
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function plain(object: StoredObject): JsonObject {
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, managedFields: _managed, generation: _generation, ownerReferences, ...metadata } = object.metadata;
  const owners = ownerReferences?.map(({ uid: _ownerUid, ...owner }) => owner);
  const body = object.kind === 'Secret' ? { ...object, data: digests(object['data']) } : object.kind === 'ConfigMap' && object.metadata.name === authorityName ? { ...object, data: {} } : object;
  return { ...body, metadata: { ...metadata, ...(owners === undefined ? {} : { ownerReferences: owners }) } };
}

function digests(data: unknown): JsonObject {
  return Object.fromEntries(Object.entries(isObject(data) ? data : {}).map(([key, value]) => [key, `sha256:${createHash('sha256').update(String(value)).digest('hex').slice(0, 16)}`]));
}
