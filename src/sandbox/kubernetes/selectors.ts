import { type JsonObject, isObject, listAt, textAt, valueAt } from './object.ts';
import type { Requirement } from './label-selector.ts';
import { badRequest } from './status-error.ts';

export function labelsMatch(requirements: readonly Requirement[], labels: Readonly<Record<string, string>> | undefined): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = labels?.[key];
    switch (operator) {
      case 'in':
        return value !== undefined && values.includes(value);
      case 'notin':
        return value === undefined || !values.includes(value);
      case 'exists':
        return value !== undefined;
      case 'absent':
        return value === undefined;
      case 'greater':
        return value !== undefined && Number(value) > Number(values[0]);
      case 'less':
        return value !== undefined && Number(value) < Number(values[0]);
    }
  });
}

/** Does a LabelSelector of a workload (`matchLabels`, `matchExpressions`) choose these labels? An empty one chooses all. */
export function selectorMatches(selector: JsonObject, labels: Readonly<Record<string, string>> | undefined): boolean {
  const wanted = isObject(selector['matchLabels']) ? selector['matchLabels'] : {};
  if (!Object.entries(wanted).every(([key, value]) => labels?.[key] === value)) return false;
  return listAt(selector, 'matchExpressions').every((expression) => {
    const operator = setOperators[textAt(expression, 'operator') ?? ''];
    if (operator === undefined) return false;
    return labelsMatch([{ key: textAt(expression, 'key') ?? '', operator, values: listAt(expression, 'values').map(String) }], labels);
  });
}

const setOperators: Readonly<Record<string, Requirement['operator']>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: 'absent' };

/** One part of a field selector: `metadata.name=x`, `status.phase!=Running`. */
export interface FieldRequirement {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

export function parseFieldSelector(text: string): readonly FieldRequirement[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
      return { field: match[1]!, equal: match[2] !== '!=', value: match[3]! };
    });
}

/** An absent field counts as the empty string, as in the real server's field sets. */
export function fieldsMatch(requirements: readonly FieldRequirement[], object: JsonObject): boolean {
  return requirements.every(({ field, equal, value }) => {
    const found = valueAt(object, ...field.split('.'));
    const text = typeof found === 'string' ? found : found === undefined ? '' : JSON.stringify(found);
    return (text === value) === equal;
  });
}
