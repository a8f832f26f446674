import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const holder = fileURLToPath(new URL('./holder.ts', import.meta.url));

describe('a run of real parts leaves no process behind', () => {
  let cache: string;
  before(() => {
    cache = mkdtempSync(join(tmpdir(), 'run-folders-'));
  });
  after(() => rmSync(cache, { recursive: true, force: true }));

  async function hold(): Promise<{ readonly child: ChildProcess; readonly path: string; readonly pid: number }> {
    const child = spawn(process.execPath, [holder], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, XDG_CACHE_HOME: cache } });
    const line = await new Promise<string>((resolve) => void child.stdout.once('data', (part: Buffer) => resolve(part.toString('utf8'))));
    const { path, pid }: { path: string; pid: number } = JSON.parse(line);
    return { child, path, pid };
  }
  const runs = (pid: number): boolean => existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const gone = async (pid: number): Promise<boolean> => {
    for (let count = 0; count < 200 && runs(pid); count += 1) await sleep(20);
    return !runs(pid);
  };
  const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => void child.once('exit', () => resolve()));

  it('when it is interrupted', async () => {
    const { child, path, pid } = await hold();
    const exit = ended(child);
    assert.ok(runs(pid));
    child.kill('SIGINT');
    await exit;
    assert.ok(await gone(pid));
    assert.equal(existsSync(path), false);
  });

  it('when it is killed: the next run ends what it left, and nothing of a run that lives', async () => {
    const living = await hold();
    const dead = await hold();
    const exit = ended(dead.child);
    dead.child.kill('SIGKILL');
    await exit;
    assert.ok(runs(dead.pid));
    const next = await hold();
    assert.ok(await gone(dead.pid));
    assert.equal(existsSync(dead.path), false);
    assert.ok(runs(living.pid));
    for (const { child } of [living, next]) {
      const over = ended(child);
      child.kill('SIGTERM');
      await over;
    }
    assert.ok(await gone(living.pid));
  });
});
