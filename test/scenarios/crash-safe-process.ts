/** A process of the program that is killed with SIGKILL: nothing of it is left that could clean up. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { setTimeout as wallClock } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { environmentOf } from '../../src/cli/sandbox.ts';
import { systemClock } from '../../src/clock.ts';
import { goneOnWith, now, type Command } from './crash-safe.ts';
import { seeded, type EngineWorld } from './engine-world.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const byName = ['--yes', '--name', 'openhands/openhands'];
const args: Readonly<Record<Command, readonly string[]>> = {
  apply: ['apply', '-f', '-'],
  rollback: ['rollback', ...byName],
  destroy: ['destroy', ...byName],
  'rollback --all': ['rollback', '--all', ...byName],
};

/** Seeded numbers of calls after which it is killed. */
export function momentsOf(points: readonly unknown[], count: number, seed: number): readonly number[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => 1 + Math.floor((random() * points.length) / 2));
}

/** Killed as soon as the world has seen that many calls of it, and gone on with by a run in this process. */
export async function sigkilled(world: EngineWorld, command: Command, calls: number, end: unknown): Promise<void> {
  await goneOnWith(world, command, end, async () => {
    const { audit } = world.sandbox;
    const from = audit.length;
    const child = spawn(process.execPath, [main, ...args[command]], { env: { PATH: process.env['PATH'], ...environmentOf(world.sandbox, { clock: systemClock }) }, stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
    child.stdin.on('error', () => undefined).end(JSON.stringify(now));
    const ended = new Promise<string>((resolve) => void child.once('exit', (code, signal) => resolve(signal ?? String(code))));
    const runs = (): boolean => child.exitCode === null && child.signalCode === null;
    const seen = (): number => audit.slice(from).filter(({ identity }) => !identity.endsWith('/external-secrets')).length;
    // The controllers of the world work while it runs.
    while (runs()) {
      if (seen() >= calls) child.kill('SIGKILL');
      await wallClock(1);
      if (runs() && seen() < calls) await world.advance(100);
    }
    // Killed after its last call it may have come to its end.
    const outcome = await ended;
    assert.ok(outcome === 'SIGKILL' || (outcome === '0' && seen() >= calls), `${outcome} after ${seen()} calls: ${said}`);
  });
}
