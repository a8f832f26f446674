/**
 * The evaluator against iam-simulate's `runUnsafeSimulation` on the same random pairs, both from parsed JSON, so that
 * whatever either prepares from the policies is in its time.
 *
 *     npm run bench:evaluator
 */
import { evaluate } from '../src/policy/evaluate.ts';
import { oracleDecision } from '../test/policy/oracle.ts';
import { Dice } from '../test/policy/random.ts';
import { randomPair, type Pair } from '../test/policy/random-pair.ts';
import { median, report, type Figure } from './report.ts';

const goal = 20;
const rounds = 7;
const count = 4000;

report('The evaluator', 'npm run bench:evaluator', [evaluatorFigure()]);

/** How many times faster, by the median of interleaved rounds. */
function evaluatorFigure(): Figure {
  const dice = new Dice(1);
  const texts = Array.from({ length: count }, () => JSON.stringify(randomPair(dice)));
  const time = (decide: (pair: Pair) => unknown): number => {
    // Parsed anew each time: nothing that was prepared for an object is there any more.
    const pairs = texts.map((text): Pair => JSON.parse(text));
    const started = performance.now();
    for (const pair of pairs) decide(pair);
    return performance.now() - started;
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(time(({ request, set }) => evaluate(request, set).decision));
    theirs.push(time(({ request, set }) => oracleDecision(request, set)));
  }
  const ratio = median(theirs) / median(ours);
  const perSecond = (milliseconds: number): string => Math.round((count / milliseconds) * 1000).toLocaleString('en-US');
  return {
    what: `evaluator against \`runUnsafeSimulation\` of iam-simulate, ${count.toLocaleString('en-US')} pairs from parsed JSON, preparation included`,
    measured: `${ratio.toFixed(1)}x (${perSecond(median(ours))} and ${perSecond(median(theirs))} decisions a second)`,
    goal: `at least ${goal}x`,
    met: ratio >= goal,
  };
}
