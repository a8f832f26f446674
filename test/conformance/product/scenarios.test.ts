/**
 * The engine's own scenarios, unchanged, where nothing is ours: a real control plane, the real External Secrets Operator, and ministack, which
 * enforces IAM. (moto deletes a user with its foreign keys, where AWS refuses: `test/conformance/aws/requests.ts`.)
 */
import { after, before, describe, it, type TestContext } from 'node:test';
import { RunFolder } from '../../control-plane/run-folder.ts';
import { changing } from '../../scenarios/engine-changes.ts';
import { comesThrough, dangerous, disturbances, refusals, shown as disturbed } from '../../scenarios/engine-faults.ts';
import { gitops } from '../../scenarios/engine-gitops.ts';
import { always, killApply, killPoints, killRollback, sample, shown } from '../../scenarios/engine-kill.ts';
import { ownership } from '../../scenarios/engine-ownership.ts';
import { story } from '../../scenarios/engine-story.ts';
import { realParts, report } from '../parts.ts';
import { startRealWorld, type RealWorld } from './real-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

/** The other tools that keep git's manifests differ from this one in their marks alone. */
const byArgo = gitops.filter(({ name }) => name.startsWith('Argo CD'));

describe(`the scenarios of the engine on real parts (SEED=${seed})`, () => {
  let folder: RunFolder;
  let world: RealWorld;
  before(async () => {
    folder = RunFolder.open();
    world = await startRealWorld(folder, realParts().ministack);
  });
  after(async () => {
    await world.stop();
    await folder.close();
  });

  const told = (behaviour: string, play: (t: TestContext) => Promise<void>): void => {
    it(behaviour, async (t) => {
      const result = { chapter: "The engine's scenarios", behaviour };
      const part = 'Kubernetes 1.35, External Secrets Operator 0.20, ministack';
      try {
        await play(t);
        // The sandbox: the very same functions, by `npm test`.
        report({ ...result, parts: { [part]: 'same' } });
      } catch (error) {
        report({ ...result, parts: { [part]: 'different' }, answers: { [part]: error instanceof Error ? error.message : String(error) } });
        throw error;
      }
    });
  };

  for (const { name, objects, play } of [...story, ...ownership, ...changing, ...refusals, ...byArgo]) {
    told(name, async () => {
      await world.begin(objects);
      await play(world);
    });
  }

  // Where a run is cut short or disturbed: what could lose a key each time, of the rest a seeded few.
  const atPoints = <Point>(behaviour: string, choose: (all: Awaited<ReturnType<typeof killPoints>>) => readonly Point[], named: (point: Point) => string, play: (point: Point) => Promise<void>): void => {
    told(behaviour, async (t) => {
      await world.begin();
      const failed: unknown[] = [];
      for (const point of choose(await killPoints(world))) {
        await t.test(named(point), async () => {
          await world.begin();
          await play(point).catch((error: unknown) => {
            failed.push(error);
            throw error;
          });
        });
      }
      if (failed.length > 0) throw failed[0];
    });
  };
  atPoints('a killed apply is gone on with by the next run, without an orphan key', ({ apply }) => [...always, ...sample(apply, 1, seed)], shown, (point) => killApply(world, point));
  atPoints('a killed rollback --all leaves nothing once it is run again', ({ rollback }) => sample(rollback, 2, seed), shown, (point) => killRollback(world, point));
  atPoints('a run comes through dropped connections, throttling and faults at any changing call', (points) => [dangerous, ...sample(disturbances(points), 2, seed)], disturbed, (disturbance) => comesThrough(world, disturbance));
});
