import { test } from 'node:test';
import { parseMutatedDeclarations } from './mutated-declarations.ts';

const seed = Number(process.env['SEED'] ?? 20261124);
const count = Number(process.env['FUZZ'] ?? 1_000_000);

test(`${count} mutated declarations never crash the parser, and every error has a place (seed ${seed})`, () => {
  parseMutatedDeclarations(count, seed);
});
