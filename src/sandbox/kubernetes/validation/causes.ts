import type { StatusCause } from '../status-error.ts';
import { quoted } from './names.ts';

// The words of k8s.io/apimachinery/pkg/util/validation/field/errors.go.

export function invalidValue(field: string, value: unknown, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${quoted(value)}: ${why}`, field };
}

export function required(field: string, why = ''): StatusCause {
  return { reason: 'FieldValueRequired', message: why === '' ? 'Required value' : `Required value: ${why}`, field };
}

export function duplicate(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${quoted(value)}`, field };
}

export function notFoundValue(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueNotFound', message: `Not found: ${quoted(value)}`, field };
}

export function unsupported(field: string, value: unknown, values: readonly unknown[]): StatusCause {
  return { reason: 'FieldValueNotSupported', message: `Unsupported value: ${quoted(value)}: supported values: ${values.map(quoted).join(', ')}`, field };
}

export function forbiddenChange(field: string, why: string): StatusCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

export function immutable(field: string, value: unknown): StatusCause {
  return invalidValue(field, value, 'field is immutable');
}

/** A JSON value as Go prints it with `%+v`: `map[a:1 b:[x y]]`, keys in order (package fmt). */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `map[${entries.map(([key, each]) => `${key}:${goValue(each)}`).join(' ')}]`;
}
