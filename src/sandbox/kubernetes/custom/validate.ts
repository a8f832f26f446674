import { isObject, type JsonObject, sameJson } from '../object.ts';
import { type Schema, isIntOrString, resolved } from '../openapi/schema.ts';
import type { StatusCause } from '../status-error.ts';
import { quoted } from '../validation/names.ts';
import { required, unsupported } from '../validation/causes.ts';

/**
 * Problems of a custom resource against its schema, in the words of kube-openapi's validator. CEL rules (`x-kubernetes-validations`)
 * are not evaluated; see docs/sandbox-kubernetes.md.
 */
export function schemaProblems(object: JsonObject, schema: Schema): readonly StatusCause[] {
  const { metadata: _metadata, ...properties } = schema.properties ?? {};
  return check(object, { ...schema, properties }, '');
}

function check(value: unknown, given: Schema, place: string): readonly StatusCause[] {
  const schema = resolved(given);
  if (value === null || value === undefined) return value === undefined || schema.nullable === true ? [] : typeProblem(place, value, schema.type ?? 'object', 'null');
  if (isIntOrString(schema)) return typeof value === 'string' || Number.isInteger(value) ? [] : typeProblem(place, value, 'integer,string', typeName(value));
  if (schema.type !== undefined && !isOfType(value, schema.type)) return typeProblem(place, value, schema.type, typeName(value));
  return [...valueProblems(value, schema, place), ...combinedProblems(value, schema, place), ...innerProblems(value, schema, place)];
}

function innerProblems(value: unknown, schema: Schema, place: string): readonly StatusCause[] {
  if (Array.isArray(value)) {
    return [
      ...value.flatMap((item: unknown, index) => (schema.items === undefined ? [] : check(item, schema.items, `${place}[${index}]`))),
      ...duplicates(value, schema, place),
    ];
  }
  if (!isObject(value)) return [];
  const at = (field: string): string => (place === '' ? field : `${place}.${field}`);
  return [
    ...(schema.required ?? []).filter((field) => value[field] === undefined).map((field) => required(at(field))),
    ...Object.entries(value).flatMap(([field, inner]) => {
      const property = schema.properties?.[field] ?? (isObject(schema.additionalProperties) ? schema.additionalProperties : undefined);
      return property === undefined ? [] : check(inner, property, at(field));
    }),
  ];
}

function duplicates(items: readonly unknown[], schema: Schema, place: string): readonly StatusCause[] {
  const keys = schema['x-kubernetes-list-map-keys'];
  const kind = schema['x-kubernetes-list-type'];
  if (kind !== 'map' && kind !== 'set') return [];
  const identity = (item: unknown): unknown => (kind === 'set' ? item : Object.fromEntries((keys ?? []).map((key) => [key, isObject(item) ? item[key] : undefined])));
  return items.flatMap((item, index) =>
    items.slice(0, index).some((earlier) => sameJson(identity(earlier), identity(item)))
      ? [{ reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(identity(item))}`, field: `${place}[${index}]` }]
      : [],
  );
}

function valueProblems(value: unknown, schema: Schema, place: string): readonly StatusCause[] {
  const problems: StatusCause[] = [];
  const should = (words: string): void => void problems.push(problem(place, value, `${place} in body should ${words}`));
  if (schema.enum !== undefined && !schema.enum.some((allowed) => sameJson(allowed, value))) problems.push(unsupported(place, value, schema.enum));
  if (typeof value === 'string') {
    const length = [...value].length;
    if (schema.minLength !== undefined && length < schema.minLength) should(`be at least ${schema.minLength} chars long`);
    if (schema.maxLength !== undefined && length > schema.maxLength) problems.push({ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${schema.maxLength} bytes`, field: place });
    if (schema.pattern !== undefined && !matches(schema.pattern, value)) should(`match '${schema.pattern}'`);
  }
  if (typeof value === 'number') {
    const { minimum, maximum } = schema;
    if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) should(`be greater than ${schema.exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
    if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) should(`be less than ${schema.exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
    if (schema.multipleOf !== undefined && value % schema.multipleOf !== 0) should(`be a multiple of ${schema.multipleOf}`);
  }
  if (Array.isArray(value)) {
    if (schema.minItems !== undefined && value.length < schema.minItems) should(`have at least ${schema.minItems} items`);
    if (schema.maxItems !== undefined && value.length > schema.maxItems) problems.push({ reason: 'FieldValueTooMany', message: `Too many: ${value.length}: must have at most ${schema.maxItems} items`, field: place });
  }
  if (isObject(value)) {
    const count = Object.keys(value).length;
    if (schema.minProperties !== undefined && count < schema.minProperties) should(`have at least ${schema.minProperties} properties`);
    if (schema.maxProperties !== undefined && count > schema.maxProperties) problems.push({ reason: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${schema.maxProperties} items`, field: place });
  }
  return problems;
}

function combinedProblems(value: unknown, schema: Schema, place: string): readonly StatusCause[] {
  const fits = (each: Schema): boolean => check(value, each, place).length === 0;
  const problems: StatusCause[] = [];
  if (schema.allOf !== undefined) problems.push(...schema.allOf.flatMap((each) => check(value, each, place)));
  if (schema.anyOf !== undefined && !schema.anyOf.some(fits)) problems.push(problem(place, value, `${place} in body must validate at least one schema (anyOf)`));
  if (schema.oneOf !== undefined && schema.oneOf.filter(fits).length !== 1) problems.push(problem(place, value, `${place} in body must validate one and only one schema (oneOf). ${schema.oneOf.some(fits) ? 'Found 2 valid alternatives' : 'Found none valid'}`));
  if (schema.not !== undefined && fits(schema.not)) problems.push(problem(place, value, `${place} in body must not validate the schema (not)`));
  return problems;
}

function problem(field: string, value: unknown, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${typeof value === 'object' ? JSON.stringify(typeName(value)) : quoted(value)}: ${why}`, field };
}

function typeProblem(field: string, _value: unknown, wanted: string, found: string): readonly StatusCause[] {
  return [{ reason: 'FieldValueTypeInvalid', message: `Invalid value: ${JSON.stringify(found)}: ${field} in body must be of type ${wanted}: ${JSON.stringify(found)}`, field }];
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function isOfType(value: unknown, type: string): boolean {
  const found = typeName(value);
  return found === type || (type === 'number' && found === 'integer');
}

/** Patterns are Go's RE2: nearly the same language; one that JavaScript cannot read accepts everything. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true;
  }
}
