import { listOf } from '../document.ts';
import type { AuthorizationRequest, PolicyStatement } from '../types.ts';
import { conditionsOf } from './condition.ts';
import { exampleOf, otherText } from './wildcard-example.ts';

type Context = AuthorizationRequest['context'];
type Value = string | readonly string[] | undefined;

/** So many contexts at most are all combined; beyond, one key is varied at a time. */
const combinations = 512;

/**
 * Contexts that tell the conditions of some statements apart: for each key the values that they name, values beside them,
 * and none.
 */
export function tellingContexts(statements: readonly PolicyStatement[], fixed: Context): readonly Context[] {
  const candidates = new Map<string, Value[]>();
  for (const statement of statements) {
    for (const { operatorName, key, values } of conditionsOf(statement.Condition)) {
      const known = candidates.get(key.toLowerCase()) ?? [undefined];
      for (const value of candidatesOf(operatorName, listOf(values))) if (!known.some((one) => JSON.stringify(one) === JSON.stringify(value))) known.push(value);
      candidates.set(key.toLowerCase(), known);
    }
  }
  const count = [...candidates.values()].reduce((product, values) => product * values.length, 1);
  const contexts = count <= combinations ? product(candidates) : oneAtATime(candidates, statements);
  return contexts.map((context) => ({ ...fixed, ...context }));
}

function product(candidates: ReadonlyMap<string, readonly Value[]>): readonly Context[] {
  let contexts: Context[] = [{}];
  for (const [key, values] of candidates) contexts = contexts.flatMap((context) => values.map((value) => (value === undefined ? context : { ...context, [key]: value })));
  return contexts;
}

/** From what each statement wants, one key changed. */
function oneAtATime(candidates: ReadonlyMap<string, readonly Value[]>, statements: readonly PolicyStatement[]): readonly Context[] {
  return statements.flatMap((statement) => {
    const wanted: Record<string, string | readonly string[]> = {};
    for (const { operatorName, key, values } of conditionsOf(statement.Condition)) {
      const [first = otherText] = /Not|Null/.test(operatorName) ? [otherText] : listOf(values).map(exampleOf);
      wanted[key.toLowerCase()] = operatorName.startsWith('For') ? [first] : first;
    }
    const changed = [...candidates].flatMap(([key, values]) =>
      values.map((value): Context => {
        const { [key]: _, ...others } = wanted;
        return value === undefined ? others : { ...others, [key]: value };
      }),
    );
    return [wanted, ...changed];
  });
}

function candidatesOf(operatorName: string, values: readonly string[]): readonly Value[] {
  const single = values.flatMap((value) => around(operatorName, value));
  if (!/^(ForAllValues|ForAnyValue):/i.test(operatorName)) return [...single, otherFor(operatorName)];
  return [[], ...single.map((value) => [value]), [otherFor(operatorName)], ...single.map((value) => [value, otherFor(operatorName)]), single];
}

/** A value that the policy names, and those just beside it. */
function around(operatorName: string, value: string): readonly string[] {
  if (/Numeric/i.test(operatorName) && Number.isFinite(Number(value))) return [value, String(Number(value) - 1), String(Number(value) + 1)];
  if (/Date/i.test(operatorName)) {
    const time = Date.parse(value);
    return Number.isNaN(time) ? [value] : [time, time - 1000, time + 1000].map((at) => new Date(at).toISOString());
  }
  if (/Bool/i.test(operatorName)) return ['true', 'false'];
  if (/IpAddress/i.test(operatorName)) return [value.replace(/\/.*/, '')];
  return [exampleOf(value)];
}

function otherFor(operatorName: string): string {
  if (/IpAddress/i.test(operatorName)) return '192.0.2.1';
  return /Arn/i.test(operatorName) ? 'arn:aws:other:::other' : otherText;
}
