import { objectAt, sameJson, textAt, type JsonObject, type ObjectInput, type StoredObject } from '../kubernetes/object.ts';
import { controllerReference } from './ownership.ts';

export const templateHashLabel = 'pod-template-hash';

/**
 * The hash of a pod template, as names and labels carry it. Kubernetes hashes a print of its own structs, which nobody can repeat;
 * this one has the same shape: FNV-1a of 32 bits in a safe alphabet (pkg/controller `ComputeHash`, apimachinery `SafeEncodeString`).
 */
export function templateHash(template: JsonObject, collisionCount?: number): string {
  const text = canonical(template) + (collisionCount === undefined ? '' : `/${collisionCount}`);
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  return [...String(hash)].map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('');
}

/** Do both make the same pods? The hash label that the controller adds does not count. */
export function sameTemplate(left: JsonObject, right: JsonObject): boolean {
  return sameJson(withoutHash(left), withoutHash(right));
}

/** A template with one more label. */
export function withLabel(template: JsonObject, key: string, value: string): JsonObject {
  const metadata = objectAt(template, 'metadata');
  return { ...template, metadata: { ...metadata, labels: { ...objectAt(metadata, 'labels'), [key]: value } } };
}

/** @param name a whole name, or a prefix that a generated name is made of (`generateName`) */
export function podFromTemplate(owner: StoredObject, template: JsonObject, name: { readonly name: string } | { readonly generateName: string }): ObjectInput {
  const metadata = objectAt(template, 'metadata');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...name,
      namespace: owner.metadata.namespace ?? 'default',
      labels: texts(metadata['labels']),
      annotations: texts(metadata['annotations']),
      ownerReferences: [controllerReference(owner)],
    },
    spec: objectAt(template, 'spec'),
  };
}

export function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(objectAt({ value }, 'value')).flatMap(([key, each]) => (typeof each === 'string' ? [[key, each]] : [])));
}

function withoutHash(template: JsonObject): JsonObject {
  if (textAt(template, 'metadata', 'labels', templateHashLabel) === undefined) return template;
  const metadata = objectAt(template, 'metadata');
  const { [templateHashLabel]: _hash, ...labels } = objectAt(metadata, 'labels');
  return { ...template, metadata: { ...metadata, labels } };
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${fields.sort(([left], [right]) => (left < right ? -1 : 1)).map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}
