import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AuditEntry } from '../../src/sandbox/types.ts';
import { runCli } from './run-cli.ts';

for (const { when, args, model } of [
  { when: 'today', args: [], model: 'us.anthropic.claude-sonnet-4-6' },
  { when: 'on the day of the request', args: ['--now', '2025-03-08'], model: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0' },
]) {
  test(`the demo ${when} ends with what the sandbox saw: all verified, nothing left, no secret`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-demo-'));
    try {
      const { code, stdout, stderr } = await runCli(['demo', ...args, '--output', 'json', '--audit', 'audit.jsonl'], { directory });
      assert.equal(code, 0, stdout.split('\n').slice(-3).join('\n'));
      assert.equal(stderr, '');
      const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
      assert.deepEqual(lines.at(-1), { type: 'summary', verified: 7, failed: 0, leftBehind: 0, secretsShown: 0 });
      assert.deepEqual(Object.keys(lines.at(-1)), ['type', 'verified', 'failed', 'leftBehind', 'secretsShown']);
      assert.equal(lines.filter(({ type }) => type === 'summary').length, 1);
      assert.ok(stdout.includes(model));

      const audit = readFileSync(join(directory, 'audit.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
      const calls: AuditEntry[] = audit.slice(0, -1);
      const denied = calls.find(({ action, verdict, code: answer }) => action === 'bedrock:InvokeModel' && verdict === 'deny' && answer === 'AccessDeniedException');
      assert.ok(denied?.identity.endsWith('as-requested'), 'the call of the request is denied');
      for (const action of ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream']) {
        assert.ok(calls.some((entry) => entry.action === action && entry.verdict === 'allow' && entry.identity.endsWith(':user/service/bedrock-openhands-user')), action);
      }
      const { action, left, world } = audit.at(-1);
      assert.deepEqual({ action, left, aws: world.aws }, { action: 'sandbox:Snapshot', left: [], aws: {} });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}

test('the demo for people tells seven chapters and the denial in words', async () => {
  const { code, stdout } = await runCli(['demo']);
  assert.equal(code, 0);
  for (let chapter = 1; chapter <= 7; chapter += 1) assert.match(stdout, new RegExp(`^${chapter}\\. `, 'm'));
  assert.match(stdout, /why: No identity policy allows bedrock:InvokeModel/);
  assert.match(stdout, /"answer":"/);
  assert.match(stdout, /\nNothing\.\n/);
  assert.match(stdout, /\nDone: 7 verified, 0 failed, 0 left behind, 0 secrets shown\.\n$/);
});

test('a date of another form is refused', async () => {
  const { code, stderr } = await runCli(['demo', '--now', 'yesterday']);
  assert.equal(code, 1);
  assert.match(stderr, /^error\[usage\]: --now yesterday: a date is needed/);
});
