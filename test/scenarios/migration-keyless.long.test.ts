/** Between every two modes of which one is Pod Identity or a renewed session. */
import { test } from 'node:test';
import { move, type Mode } from './keyless-ways.ts';

const rounds: readonly (readonly [Mode, ...Mode[]])[] = [
  ['accessKey', 'podIdentity', 'webIdentity', 'podIdentity', 'accessKey'],
  ['accessKey', 'session', 'podIdentity', 'session', 'webIdentity', 'session', 'accessKey'],
];

for (const round of rounds) test(`from ${round.join(' to ')}: after each way its mode works, and nothing of the one before is left`, () => move(round));
