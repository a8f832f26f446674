/** The image: what its Dockerfile says, and that the program needs no more of a machine than that gives it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { startSandbox } from '../../src/sandbox/start.ts';

test('the image is a distroless one with the bundle in it: no shell, no package manager, not root, nothing installed', () => {
  const lines = readFileSync('deploy/Dockerfile', 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const [from, ...rest] = lines.map((line) => line.split(' ')[0]);
  assert.equal(from, 'FROM');
  assert.match(lines[0] ?? '', /^FROM gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/);
  assert.ok(lines.includes('USER 65532:65532'), 'a number, so that runAsNonRoot can be judged');
  assert.ok(!rest.includes('RUN') && !rest.includes('ADD') && !rest.includes('VOLUME'), 'no layer that runs anything');
  assert.deepEqual(lines.filter((line) => line.startsWith('COPY')), ['COPY package.json LICENSE ./', 'COPY dist ./dist']);
  const major = /nodejs(\d+)/.exec(lines[0] ?? '')?.[1];
  assert.ok(Number(major) >= Number(/(\d+)/.exec(String(JSON.parse(readFileSync('package.json', 'utf8')).engines.node))?.[1]));
});

test('the program runs without a home and in a folder that it cannot write, and writes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bedrock-access-image-'));
  const sandbox = await startSandbox({ now: new Date('2026-11-24T09:00:00Z'), kubernetes: true, externalSecrets: false });
  try {
    chmodSync(folder, 0o555);
    // As the pod: static credentials and a cluster in the environment, and neither HOME nor TMPDIR nor PATH.
    const environment = Object.fromEntries(Object.entries(sandbox.environment).filter(([name]) => !['HOME', 'TMPDIR', 'PATH'].includes(name)));
    const child = spawn(process.execPath, [resolve('src/cli/main.ts'), 'rotate', '--due', '--name', 'openhands/openhands'], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (said += chunk.toString('utf8')));
    const code = await new Promise<number | null>((done) => child.once('exit', done));
    // It came as far as the cluster, and found that nothing was applied there.
    assert.match(said, /access-not-found|namespace/);
    assert.notEqual(code, 0);
    assert.ok(!/EROFS|EACCES|ENOENT.*home/i.test(said), said);
    assert.deepEqual(readdirSync(folder), []);
  } finally {
    await sandbox.stop();
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true, force: true });
  }
});
