import { test } from 'node:test';
import { ask } from './ask.ts';
import { callsByOtherWays, callsOfOtherActions, callsOfOtherModels, declaredCalls } from './questions.ts';

test('iam-simulate allows every declared call', () => ask(declaredCalls(), 1));
test('iam-simulate denies every other action', () => ask(callsOfOtherActions(), 1));
test('iam-simulate denies every other region, account and way', () => ask(callsByOtherWays(), 1));
test('iam-simulate denies every other model (every third call)', () => ask(callsOfOtherModels(), 3));
