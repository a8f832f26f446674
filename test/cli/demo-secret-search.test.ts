import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretsShownIn } from '../../src/cli/demo/secret-search.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

const leaks: Readonly<Record<string, string>> = {
  'as it is': `key ${secret} here`,
  'twelve characters of it': `…${secret.slice(7, 19)}…`,
  'URL-escaped': encodeURIComponent(secret),
  'JSON-escaped': JSON.stringify({ secret }),
  'JSON with escaped slashes': `"${secret.replaceAll('/', '\\/')}"`,
  'in hex': Buffer.from(secret).toString('hex'),
  'in upper-case hex': Buffer.from(secret).toString('hex').toUpperCase(),
  'in base64': Buffer.from(secret).toString('base64'),
  'in base64 after one byte': Buffer.from(`:${secret}:tail`).toString('base64'),
  'in base64 after two bytes': Buffer.from(`ab${secret}`).toString('base64'),
  'in base64url within JSON': Buffer.from(JSON.stringify({ k: secret })).toString('base64url'),
};

for (const [how, text] of Object.entries(leaks)) {
  test(`a secret is found ${how}`, () => assert.equal(secretsShownIn(`before ${text} after`, ['other-secret-of-the-world-000000000000000', secret]), 1));
}

test('text without it shows none, eleven characters of it neither', () => {
  assert.equal(secretsShownIn(`nothing here, AKIAIOSFODNN7EXAMPLE, ${secret.slice(0, 11)} …`, [secret]), 0);
});
