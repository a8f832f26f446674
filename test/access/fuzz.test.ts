import { test } from 'node:test';
import { parseMutatedDeclarations } from './mutated-declarations.ts';

const seed = Number(process.env['SEED'] ?? 20261124);

test(`3,000 mutated declarations never crash the parser, and every error has a place (seed ${seed})`, () => {
  parseMutatedDeclarations(3_000, seed);
});
