import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { applyAccess, applyPlanFile } from '../../src/engine/index.ts';
import { haiku, sonnet } from './application-profiles-kill.ts';
import { carriedOut, killedThere, planFile, type Planned } from './application-profiles-plan-file.ts';
import { sample, shown, type KillPoint } from './engine-kill.ts';
import { events, inSandbox, type EngineWorld } from './engine-world.ts';
import { done } from './outcomes.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);
/** Where the user is there, and not yet its key; and where the profile is, and nothing that names it. Of the others a seeded one (`npm run test:long` tries them all). */
const always = {
  'a first profile': [
    { action: 'iam:CreateUser', skip: 0, when: 'after' },
    { action: 'bedrock:CreateInferenceProfile', skip: 0, when: 'after' },
  ],
  'another profile in the place of one': [{ action: 'bedrock:CreateInferenceProfile', skip: 0, when: 'after' }],
} as const satisfies Readonly<Partial<Record<Planned, readonly KillPoint[]>>>;

suite('a plan file with an application profile', () => {
  for (const name of ['a first profile', 'another profile in the place of one'] as const) {
    test(`(${name}) is carried out, serves the workload, and is gone on with by the same file after a kill (SEED=${seed})`, async (t) => {
      const points = await carriedOut(name);
      for (const point of [...always[name], ...(name === 'a first profile' ? [] : sample(points, 1, seed))]) await t.test(shown(point), () => killedThere(name, point));
    });
  }

  test('is refused before the first write when the profile that it counts on is gone, or is another by now', async () => {
    for (const remade of [false, true]) {
      await inSandbox(async (world) => {
        await done(applyAccess(sonnet, await world.run()));
        const file = await planFile(world, sonnet);
        const bedrock = (await world.run()).aws.bedrock('us-west-2');
        const [profile] = await bedrock.listInferenceProfiles('APPLICATION');
        const [arn, tags] = [profile?.arn ?? '', (await bedrock.listTags(profile?.arn ?? '')) ?? {}];
        await bedrock.deleteInferenceProfile(arn);
        if (remade) await bedrock.createInferenceProfile({ name: profile?.name ?? '', description: 'made anew', copyFrom: 'arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6', tags, clientRequestToken: 'anew' });
        await refused(world, applyPlanFile(file, await world.run()), 'plan-stale');
      });
    }
  });

  test('is refused before the first write when somebody else made a profile of that name, or another plan came first', async () => {
    await inSandbox(async (world) => {
      await done(applyAccess(sonnet, await world.run()));
      const file = await planFile(world, haiku);
      const bedrock = (await world.run()).aws.bedrock('us-west-2');
      await bedrock.createInferenceProfile({ name: 'bedrock-openhands-us-anthropic-claude-haiku-4-5-20251001-v1-0', description: 'by hand', copyFrom: 'arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0', tags: {}, clientRequestToken: 'by-hand' });
      await refused(world, applyPlanFile(file, await world.run()), 'name-taken');
    });
    await inSandbox(async (world) => {
      await done(applyAccess(sonnet, await world.run()));
      const back = await planFile(world, sonnet);
      await done(applyAccess(haiku, await world.run()));
      await refused(world, applyPlanFile(back, await world.run()), 'plan-stale');
    });
  });
});

async function refused(world: EngineWorld, run: ReturnType<typeof applyPlanFile>, id: string): Promise<void> {
  const before = await world.inAws();
  await assert.rejects(events(run), { id });
  assert.deepEqual(await world.inAws(), before);
}
