import { isObject, type JsonObject } from '../object.ts';
import { canonicalQuantity } from './quantity.ts';
import { isIntOrString, isQuantity, isRaw, resolved, type Schema } from './schema.ts';

export interface Decoded {
  readonly object: JsonObject;
  /** Paths of fields that the kind does not have, as the real decoder names them: `spec.replica`. */
  readonly unknownFields: readonly string[];
}

/** A value of the wrong type; the words are those of Go's JSON decoder. */
export class DecodeError extends Error {}

/**
 * Reads an object of a built-in kind as Go reads it into its struct and writes it again: unknown fields, nulls and empty optional
 * values fall away, quantities and times become canonical.
 */
export function decodeBuiltIn(object: JsonObject, schema: Schema): Decoded {
  const unknownFields: string[] = [];
  const root = schema['x-kubernetes-group-version-kind']?.[0]?.kind ?? '';
  const decoded = read(object, schema, { path: '', field: '', struct: root, kept: true, unknownFields });
  return { object: isObject(decoded) ? decoded : {}, unknownFields };
}

/** Where the reader is. */
interface Place {
  /** With indices and map keys, for unknown fields. */
  readonly path: string;
  /** Without them, as Go's messages have it. */
  readonly field: string;
  /** The Go struct that holds the field. */
  readonly struct: string;
  /** Is an empty value written? */
  readonly kept: boolean;
  readonly unknownFields: string[];
}

/** Optional strings whose empty value means something: pointers in Go. */
const meaningfulEmpty = new Set(['storageClassName', 'volumeName', 'clusterIP', 'ingressClassName']);

function read(value: unknown, given: Schema, place: Place): unknown {
  const schema = resolved(given);
  if (value === null || value === undefined) return undefined;
  if (isQuantity(given)) return quantity(value);
  if (isIntOrString(given)) return typeof value === 'string' || typeof value === 'number' ? value : wrong(value, 'intstr.IntOrString', place);
  if (isRaw(given) || isOpen(schema)) return value;
  const name = place.path.slice(place.path.lastIndexOf('.') + 1);
  switch (schema.type) {
    case 'array':
      if (!Array.isArray(value)) return wrong(value, goType(schema), place);
      if (value.length === 0) return place.kept ? [] : undefined;
      return value.map((item, index) => read(item, schema.items ?? {}, { ...place, path: `${place.path}[${index}]`, kept: true }) ?? null);
    case 'string':
      if (typeof value !== 'string') return wrong(value, 'string', place);
      if (schema.format === 'byte') checkBase64(value);
      if (schema.format === 'date-time') return time(value, given);
      return value === '' && !place.kept && !meaningfulEmpty.has(name) ? undefined : value;
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) ? value : wrong(value, schema.format ?? 'int64', place);
    case 'number':
      return typeof value === 'number' ? value : wrong(value, 'float64', place);
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong(value, 'bool', place);
    default:
      return readObject(value, given, schema, place);
  }
}

function isOpen(schema: Schema): boolean {
  return schema.properties === undefined && schema.additionalProperties === undefined && schema.items === undefined && (schema.type === undefined || schema.type === 'object');
}

function readObject(value: unknown, given: Schema, schema: Schema, place: Place): unknown {
  if (!isObject(value)) return wrong(value, given.$ref === undefined ? goType(schema) : goType(given), place);
  const struct = given.$ref?.split('.').at(-1) ?? place.struct;
  const result: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const path = place.path === '' ? key : `${place.path}.${key}`;
    const property = schema.properties?.[key];
    if (property !== undefined) {
      const kept = schema.required?.includes(key) === true || ownEmptiness.has(key);
      const decoded = read(inner, property, { ...place, struct, path, field: place.field === '' ? key : `${place.field}.${key}`, kept });
      if (decoded !== undefined) result[key] = decoded;
    } else if (isObject(schema.additionalProperties)) {
      // A null in a Go map of strings is the empty string.
      const value = inner === null && schema.additionalProperties.type === 'string' ? '' : inner;
      const decoded = read(value, schema.additionalProperties, { ...place, path, kept: true });
      if (decoded !== undefined) result[key] = decoded;
    } else place.unknownFields.push(path);
  }
  if (schema.properties === undefined && Object.keys(result).length === 0 && !place.kept) return undefined;
  return result;
}

/** Lists and maps that Go writes even when empty, though the schema calls them optional; an empty managedFields resets them. */
const ownEmptiness = new Set(['managedFields']);

function quantity(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(value) : undefined;
  if (text === undefined) throw new DecodeError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  return text;
}

/** metav1.Time keeps whole seconds in UTC; metav1.MicroTime wants exactly six digits behind the dot. */
function time(value: string, given: Schema): string {
  const micro = given.$ref?.endsWith('MicroTime') === true;
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const match = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(value);
  const failed = (rest: string, expected: string): never => {
    throw new DecodeError(`parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(expected)}`);
  };
  if (match === null) return failed(value, '2006');
  if (!micro) return `${new Date(value).toISOString().slice(0, 19)}Z`;
  if (match[1]?.length !== 7) return failed(value.slice(19), '.000000');
  return `${new Date(value).toISOString().slice(0, 19)}${match[1]}Z`;
}

/** Go's StdEncoding: padded, nothing but its alphabet and line ends. */
function checkBase64(text: string): void {
  const stray = text.search(/[^A-Za-z0-9+/=\r\n]/);
  if (stray !== -1) throw new DecodeError(`illegal base64 data at input byte ${stray}`);
  const plain = text.replaceAll(/[\r\n]/g, '');
  const padding = plain.indexOf('=');
  if (plain.length % 4 !== 0) throw new DecodeError(`illegal base64 data at input byte ${padding === -1 ? plain.length - (plain.length % 4) : plain.length}`);
  if (padding !== -1 && !/^={1,2}$/.test(plain.slice(padding))) throw new DecodeError(`illegal base64 data at input byte ${padding}`);
}

function goType(schema: Schema): string {
  if (schema.$ref !== undefined) return `v1.${schema.$ref.split('.').at(-1)}`;
  if (schema.type === 'array') return `[]${goType(schema.items ?? {})}`;
  if (isObject(schema.additionalProperties)) return `map[string]${goType(schema.additionalProperties)}`;
  return schema.type === 'integer' ? (schema.format ?? 'int64') : (schema.type ?? 'interface {}');
}

function wrong(value: unknown, wanted: string, { struct, field }: Place): never {
  const integers = /^u?int\d+$/.test(wanted);
  const found = Array.isArray(value) ? 'array' : typeof value === 'number' ? (integers ? `number ${value}` : 'number') : typeof value === 'boolean' ? 'bool' : typeof value === 'object' ? 'object' : 'string';
  throw new DecodeError(`json: cannot unmarshal ${found} into Go struct field ${struct}.${field} of type ${wanted}`);
}
