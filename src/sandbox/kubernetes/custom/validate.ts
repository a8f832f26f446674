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
    if (schema.format === 'date-time' && !/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value)) problems.push({ reason: 'FieldValueTypeInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${place} in body must be of type date-time: ${JSON.stringify(value)}`, field: place });
    if (schema.pattern !== undefined && !matches(schema.pattern, value)) should(`match '${schema.pattern}'`);
  }
  if (typeof value === 'number') {
    const { minimum, maximum } = schema;
    if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) should(`be greater than ${schema.exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
    if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) should(`be less than ${schema.exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
    if (schema.multipleOf !== undefined && value % schema.multipleOf !== 0) should(`be a multiple of ${schema.multipleOf}`);
  }
  if (Array.isArray(value)) {
    if (schema.minItems !== undefined && value.length < schema.minItems) problems.push(problem(place, value.length, `${place} in body should have at least ${schema.minItems} items`));
    if (schema.maxItems !== undefined && value.length > schema.maxItems) problems.push(tooMany(place, value.length, schema.maxItems));
  }
  if (isObject(value)) {
    const count = Object.keys(value).length;
    if (schema.minProperties !== undefined && count < schema.minProperties) problems.push(problem(place, count, `${place} in body should have at least ${schema.minProperties} properties`));
    if (schema.maxProperties !== undefined && count > schema.maxProperties) problems.push(tooMany(place, count, schema.maxProperties));
  }
  return problems;
}

/** kube-openapi: validate/schema_props.go. The composite error has no field; where nothing fits, the first alternative's own problems follow. */
function combinedProblems(value: unknown, schema: Schema, place: string): readonly StatusCause[] {
  const problems: StatusCause[] = [];
  const must = (words: string): void => void problems.push({ reason: 'FieldValueInvalid', message: `Invalid value: "": ${JSON.stringify(place)} must ${words}`, field: '<nil>' });
  const tried = (alternatives: readonly Schema[] | undefined): readonly (readonly StatusCause[])[] => (alternatives ?? []).map((each) => check(value, each, place));
  const [any, one, all] = [tried(schema.anyOf), tried(schema.oneOf), tried(schema.allOf)];
  if (any.length > 0 && any.every((each) => each.length > 0)) {
    must('validate at least one schema (anyOf)');
    problems.push(...any[0]!);
  }
  const fitting = one.filter((each) => each.length === 0).length;
  if (one.length > 0 && fitting !== 1) {
    must(`validate one and only one schema (oneOf). ${fitting === 0 ? 'Found none valid' : `Found ${fitting} valid alternatives`}`);
    if (fitting === 0) problems.push(...one[0]!);
  }
  problems.push(...all.flat());
  if (all.some((each) => each.length > 0)) must(`validate all the schemas (allOf)${all.every((each) => each.length > 0) ? '. None validated' : ''}`);
  if (schema.not !== undefined && check(value, schema.not, place).length === 0) must('not validate the schema (not)');
  return problems;
}

function tooMany(field: string, count: number, most: number): StatusCause {
  return { reason: 'FieldValueTooMany', message: `Too many: ${count}: must have at most ${most} item${most === 1 ? '' : 's'}`, field };
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
