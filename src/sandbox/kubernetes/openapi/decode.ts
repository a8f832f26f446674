import { isObject, type JsonObject } from '../object.ts';
import { canonicalQuantity } from './quantity.ts';
import { isIntOrString, isQuantity, resolved, type Schema } from './schema.ts';

export interface Decoded {
  readonly object: JsonObject;
  /** Paths of fields that the kind does not have, as the real decoder names them: `spec.replica`. */
  readonly unknownFields: readonly string[];
}

/** A value of the wrong type; the words are those of Go's JSON decoder. */
export class DecodeError extends Error {}

/**
 * Reads an object of a built-in kind as Go reads it into its struct and writes it again: unknown fields, nulls and empty optional
 * values fall away, quantities become canonical.
 */
export function decodeBuiltIn(object: JsonObject, schema: Schema): Decoded {
  const unknownFields: string[] = [];
  const decoded = read(object, schema, '', true, unknownFields);
  return { object: isObject(decoded) ? decoded : {}, unknownFields };
}

/** Optional strings whose empty value means something: pointers in Go. */
const meaningfulEmpty = new Set(['storageClassName', 'volumeName', 'clusterIP', 'ingressClassName']);

function read(value: unknown, given: Schema, place: string, kept: boolean, unknown: string[]): unknown {
  const schema = resolved(given);
  if (value === null || value === undefined) return undefined;
  if (isQuantity(given)) return quantity(value);
  if (isIntOrString(given)) return typeof value === 'string' || typeof value === 'number' ? value : wrong(value, 'intstr.IntOrString', place);
  if (schema.properties === undefined && schema.additionalProperties === undefined && schema.items === undefined && (schema.type === undefined || schema.type === 'object')) return value;
  switch (schema.type) {
    case 'array': {
      if (!Array.isArray(value)) return wrong(value, `[]${schema.items?.$ref?.split('.').at(-1) ?? schema.items?.type ?? ''}`, place);
      if (value.length === 0) return kept ? [] : undefined;
      return value.map((item, index) => read(item, schema.items ?? {}, `${place}[${index}]`, true, unknown) ?? null);
    }
    case 'string':
      if (typeof value !== 'string') return wrong(value, 'string', place);
      if (schema.format === 'byte') checkBase64(value);
      return value === '' && !kept && !meaningfulEmpty.has(place.slice(place.lastIndexOf('.') + 1)) ? undefined : value;
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) ? value : wrong(value, schema.format ?? 'int64', place);
    case 'number':
      return typeof value === 'number' ? value : wrong(value, 'float64', place);
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong(value, 'bool', place);
    default:
      return readObject(value, schema, place, kept, unknown);
  }
}

function readObject(value: unknown, schema: Schema, place: string, kept: boolean, unknown: string[]): unknown {
  if (!isObject(value)) return wrong(value, schema.properties === undefined ? 'map[string]string' : 'struct', place);
  const result: Record<string, unknown> = {};
  for (const [field, inner] of Object.entries(value)) {
    const below = place === '' ? field : `${place}.${field}`;
    const property = schema.properties?.[field];
    if (property !== undefined) {
      const required = schema.required?.includes(field) === true || ownEmptiness.has(field);
      const decoded = read(inner, property, below, required, unknown);
      if (decoded !== undefined) result[field] = decoded;
    } else if (isObject(schema.additionalProperties)) {
      const decoded = read(inner, schema.additionalProperties, below, true, unknown);
      if (decoded !== undefined) result[field] = decoded;
    } else unknown.push(below);
  }
  if (schema.properties === undefined && Object.keys(result).length === 0 && !kept) return undefined;
  return result;
}

/** Lists and maps that Go writes even when empty, though the schema calls them optional; an empty managedFields resets them. */
const ownEmptiness = new Set(['managedFields']);

function quantity(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(value) : undefined;
  if (text === undefined) throw new DecodeError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  return text;
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

function wrong(value: unknown, wanted: string, place: string): never {
  const found = Array.isArray(value) ? 'array' : typeof value === 'number' ? `number` : typeof value === 'boolean' ? 'bool' : typeof value === 'object' ? 'object' : 'string';
  throw new DecodeError(`json: cannot unmarshal ${found} into Go struct field ${place.replaceAll(/\[\d+\]/g, '')} of type ${wanted}`);
}
