import { isObject, type JsonObject, type ObjectInput, sameJson, type StoredMeta, type StoredObject } from './object.ts';
import type { ResourceType } from './resource-type.ts';

export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** The same object as another served version shows it; conversion strategy None changes the apiVersion only. */
export function inVersion(object: StoredObject, apiVersion: string): StoredObject {
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/** What a body says of itself; anything may be missing. */
export function metadataOf(body: JsonObject): Partial<StoredMeta> {
  const metadata = body['metadata'];
  return isMeta(metadata) ? metadata : {};
}

function isMeta(value: unknown): value is Partial<StoredMeta> {
  return isObject(value);
}

/** The body with the name that it will have. */
export function named(body: JsonObject, name: string): JsonObject {
  return { ...body, metadata: { ...metadataOf(body), name } };
}

/** Fields of the metadata that only the server sets, and empty ones, are not taken from a client. */
export function cleaned(meta: Partial<StoredMeta>): Partial<StoredMeta> {
  const { uid: _uid, resourceVersion: _revision, creationTimestamp: _created, generation: _generation, deletionTimestamp: _deleted, deletionGracePeriodSeconds: _grace, ...rest } = meta;
  return Object.fromEntries(
    Object.entries(rest).filter(([field, value]) => {
      if (field === 'managedFields') return true;
      if (field === 'selfLink' || value === undefined || value === null || value === '') return false;
      return !(isObject(value) && Object.keys(value).length === 0) && !(Array.isArray(value) && value.length === 0);
    }),
  );
}

export function withRevision(object: StoredObject, resourceVersion: string): StoredObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

/** As long as it is not kept, an object has no version. */
export function withoutRevision<T extends ObjectInput>(object: T): T {
  return { ...object, metadata: { ...object.metadata, resourceVersion: '' } };
}

/** A write that changes nothing else than times in managedFields keeps the resourceVersion (apiserver: ignoreManagedFieldsTimestampsTransformer). */
export function withoutBookkeeping(object: StoredObject): JsonObject {
  const { resourceVersion: _revision, managedFields, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, managedFields: (managedFields ?? []).map(({ time: _time, ...entry }) => entry) } };
}

export function changesGeneration(type: ResourceType, old: StoredObject, object: StoredObject): boolean {
  if (type.generation === 'spec and annotations' && !sameJson(old.metadata.annotations ?? {}, object.metadata.annotations ?? {})) return true;
  const rest = (each: StoredObject): JsonObject => {
    const { metadata: _metadata, ...body } = each;
    const { status: _status, ...withoutStatus } = body;
    return type.status === true ? withoutStatus : body;
  };
  return !sameJson(rest(old), rest(object));
}

