import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../src/secret.ts';

test('a secret shows nothing when printed, serialised, inspected or spread', () => {
  const secret = new Secret('wJalrXUtnFEMI');
  for (const text of [`${secret}`, JSON.stringify({ secret }), inspect(secret, { depth: 9, showHidden: true }), inspect({ ...secret })]) {
    assert.doesNotMatch(text, /wJalr/);
  }
  assert.equal(secret.reveal('compare'), 'wJalrXUtnFEMI');
});
