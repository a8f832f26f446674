/**
 * The hashes that External Secrets Operator writes onto objects: SHA3-224 of Go's `%+v` of a value
 * (external-secrets v0.20.4, pkg/esutils/utils.go `ObjectHash`).
 */
import { createHash } from 'node:crypto';

/** Annotation `reconcile.external-secrets.io/data-hash`: how it knows that a Secret was edited by another hand. */
export function dataHash(data: Readonly<Record<string, Uint8Array>>): string {
  return objectHash(goMap(data, (bytes) => `[${Array.from(bytes).join(' ')}]`));
}

/** `status.syncedResourceVersion`: the generation with a hash of annotations and labels (pkg/controllers/util `GetResourceVersion`). */
export function syncedResourceVersion(meta: {
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}): string {
  const hash = objectHash(`{annotations:${goMap(meta.annotations ?? {}, String)} labels:${goMap(meta.labels ?? {}, String)}}`);
  return `${meta.generation ?? 0}-${hash}`;
}

/** Label `reconcile.external-secrets.io/created-by`. */
export function ownerHash(namespace: string, name: string): string {
  return objectHash(`${namespace}/${name}`);
}

/** The field manager of one ExternalSecret's writes; a name too long for it is hashed (`fqdnFor`). */
export function fieldManagerOf(name: string): string {
  const plain = `externalsecrets.external-secrets.io/${name}`;
  return plain.length > 63 ? `externalsecrets.external-secrets.io/sha3/${objectHash(name)}` : plain;
}

function objectHash(text: string): string {
  return createHash('sha3-224').update(text).digest('hex');
}

/** Go prints a map's keys in byte order. */
function goMap<Value>(map: Readonly<Record<string, Value>>, print: (value: Value) => string): string {
  const keys = Object.keys(map).sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  return `map[${keys.map((key) => `${key}:${print(map[key]!)}`).join(' ')}]`;
}
