import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;

test('an old Node gets one line that says so', () => {
  const old = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.19.0' } })`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', old, main, 'plan'], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^error\[node-too-old\]: bedrock-access needs Node 22\.19 or newer, this is 20\.19\.0 \(.*\n$/);
  assert.equal(stderr.trimEnd().split('\n').length, 1);
});

test('a reader that has seen enough ends it quietly', async () => {
  const child = spawn(process.execPath, [main, 'models', '--output', 'json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [[chunks], [code]] = await Promise.all([collected(child.stderr), once(child, 'exit')]);
  assert.equal(chunks, '');
  assert.equal(code, 0);
});

test('a run whose reader went away finishes its step and gives its Lease back, so that the next one goes on at once', () => {
  const script = 'cd "$(mktemp -d)" && "$0" "$1" init --yes >&2; "$0" "$1" apply --output json | head -n 1; "$0" "$1" apply --output json; code=$?; rm -r "$PWD"; exit $code';
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'sandbox', '--', 'sh', '-c', script, process.execPath, main], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^Go on with: bedrock-access apply$/m);
  assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', /"outcome":"done"/);
});

test('the exit code is that of the command', () => {
  assert.equal(spawnSync(process.execPath, [main, 'explain', 'no-such-id'], { encoding: 'utf8' }).status, 1);
  assert.equal(spawnSync(process.execPath, [main, '--version'], { encoding: 'utf8' }).status, 0);
});

async function collected(stream: NodeJS.ReadableStream): Promise<[string]> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return [text];
}
