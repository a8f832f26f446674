import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { parseMutatedDeclarations } from './mutated-declarations.ts';

const seed = Number(process.env['SEED'] ?? 20261124);
const count = Number(process.env['FUZZ'] ?? 1_000_000);
/** In portions, each with a seed of its own, so that a long run says how far it is and a failure is found again in seconds. */
const portion = 50_000;

for (let from = 0; from < count; from += portion) {
  const size = Math.min(portion, count - from);
  const own = seed + from / portion;
  test(`mutated declarations ${from + 1} to ${from + size} of ${count} never crash the parser, and every error has a place (seed ${own})`, async () => {
    // What was said before is written now: parsing leaves no turn for it.
    await turn();
    parseMutatedDeclarations(size, own);
  });
}
