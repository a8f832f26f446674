import { type JsonObject, isObject } from '../object.ts';
import { type Schema, resolved } from '../openapi/schema.ts';

/** The object without the fields that its schema does not know, and which those were (Kubernetes docs, "Field pruning"). */
export function pruned(object: JsonObject, schema: Schema): { readonly value: JsonObject; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const value = prune(object, schema, '', unknown);
  return { value: isObject(value) ? value : {}, unknown };
}

function prune(value: unknown, given: Schema, place: string, unknown: string[]): unknown {
  const schema = resolved(given);
  if (Array.isArray(value)) return value.map((item, index) => prune(item, schema.items ?? { 'x-kubernetes-preserve-unknown-fields': true }, `${place}[${index}]`, unknown));
  // Types with a wire form of their own (FieldsV1 in the metadata) keep what they hold.
  if (!isObject(value) || (given.$ref !== undefined && schema.properties === undefined)) return value;
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true || (schema.properties === undefined && schema.additionalProperties === undefined && schema.type === undefined);
  const kept: Record<string, unknown> = {};
  for (const [field, inner] of Object.entries(value)) {
    const below = place === '' ? field : `${place}.${field}`;
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, field) ? schema.properties[field] : undefined;
    const embedded = schema['x-kubernetes-embedded-resource'] === true && ['apiVersion', 'kind', 'metadata'].includes(field);
    if (known !== undefined) kept[field] = prune(inner, known, below, unknown);
    else if (isObject(schema.additionalProperties)) kept[field] = prune(inner, schema.additionalProperties, below, unknown);
    else if (keepsAll || schema.additionalProperties === true || embedded) kept[field] = inner;
    else unknown.push(below);
  }
  return kept;
}

/** Fills in the schema's defaults; a null of a field that may not be null counts as absent. */
export function withDefaults(object: JsonObject, schema: Schema): JsonObject {
  const value = fill(object, schema);
  return isObject(value) ? value : object;
}

function fill(value: unknown, given: Schema): unknown {
  const schema = resolved(given);
  if (Array.isArray(value)) return schema.items === undefined ? value : value.map((item) => fill(item, schema.items ?? {}));
  if (!isObject(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [field, property] of Object.entries(schema.properties ?? {})) {
    const fallback = property.default;
    const present = filled[field];
    if (present === null && resolved(property).nullable !== true) delete filled[field];
    if (filled[field] === undefined && fallback !== undefined) filled[field] = fallback;
    if (filled[field] !== undefined) filled[field] = fill(filled[field], property);
  }
  if (isObject(schema.additionalProperties)) {
    for (const [field, inner] of Object.entries(value)) {
      if (schema.properties?.[field] === undefined) filled[field] = fill(inner, schema.additionalProperties);
    }
  }
  return filled;
}
