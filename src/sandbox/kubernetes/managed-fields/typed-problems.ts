import { isObject } from '../object.ts';
import { isIntOrString, isQuantity, resolved } from '../openapi/schema.ts';
import { type FieldType, fieldType, itemElement, typedAs } from './typed.ts';
import { fieldElement, pathText } from './field-set.ts';

/** Why the value cannot be applied: fields that the schema does not have, items without or with the same key (structured-merge-diff: typed/validate.go). */
export function typedProblems(value: unknown, type: FieldType, path: readonly string[] = []): readonly string[] {
  if (value === null || value === undefined) return [];
  const typed = typedAs(type, value);
  const where = (words: string): string => `${pathText(path)}: ${words}`;
  if (typed.kind === 'leaf') return scalarProblems(value, type, where);
  if (typed.kind === 'map') {
    if (!isObject(value)) return [where(`expected map, got ${described(value)}`)];
    return Object.entries(value).flatMap(([name, inner]) => {
      const below = [...path, fieldElement(name)];
      const innerType = fieldType(typed, name);
      return innerType === undefined ? [`${pathText(below)}: field not declared in schema`] : typedProblems(inner, innerType, below);
    });
  }
  if (!Array.isArray(value)) return [where(`expected list, got ${described(value)}`)];
  const seen = new Set<string>();
  return value.flatMap((item: unknown, index) => {
    try {
      const element = itemElement(typed, item);
      if (seen.has(element)) return [where(`duplicate entries for key ${pathText([element])}`)];
      seen.add(element);
      return typedProblems(item, typed.element, [...path, element]);
    } catch (error) {
      return [where(`element ${index}: ${error instanceof Error ? error.message : String(error)}`)];
    }
  });
}

function scalarProblems(value: unknown, type: FieldType, where: (words: string) => string): readonly string[] {
  if (typeof type === 'string' || isQuantity(type) || isIntOrString(type)) return [];
  switch (resolved(type).type) {
    case 'integer':
    case 'number':
      return typeof value === 'number' ? [] : [where(`expected numeric (int or float), got ${goType(value)}`)];
    case 'string':
      return typeof value === 'string' ? [] : [where(`expected string, got &value.valueUnstructured{Value:${JSON.stringify(value)}}`)];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [where(`expected boolean, got ${described(value)}`)];
    default:
      return [];
  }
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  return isObject(value) ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : 'string';
}

function described(value: unknown): string {
  return isObject(value) || Array.isArray(value) ? `&{${JSON.stringify(value)}}` : `&{${String(value)}}`;
}
