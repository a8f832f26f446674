import { type JsonObject, isObject } from '../object.ts';
import { type Schema, isIntOrString, isQuantity, isRaw, resolved } from '../openapi/schema.ts';
import { keyElement, valueElement } from './field-set.ts';

/** How server-side apply sees a value: a leaf, a list or a map (structured-merge-diff: schema.Atom). */
export type Typed =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'list'; readonly keys: readonly string[] | undefined; readonly element: FieldType }
  | { readonly kind: 'map'; readonly fields: Readonly<Record<string, Schema>>; readonly element: FieldType | undefined };

/** A schema, or what stands for fields without one: `deduced` (its maps merge) or `atomic` (its maps are leaves). */
export type FieldType = Schema | 'deduced' | 'atomic';

const leaf: Typed = { kind: 'leaf' };

/** What the value is, by its schema; where that leaves it open, by the value itself. Atomic lists and maps are leaves. */
export function typedAs(type: FieldType, ...values: readonly unknown[]): Typed {
  if (type === 'atomic') return leaf;
  if (type === 'deduced') return values.some(isObject) ? { kind: 'map', fields: {}, element: 'deduced' } : leaf;
  if (isQuantity(type) || isIntOrString(type) || isRaw(type)) return leaf;
  const schema = resolved(type);
  const strategy = { ...schema, ...type };
  if (schema.type === 'array' || schema.items !== undefined) return listOf(strategy, schema.items ?? {});
  if (strategy['x-kubernetes-map-type'] === 'atomic') return leaf;
  if (schema.properties !== undefined || schema.type === 'object' || schema['x-kubernetes-preserve-unknown-fields'] === true) return mapOf(schema, values);
  if (schema.type === undefined && schema.format === undefined) return leaf;
  return leaf;
}

function listOf(schema: Schema, element: Schema): Typed {
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return { kind: 'list', keys: schema['x-kubernetes-list-map-keys'] ?? [], element };
    case 'set':
      return { kind: 'list', keys: undefined, element };
    case 'atomic':
      return leaf;
    default:
      // kube-openapi schemaconv: without a list type the patch strategy decides.
      if (schema['x-kubernetes-patch-strategy']?.includes('merge') !== true) return leaf;
      return { kind: 'list', keys: mergeKey === undefined ? undefined : [mergeKey], element };
  }
}

function mapOf(schema: Schema, values: readonly unknown[]): Typed {
  const fields = schema.properties ?? {};
  if (isObject(schema.additionalProperties)) return { kind: 'map', fields, element: schema.additionalProperties };
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true || schema.properties === undefined;
  if (!open) return { kind: 'map', fields, element: undefined };
  return values.some((value) => value !== null && value !== undefined && !isObject(value)) ? leaf : { kind: 'map', fields, element: 'deduced' };
}

/** The type of a map's field; `undefined` when it is not declared and the map is closed. */
export function fieldType(map: Typed & { kind: 'map' }, name: string): FieldType | undefined {
  return Object.hasOwn(map.fields, name) ? map.fields[name] : map.element;
}

/** The element of the path that names an item of a merging list. Throws a plain Error where the item cannot be named. */
export function itemElement(list: Typed & { kind: 'list' }, item: unknown): string {
  if (list.keys === undefined) {
    if (isObject(item)) throw new TypeError("associative list without keys has an element that's a map type");
    if (item === null) throw new TypeError("associative list without keys has an element that's an explicit null");
    return valueElement(item);
  }
  if (item === null) throw new TypeError('associative list with keys may not have a null element');
  if (!isObject(item)) throw new TypeError('associative list with keys may not have non-map elements');
  const keys: Record<string, unknown> = {};
  for (const key of list.keys) {
    const value = item[key] ?? keyDefault(list.element, key);
    if (value !== undefined) keys[key] = value;
  }
  if (Object.keys(keys).length === 0) {
    throw new TypeError(`associative list with keys has an element that omits all key fields [${list.keys.map((key) => JSON.stringify(key)).join(' ')}] (and doesn't have default values for any key fields)`);
  }
  return keyElement(keys);
}

function keyDefault(element: FieldType, key: string): unknown {
  return typeof element === 'string' ? undefined : resolved(element).properties?.[key]?.default;
}

/** Pairs every field of two maps. */
export function zipFields(left: unknown, right: unknown): readonly string[] {
  return [...new Set([...Object.keys(isObject(left) ? left : {}), ...Object.keys(isObject(right) ? right : {})])];
}

export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function fieldsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** Neither side has anything in it: the empty map or list itself is then the leaf. */
export function nothingIn(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return !isObject(value) || Object.keys(value).length === 0;
}
