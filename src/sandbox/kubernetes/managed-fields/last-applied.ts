import { isObject, type JsonObject, objectAt, textAt } from '../object.ts';
import type { Schema } from '../openapi/schema.ts';
import { compare } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { fieldsHeldBy } from './ownership-of-value.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** kubectl moving from client-side to server-side apply may take what its last-applied annotation says it applied (lastappliedmanager.go). */
export function ownedByLastApplied(live: JsonObject, apiVersion: string, schema: Schema): FieldSet {
  const text = textAt(live, 'metadata', 'annotations', lastApplied);
  if (text === undefined) return new FieldSet();
  try {
    const applied: unknown = JSON.parse(text);
    if (textAt(applied, 'apiVersion') !== apiVersion) return new FieldSet();
    const changes = compare(applied, live, schema);
    return fieldsHeldBy(applied, schema).difference(changes.modified).difference(changes.added).difference(changes.removed);
  } catch {
    return new FieldSet();
  }
}

/** kubectl's server-side apply keeps the annotation of client-side apply up to date where it is there (lastappliedupdater.go). */
export function withLastApplied(applied: JsonObject, config: JsonObject): JsonObject {
  const annotations = objectAt(applied, 'metadata', 'annotations');
  if (typeof annotations[lastApplied] !== 'string' || annotations[lastApplied] === '') return applied;
  const { [lastApplied]: _old, ...others } = objectAt(config, 'metadata', 'annotations');
  const plain = { ...config, metadata: { ...objectAt(config, 'metadata'), annotations: others } };
  const metadata = { ...objectAt(applied, 'metadata'), annotations: { ...annotations, [lastApplied]: `${JSON.stringify(sortedFields(plain))}\n` } };
  return { ...applied, metadata };
}

/** Go writes maps in the order of their keys. */
function sortedFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedFields);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((field) => [field, sortedFields(value[field])]));
}
