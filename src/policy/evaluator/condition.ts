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
  readonly values: string | readonly string[];
}

export function conditionsOf(block: ConditionBlock | undefined): readonly Condition[] {
  return Object.entries(block ?? {}).flatMap(([operatorName, keys]) => Object.entries(keys).map(([key, values]) => ({ operatorName, key, values })));
}

/** Do all conditions of a statement hold? */
export function conditionsHold(block: ConditionBlock, request: PreparedRequest, variables: boolean): boolean {
  for (const operatorName in block) {
    const keys = block[operatorName];
    for (const key in keys) if (!holds(operatorName, key, keys[key] ?? none, request, variables)) return false;
  }
  return true;
}

/** Does one condition hold? */
export function conditionHolds({ operatorName, key, values }: Condition, request: PreparedRequest, variables: boolean): boolean {
  return holds(operatorName, key, values, request, variables);
}

/**
 * `variables` is whether the policy's version knows variables (2012-10-17).
 *
 * - several values of the policy: one must match (for a negated operator: none may);
 * - without the key: a positive operator fails, a negated one, `IfExists` and `ForAllValues` hold, `ForAnyValue` fails;
 * - `ForAllValues` takes an empty text as no value ("null dataset, such as an empty string");
 * - a key with several values needs `ForAllValues` or `ForAnyValue`; without, the condition fails;
 * - values that cannot be compared fail, negated or not.
 * (IAM user guide, "Condition operators" and "Single-valued vs. multivalued context keys".)
 */
function holds(operatorName: string, key: string, given: string | readonly string[], request: PreparedRequest, variables: boolean): boolean {
  const test = tests.get(operatorName) ?? tests.get(operatorName.toLowerCase());
  // AWS refuses a policy with an operator that it does not know; one that is met all the same never applies.
  if (test === undefined) return false;
  const value = request.value(key);
  if (test.operator === undefined) return listOf(given).some((wanted) => (wanted.toLowerCase() === 'true') === (value === undefined));
  const { operator, quantifier, ifExists } = test;
  if (value === undefined) return ifExists || quantifier === 'all' || (quantifier === undefined && operator.negated);
  const wanted = variables && operator.variables ? substituteAll(given, request) : given;
  if (typeof value === 'string') return (quantifier === 'all' && value === '') || valueHolds(operator, value, wanted);
  if (quantifier === undefined) return false;
  if (quantifier === 'all') return value.every((one) => one === '') || value.every((one) => valueHolds(operator, one, wanted));
  return value.some((one) => valueHolds(operator, one, wanted));
}

/** One value of the request against all of the policy. */
function valueHolds(operator: Operator, value: string, wanted: string | readonly string[]): boolean {
  if (typeof wanted === 'string') {
    const match = operator.matches(value, wanted);
    return match !== undefined && match !== operator.negated;
  }
  for (const one of wanted) {
    const match = operator.matches(value, one);
    if (match === true) return !operator.negated;
    if (match === undefined && operator.negated) return false;
  }
  return operator.negated;
}

function substituteAll(given: string | readonly string[], request: PreparedRequest): string | readonly string[] {
  if (typeof given === 'string') return given.includes('${') ? (substitute(given, request) ?? none) : given;
  if (!given.some((value) => value.includes('${'))) return given;
  return given.map((value) => substitute(value, request)).filter((value) => value !== undefined);
}

const none: readonly string[] = [];

/** How an operator's name is read; without an operator it is `Null`. */
interface Test {
  readonly operator: Operator | undefined;
  readonly quantifier: 'all' | 'any' | undefined;
  readonly ifExists: boolean;
}

/** Every name, `ForAnyValue:StringLikeIfExists`, as written and in lower case: names are compared without case. */
const tests: ReadonlyMap<string, Test> = new Map(
  ([['', undefined], ['ForAllValues:', 'all'], ['ForAnyValue:', 'any']] as const).flatMap(([prefix, quantifier]) =>
    [['Null', undefined] as const, ...operators].flatMap(([name, operator]) =>
      (operator === undefined ? [''] : ['', 'IfExists']).flatMap((suffix) => {
        const test: Test = { operator, quantifier, ifExists: suffix !== '' };
        const whole = `${prefix}${name}${suffix}`;
        return [[whole, test] as const, [whole.toLowerCase(), test] as const];
      }),
    ),
  ),
);
