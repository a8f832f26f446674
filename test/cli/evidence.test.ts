import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { confirmedByAudit, leftBehind } from '../../src/cli/demo/evidence.ts';
import type { VerifyCheck } from '../../src/engine/types.ts';
import type { AuditEntry } from '../../src/sandbox/types.ts';

suite('what the demo claims is what the sandbox saw', () => {
  const check = (id: string, outcome: VerifyCheck['outcome'] = 'passed'): VerifyCheck => ({ id, title: id, outcome, detail: '', findings: [], milliseconds: 0 });
  const entry = (action: string, verdict: AuditEntry['verdict'] = 'allow'): AuditEntry => ({ at: '', service: 'aws', action, operation: '', identity: 'arn:aws:iam::123456789012:user/service/u', resource: '', verdict, status: 200 });

  test('a call that passed and that AWS allowed is verified', () => {
    assert.deepEqual(confirmedByAudit([check('policy'), check('call')], [entry('bedrock:InvokeModel')], 'u'), { verified: 2, failed: 0 });
  });

  test('a call that AWS never saw, or denied, has failed whatever verify says', () => {
    assert.deepEqual(confirmedByAudit([check('call')], [], 'u'), { verified: 0, failed: 1 });
    assert.deepEqual(confirmedByAudit([check('streamed-call')], [entry('bedrock:InvokeModelWithResponseStream', 'deny')], 'u'), { verified: 0, failed: 1 });
    assert.deepEqual(confirmedByAudit([check('call')], [entry('bedrock:InvokeModel')], 'other'), { verified: 0, failed: 1 });
  });

  test('a skipped check is neither', () => {
    assert.deepEqual(confirmedByAudit([check('call', 'skipped'), check('policy', 'failed')], [], 'u'), { verified: 0, failed: 1 });
  });
});

suite('what is left behind', () => {
  const before = { iam: { users: { admin: {} } }, objects: [{ kind: 'Deployment', env: ['A'] }] };

  test('nothing when the world is as before', () => assert.deepEqual(leftBehind(before, structuredClone(before)), []));

  test('a new thing is one, however much is in it', () => {
    assert.deepEqual(leftBehind(before, { ...before, iam: { users: { admin: {}, left: { keys: [1, 2] } } } }), ['iam/users/left']);
  });

  test('a change of a list entry that was there is one', () => {
    assert.deepEqual(leftBehind(before, { ...before, objects: [{ kind: 'Deployment', env: ['A', 'B'] }] }), ['objects[0]']);
  });

  test('what went away is nothing left, nor is what a cluster makes by itself', () => {
    assert.deepEqual(leftBehind(before, { iam: { users: {} }, objects: [], 'Event/openhands/x': {}, 'Pod/openhands/p': {}, 'ReplicaSet.apps/openhands/r': {} }), []);
    assert.deepEqual(leftBehind({ d: { status: {} } }, { d: { status: { readyReplicas: 1 } } }), []);
  });
});
