import { listOf } from '../document.ts';
import type { ConditionBlock } from '../types.ts';
import { operators } from './operators/index.ts';
import type { Operator } from './operators/operator.ts';
import type { PreparedRequest } from './prepared-request.ts';
import { substitute } from './variables.ts';

/** One operator with one key: all of a statement's conditions must hold. */
export interface Condition {
  /** As written, `ForAllValues:StringEqualsIfExists`. */
  readonly operatorName: string;
  /** As written. */
  readonly key: string;
  readonly values: readonly string[];
  readonly test: Test;
}

/** How an operator's name is read; `unknown` names hold never. */
export type Test =
  | { readonly kind: 'null' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'compare'; readonly operator: Operator; readonly quantifier: 'all' | 'any' | undefined; readonly ifExists: boolean };

export function conditionsOf(block: ConditionBlock | undefined): readonly Condition[] {
  if (block === undefined) return none;
  const conditions: Condition[] = [];
  for (const operatorName in block) {
    const test = testOf(operatorName);
    const keys = block[operatorName];
    for (const key in keys) conditions.push({ operatorName, key, values: listOf(keys[key]), test });
  }
  return conditions;
}

const none: readonly Condition[] = [];

/**
 * Does a condition hold for a request? `variables` is whether the policy's version knows variables (2012-10-17).
 *
 * - several values of the policy: one must match (for a negated operator: none may);
 * - without the key: a positive operator fails, a negated one, `IfExists` and `ForAllValues` hold, `ForAnyValue` fails;
 * - `ForAllValues` takes an empty text as no value ("null dataset, such as an empty string");
 * - a key with several values needs `ForAllValues` or `ForAnyValue`; without, the condition fails;
 * - values that cannot be compared fail, negated or not.
 * (IAM user guide, "Condition operators" and "Single-valued vs. multivalued context keys".)
 */
export function conditionHolds(condition: Condition, request: PreparedRequest, variables: boolean): boolean {
  const { test } = condition;
  const value = request.context.get(condition.key.toLowerCase());
  if (test.kind === 'null') return condition.values.some((wanted) => (wanted.toLowerCase() === 'true') === (value === undefined));
  if (test.kind === 'unknown') return false;
  const { operator, quantifier, ifExists } = test;
  if (value === undefined) return ifExists || quantifier === 'all' || (quantifier === undefined && operator.negated);
  const wanted = variables && operator.variables ? substituteAll(condition.values, request) : condition.values;
  if (typeof value === 'string') return (quantifier === 'all' && value === '') || valueHolds(operator, value, wanted);
  if (quantifier === undefined) return false;
  if (quantifier === 'all') return value.every((one) => one === '') || value.every((one) => valueHolds(operator, one, wanted));
  return value.some((one) => valueHolds(operator, one, wanted));
}

/** One value of the request against all of the policy. */
function valueHolds(operator: Operator, value: string, wanted: readonly string[]): boolean {
  for (const one of wanted) {
    const match = operator.matches(value, one);
    if (match === true) return !operator.negated;
    if (match === undefined && operator.negated) return false;
  }
  return operator.negated;
}

function substituteAll(values: readonly string[], request: PreparedRequest): readonly string[] {
  if (!values.some((value) => value.includes('${'))) return values;
  return values.map((value) => substitute(value, request)).filter((value) => value !== undefined);
}

/** Reads `ForAnyValue:StringLikeIfExists`. Names are compared without case. */
function testOf(name: string): Test {
  const known = testsByName.get(name);
  if (known !== undefined) return known;
  let rest = name.toLowerCase();
  let quantifier: 'all' | 'any' | undefined;
  if (rest.startsWith('forallvalues:')) [quantifier, rest] = ['all', rest.slice('forallvalues:'.length)];
  else if (rest.startsWith('foranyvalue:')) [quantifier, rest] = ['any', rest.slice('foranyvalue:'.length)];
  if (rest === 'null') return { kind: 'null' };
  const ifExists = rest.endsWith('ifexists');
  const operator = operators.get(ifExists ? rest.slice(0, -'ifexists'.length) : rest);
  return operator === undefined ? { kind: 'unknown' } : { kind: 'compare', operator, quantifier, ifExists };
}

/** The names that policies mostly use, read once. */
const testsByName: ReadonlyMap<string, Test> = new Map(
  ['StringEquals', 'StringLike', 'StringNotEquals', 'ArnLike', 'ArnEquals', 'Bool', 'Null', 'IpAddress', 'NotIpAddress', 'StringEqualsIfExists', 'NumericLessThan'].map((name) => {
    const key = name.toLowerCase();
    const ifExists = key.endsWith('ifexists');
    const operator = operators.get(ifExists ? key.slice(0, -'ifexists'.length) : key);
    return [name, operator === undefined ? { kind: 'null' } : { kind: 'compare', operator, quantifier: undefined, ifExists }] as const;
  }),
);
