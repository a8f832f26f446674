import { isObject, type JsonObject, numberAt, textAt } from '../object.ts';
import { age, type Column, nameColumn } from './column.ts';

/** The columns that a CustomResourceDefinition names, after the name; only an age where it names none (apiextensions: tableconvertor.go). */
export function customColumns(definitions: readonly JsonObject[]): readonly Column[] {
  const given = definitions.length > 0 ? definitions : [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }];
  return [
    nameColumn,
    ...given.map((definition): Column => {
      const type = textAt(definition, 'type') ?? 'string';
      const path = textAt(definition, 'jsonPath') ?? '';
      return {
        name: textAt(definition, 'name') ?? '',
        type: type === 'date' ? 'date' : type,
        format: textAt(definition, 'format') ?? '',
        description: textAt(definition, 'description') ?? `Custom resource definition column (in JSONPath format): ${path}`,
        priority: numberAt(definition, 'priority') ?? 0,
        cell: (object, now) => cell(atPath(object, path), type, now),
      };
    }),
  ];
}

function cell(value: unknown, type: string, now: Date): unknown {
  if (value === undefined) return null;
  if (type === 'date') return typeof value === 'string' ? age(value, now) : '<unknown>';
  if (type === 'string') return typeof value === 'string' ? value : JSON.stringify(value);
  return value;
}

/** The part of JSONPath that printer columns use: fields, `[0]`, `[?(@.type=="Ready")]`, `\.` for a dot in a name. */
export function atPath(object: unknown, path: string): unknown {
  const steps = path.match(/\.(?:\\.|[^.[\]])+|\[\?\(@\.[^)]*\)\]|\[['"][^'"]*['"]\]|\[\d+\]|\[\*\]/g) ?? [];
  let here: unknown = object;
  for (const step of steps) {
    if (step.startsWith('.')) here = isObject(here) ? here[step.slice(1).replaceAll('\\.', '.')] : undefined;
    else if (/^\[\d+\]$/.test(step)) here = Array.isArray(here) ? here[Number(step.slice(1, -1))] : undefined;
    else if (step === '[*]') here = Array.isArray(here) ? here[0] : undefined;
    else if (step.startsWith('[?')) here = Array.isArray(here) ? here.find((item) => filterFits(item, step)) : undefined;
    else here = isObject(here) ? here[step.slice(2, -2)] : undefined;
  }
  return here;
}

function filterFits(item: unknown, step: string): boolean {
  const match = /^\[\?\(@\.([\w.-]+)\s*==\s*['"]([^'"]*)['"]\)\]$/.exec(step);
  return match !== null && isObject(item) && String(atPath(item, `.${match[1]!}`)) === match[2];
}
