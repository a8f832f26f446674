/** A process of `migrate` that is killed with SIGKILL: nothing of it is left that could clean up. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as wallClock } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { environmentOf } from '../../src/cli/sandbox.ts';
import { systemClock } from '../../src/clock.ts';
import { migrationStatus } from '../../src/credentials/index.ts';
import { access, seeded } from './engine-world.ts';
import { everyPodCalls } from './migration-kill.ts';
import { inMigration, mainWays, migrate, settledIn, times } from './migration-world.ts';
import { ended } from './rotation-world.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

/** While what the new mode needs is made: what comes after it waits for twenty seconds of the wall clock. */
const firstCalls = 140;

test(`a process of migrate that is killed leaves every pod calling, and the next run goes on (SEED=${seed})`, async (t) => {
  const random = seeded(seed);
  for (const way of [mainWays[seed % 2]].filter((one) => one !== undefined)) {
    const calls = 20 + Math.floor(random() * (firstCalls - 20));
    const [from, to] = way;
    await t.test(`${way.join(' to ')}: after ${calls} calls`, () =>
      inMigration(from, async (world) => {
        const { audit } = world.sandbox;
        const start = audit.length;
        const child = spawn(process.execPath, [main, 'migrate', '-f', '-'], { env: { PATH: process.env['PATH'], ...environmentOf(world.sandbox, { clock: systemClock }) }, stdio: ['pipe', 'ignore', 'pipe'] });
        let said = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
        child.stdin.on('error', () => undefined).end(JSON.stringify(world.in(to)));
        const gone = new Promise<string>((resolve) => void child.once('exit', (code, signal) => resolve(signal ?? String(code))));
        const runs = (): boolean => child.exitCode === null && child.signalCode === null;
        const seen = (): number => audit.slice(start).filter(({ identity }) => !identity.endsWith('/external-secrets')).length;
        // The controllers of the world work while it runs.
        while (runs()) {
          if (seen() >= calls) child.kill('SIGKILL');
          await wallClock(1);
          if (runs() && seen() < calls) await world.advance(100);
        }
        assert.equal(await gone, 'SIGKILL', said);
        await world.advance(130_000);
        await everyPodCalls(world);
        ended(await migrate(world, (await migrationStatus(access, await world.run())) === undefined ? { ...times, to: world.in(to) } : times));
        await settledIn(to, world);
      }),
    );
  }
});
