import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandLine } from '../../src/cli/command-line.ts';
import { paintFor } from '../../src/cli/output/paint.ts';
import { showRun } from '../../src/cli/run-events.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import { today } from './run-cli.ts';

const at = '2026-11-24T09:00:00.000Z';
const done: RunEvent = { version: 1, at, type: 'step-done', step: 'create user', action: 'create', kind: 'iam-user', name: 'u', milliseconds: 5 };
const summary = (outcome: 'done' | 'failed' | 'interrupted', left: readonly string[] = []): RunEvent => ({ version: 1, at, type: 'summary', command: 'apply', outcome, done: 1, failed: outcome === 'failed' ? 1 : 0, left, awsCalls: 3 });

async function shown(events: readonly RunEvent[], output: CommandLine['output']): Promise<{ code: number; stdout: string; stderr: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const commandLine: CommandLine = {
    environment: {},
    directory: '.',
    stdin: { isTTY: false, text: () => Promise.resolve(''), line: () => Promise.resolve(undefined) },
    stdout: { write: (text) => void out.push(text), isTTY: false, columns: 80 },
    stderr: { write: (text) => void err.push(text), isTTY: false, columns: 80 },
    clock: { now: () => today, sleep: () => Promise.resolve() },
    random: () => 0.5,
    signal: new AbortController().signal,
    output,
    debug: false,
    sources: new Map(),
    paint: paintFor(false),
    progressPaint: paintFor(false),
    print: (text) => void out.push(`${text}\n`),
    say: (text) => void err.push(`${text}\n`),
  };
  const code = await showRun(stream(events), commandLine, 'bedrock-access apply -f a.yaml');
  return { code, stdout: out.join(''), stderr: err.join('') };
}

async function* stream(events: readonly RunEvent[]): AsyncGenerator<RunEvent> {
  yield* events;
}

test('as text, progress goes to stderr and the outcome to stdout', async () => {
  const { code, stdout, stderr } = await shown([done, summary('done')], 'text');
  assert.equal(code, 0);
  assert.equal(stderr, 'done    iam-user u created (5 ms)\n');
  assert.equal(stdout, '\nDone: apply: 1 step done, 3 AWS calls.\n');
});

test('as JSON, every event is one line on stdout and stderr stays empty', async () => {
  const { code, stdout, stderr } = await shown([done, summary('done')], 'json');
  assert.equal(code, 0);
  assert.equal(stderr, '');
  assert.deepEqual(stdout.trimEnd().split('\n').map((line) => JSON.parse(line)), [done, summary('done')]);
});

test('an interrupted run says what is not done and how to go on, exit code 130', async () => {
  const { code, stdout, stderr } = await shown([done, summary('interrupted', ['access-key'])], 'text');
  assert.equal(code, 130);
  assert.match(stdout, /Interrupted: apply: 1 step done, 3 AWS calls\.\nNot done: access-key\./);
  assert.match(stderr, /Go on with: bedrock-access apply -f a\.yaml\n$/);
});

test('a failed run exits with 1; missing permission with 4', async () => {
  assert.equal((await shown([summary('failed')], 'text')).code, 1);
  const denied: RunEvent = { version: 1, at, type: 'step-failed', step: 's', action: 'create', kind: 'iam-user', name: 'u', finding: { id: 'aws-permission-missing', severity: 'error', message: 'm', cause: 'c', remedy: 'r' } };
  assert.equal((await shown([denied, summary('failed')], 'text')).code, 4);
});

test('a stream that breaks off without a summary is no success', async () => {
  assert.equal((await shown([done], 'json')).code, 1);
});
