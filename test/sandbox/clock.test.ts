import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../../src/sandbox/clock.ts';

const start = new Date('2025-03-08T00:00:00Z');

test('a frozen world fires what falls due in order, each at its own time, before it arrives', async () => {
  const clock = createClock({ now: start, ticking: false });
  const seen: string[] = [];
  const note = (name: string) => (): void => void seen.push(`${name} ${clock.time() - start.getTime()}`);
  clock.after(300, note('late'));
  clock.after(100, async () => {
    note('early')();
    clock.after(50, note('made on the way'));
  });
  clock.every(200, note('again'));
  const cancel = clock.after(10, note('cancelled'));
  cancel();
  await clock.advance(450);
  assert.deepEqual(seen, ['early 100', 'made on the way 150', 'again 200', 'late 300', 'again 400']);
  assert.deepEqual(clock.now(), new Date(start.getTime() + 450));
});

test('sleepers side by side share the time, and nobody waits for a real clock', async () => {
  const clock = createClock({ now: start, ticking: false });
  const began = performance.now();
  await Promise.all([clock.sleep(3_600_000), clock.sleep(3_600_000), clock.sleep(60_000)]);
  assert.equal(clock.time() - start.getTime(), 3_600_000);
  assert.ok(performance.now() - began < 1000);
});

test('an action that sleeps does not hold the world up', async () => {
  const clock = createClock({ now: start, ticking: false });
  let woke = 0;
  clock.after(10, async () => {
    await clock.sleep(100);
    woke = clock.time() - start.getTime();
  });
  await clock.advance(1000);
  assert.equal(woke, 110);
});

test('real work at hand is waited for before time moves on', async () => {
  const clock = createClock({ now: start, ticking: false });
  let finished = false;
  const work = clock.during(
    new Promise<void>((resolve) => {
      setTimeout(() => {
        finished = true;
        resolve();
      }, 5);
    }),
  );
  await clock.sleep(60_000);
  assert.ok(finished);
  await work;
});

test('a sleep ends early when its signal is aborted', async () => {
  const clock = createClock({ now: start, ticking: false });
  const controller = new AbortController();
  const held = clock.during(new Promise<void>((resolve) => void setTimeout(resolve, 5)));
  const slept = clock.sleep(1000, controller.signal);
  controller.abort(new Error('stop'));
  await assert.rejects(slept, /stop/);
  await held;
  assert.equal(clock.time(), start.getTime());
});

test('a ticking world goes by itself, and can be moved besides', async () => {
  const clock = createClock({ now: start });
  const fired = new Promise<void>((resolve) => void clock.after(3, resolve));
  const keepAlive = setTimeout(() => undefined, 1000);
  await fired;
  clearTimeout(keepAlive);
  await clock.sleep(86_400_000);
  const passed = clock.time() - start.getTime();
  assert.ok(passed >= 86_400_000 && passed < 86_410_000, String(passed));
  await clock.set(new Date('2026-01-01T00:00:00Z'));
  assert.equal(clock.now().getUTCFullYear(), 2026);
  clock.stop();
});

test('a stopped clock fires nothing more, lets sleepers go, and lets nobody wait for it again', async () => {
  const clock = createClock({ now: start });
  clock.after(1, () => assert.fail('fired'));
  const sleeper = clock.sleep(1);
  clock.stop();
  await sleeper;
  await assert.rejects(clock.sleep(1), /ended/);
});
