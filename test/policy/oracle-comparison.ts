import assert from 'node:assert/strict';
import { operators } from '../../src/policy/evaluator/operators/index.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { Decision } from '../../src/policy/types.ts';
import { decisiveIn, withOperator } from './decisive.ts';
import { oracleDecision } from './oracle.ts';
import { inOracleWords } from './oracle-exceptions.ts';
import { Dice } from './random.ts';
import { randomPair, type Pair } from './random-pair.ts';

export interface Comparison {
  readonly pairs: readonly Pair[];
  /** What iam-simulate says of each. */
  readonly oracle: readonly Decision[];
  readonly decisions: Readonly<Record<Decision, number>>;
  readonly exceptions: ReadonlyMap<string, number>;
}

/** Compares random pairs; every pair must get the same decision from both evaluators. */
export function compareWithOracle(count: number, seed: number): Comparison {
  const dice = new Dice(seed);
  const pairs = Array.from({ length: count }, () => randomPair(dice));
  const decisions = { allow: 0, 'explicit-deny': 0, 'implicit-deny': 0 };
  const exceptions = new Map<string, number>();
  const oracle = pairs.map((pair, index) => {
    const { set, taken } = inOracleWords(pair.request, pair.set);
    for (const name of taken) exceptions.set(name, (exceptions.get(name) ?? 0) + 1);
    const theirs = oracleDecision(pair.request, set);
    const ours = evaluate(pair.request, pair.set).decision;
    decisions[ours] += 1;
    if (ours !== theirs) assert.equal(ours, theirs, `seed ${seed}, pair ${index}: ${JSON.stringify(pair)}`);
    return theirs;
  });
  return { pairs, oracle, decisions, exceptions };
}

/** How many verdicts hang on each operator, qualifier, Not element and layer. */
export function countDecisive({ pairs }: Comparison): ReadonlyMap<string, number> {
  const counts = new Map<string, number>([...operators.keys(), 'Null', 'ForAllValues', 'ForAnyValue', 'IfExists', 'NotAction', 'NotResource', 'boundary', 'session', 'service-control'].map((name) => [name, 0]));
  for (const pair of pairs) for (const name of decisiveIn(pair)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Operators that another could stand in for without any pair noticing. */
export function unnoticedFlips({ pairs, oracle }: Comparison): readonly string[] {
  return Object.entries(flips).flatMap(([from, to]) => (pairs.some((pair, index) => evaluate(pair.request, withOperator(pair.set, from, to)).decision !== oracle[index]) ? [] : [`${from} for ${to}`]));
}

/** Each operator, and the one that a slip in the evaluator would most likely make of it. */
const flips: Readonly<Record<string, string>> = {
  StringEquals: 'StringLike',
  StringNotEquals: 'StringEquals',
  StringEqualsIgnoreCase: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringNotEquals',
  StringLike: 'StringEquals',
  StringNotLike: 'StringNotEquals',
  NumericEquals: 'NumericNotEquals',
  NumericNotEquals: 'NumericEquals',
  NumericLessThan: 'NumericLessThanEquals',
  NumericLessThanEquals: 'NumericLessThan',
  NumericGreaterThan: 'NumericGreaterThanEquals',
  NumericGreaterThanEquals: 'NumericGreaterThan',
  DateEquals: 'StringEquals',
  DateNotEquals: 'DateEquals',
  DateLessThan: 'DateLessThanEquals',
  DateLessThanEquals: 'DateLessThan',
  DateGreaterThan: 'DateGreaterThanEquals',
  DateGreaterThanEquals: 'DateGreaterThan',
  Bool: 'StringEquals',
  BinaryEquals: 'StringNotEquals',
  IpAddress: 'NotIpAddress',
  NotIpAddress: 'IpAddress',
  ArnEquals: 'StringEquals',
  ArnLike: 'ArnNotLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'StringNotLike',
};
