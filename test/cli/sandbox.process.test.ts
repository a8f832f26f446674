import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { runCli } from './run-cli.ts';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'], AWS_PROFILE: 'my-own', AWS_SESSION_TOKEN: 'mine' };

test('a command inside the sandbox gets its environment, not the own credentials, and passes its exit code on', () => {
  const script = 'console.log(JSON.stringify(process.env)); process.exit(7)';
  const { status, stdout } = spawnSync(process.execPath, [main, 'sandbox', '--now', '2025-03-08', '--', process.execPath, '-e', script], { encoding: 'utf8', env: environment });
  assert.equal(status, 7);
  const inside = JSON.parse(stdout);
  assert.match(inside.AWS_ENDPOINT_URL, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(inside.AWS_PROFILE, undefined);
  assert.equal(inside.AWS_SESSION_TOKEN, undefined);
  assert.ok(Number(inside.BEDROCK_ACCESS_CLOCK_OFFSET) < 0, 'the program knows the date of that world');
  assert.equal(existsSync(inside.KUBECONFIG), false, 'nothing is left when it has ended');
});

test('the program itself works inside: its list is empty, at the date of that world', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'sandbox', '--now', '2025-03-08', '--', process.execPath, main, 'list', '--output', 'json'], { encoding: 'utf8', env: environment });
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), { accesses: [] });
});

test('the declaration that init writes is planned without an error; --empty starts without its app', () => {
  const inside = (...argv: readonly string[]) => spawnSync(process.execPath, [main, 'sandbox', ...argv, '--', 'sh', '-c', '"$0" "$1" init --yes --out - | "$0" "$1" plan -f -', process.execPath, main], { encoding: 'utf8', env: environment });
  const example = inside();
  assert.equal(example.status, 0, example.stderr);
  assert.match(example.stdout, /^ {2}\+ workload-environment Deployment openhands$/m);
  const empty = inside('--empty');
  assert.equal(empty.status, 1);
  assert.match(empty.stderr, /^error\[namespace-not-found\]: /m);
});

test('a command that does not exist is named, with the exit code of a shell', () => {
  const { status, stderr } = spawnSync(process.execPath, [main, 'sandbox', '--', 'no-such-command-here'], { encoding: 'utf8', env: environment });
  assert.equal(status, 127);
  assert.match(stderr, /^error\[command-not-found\]: cannot run no-such-command-here\ncause: No program of that name is on PATH\.\n/);
});

test('at a terminal Ctrl-C is left to the command; elsewhere it is passed on', async () => {
  const argv = ['sandbox', '--empty', '--', process.execPath, '-e', 'process.on("SIGINT", () => process.exit(9)); console.error("up"); setTimeout(() => process.exit(5), 20_000)'];
  let left = 0;
  const atTerminal = await runCli(['sandbox', '--empty', '--', process.execPath, '-e', 'process.exit(5)'], { terminal: true, leaveInterrupts: () => void (left += 1), environment: { PATH: process.env['PATH'] ?? '' } });
  assert.deepEqual([atTerminal.code, left], [5, 1]);

  const child = spawn(process.execPath, [main, ...argv], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'exit'), [9, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

test('without a command it runs until Ctrl-C, prints what to export, and leaves nothing', async () => {
  const child = spawn(process.execPath, [main, 'sandbox'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const exported = await exportsOf(child);
    const answer = await fetch(`${exported['AWS_ENDPOINT_URL']}/foundation-models`);
    assert.equal(answer.status, 403, 'it answers, and refuses a call that is not signed');
    assert.ok(existsSync(exported['KUBECONFIG']!));
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
    assert.equal(existsSync(dirname(exported['KUBECONFIG']!)), false);
  } finally {
    child.kill('SIGKILL');
  }
});

/** Reads `export NAME=VALUE` lines until all that matter are there. */
async function exportsOf(child: ChildProcess): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const line of createInterface({ input: child.stdout! })) {
    const match = /^export (\w+)=(.*)$/.exec(line);
    if (match !== null) found[match[1]!] = match[2]!;
    if (found['KUBECONFIG'] !== undefined) return found;
  }
  throw new Error('the sandbox ended before it was ready');
}
