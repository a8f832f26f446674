import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineAccess } from '../../src/access/define-access.ts';
import { accessDigest } from '../../src/access/digest.ts';
import type { AccessDocument } from '../../src/access/document.ts';
import { AccessError } from '../../src/errors/error.ts';
import { only, openhands } from './declarations.ts';

const document: AccessDocument = {
  metadata: { name: 'openhands', namespace: 'openhands' },
  spec: {
    account: '123456789012',
    region: 'us-west-2',
    models: ['us.anthropic.claude-sonnet-4-6'],
    workloads: ['Deployment/openhands'],
    credentials: { accessKey: { secretStore: 'parameterstore@ap-northeast-1', rotateAfter: '30d' } },
    budget: { monthly: '50', whenExceeded: 'deny' },
  },
};

test('an access in TypeScript is the same as the one in YAML', () => {
  assert.deepEqual(defineAccess(document), only(openhands).access);
});

test('a wrong access in TypeScript throws one error with all findings and their fields', () => {
  assert.throws(
    () => defineAccess({ ...document, spec: { ...document.spec, region: 'us-west-22', account: '1' } }),
    (error) => error instanceof AccessError && error.id === 'account-malformed' && error.details.findings?.length === 1 && error.details.findings[0]?.place?.field === 'spec.account',
  );
});

test('the digest is that of the meaning: order and shorthand do not count, any value does', () => {
  const digest = accessDigest(only(openhands).access);
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.equal(accessDigest(defineAccess(document)), digest);
  const { kind, metadata, apiVersion, spec } = only(openhands).access;
  assert.equal(accessDigest({ spec, metadata, kind, apiVersion }), digest);
  assert.notEqual(accessDigest(defineAccess({ ...document, spec: { ...document.spec, region: 'us-east-1' } })), digest);
});
