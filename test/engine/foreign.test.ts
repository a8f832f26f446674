import { test } from 'node:test';
import { keepsOff } from './keeps-off.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`in 400 random worlds no step of a plan touches what is not ours (SEED=${seed})`, () => keepsOff(400, seed));
