/** Runs against an AWS whose replicas learn late, each request answered by another one, with an answer lost here and there. */
import assert from 'node:assert/strict';
import { applyAccess, destroyAccess, planAccess } from '../../src/engine/index.ts';
import { openAws } from '../../src/aws/open.ts';
import type { RunContext } from '../../src/engine/types.ts';
import { access, declared, events, failures, seeded, summaryOf, type EngineWorld } from './engine-world.ts';
import { startStaleReplicas } from './stale-replicas.ts';

const propagation = 12_000;

export interface LateAnswers {
  readonly seed: number;
  /** The answer of its first call is lost. */
  readonly lost?: string;
}

export function shown({ seed, lost }: LateAnswers): string {
  return `seed ${seed}${lost === undefined ? '' : `, the answer of ${lost} lost`}`;
}

/** How often reading calls were answered with what is no more. */
export async function comesThroughLateAnswers(world: EngineWorld, { seed, lost }: LateAnswers): Promise<number> {
  const { sandbox } = world;
  const random = seeded(seed);
  const replicas = await startStaleReplicas(sandbox.aws.endpoint, { propagation, clock: sandbox.clock, random });
  try {
    const run = async (): Promise<RunContext> => {
      const context = await world.run();
      const aws = openAws({ region: 'us-west-2', environment: { ...sandbox.environment, AWS_ENDPOINT_URL: replicas.endpoint }, clock: context.clock, random: context.random });
      return { ...context, aws };
    };
    const settled = (): Promise<void> => world.advance(2 * propagation);

    if (lost !== undefined) world.faults.add({ action: lost, fault: { kind: 'drop', when: 'after' } });
    const first = await events(applyAccess(declared(), await run()));
    // Patience may end; then the run says so, and the next one goes on.
    if (failures(first).length > 0) assert.equal(summaryOf(first).outcome, 'failed');
    await settled();
    const second = await events(applyAccess(declared(), await run()));
    assert.deepEqual(failures(second), []);
    assert.equal(summaryOf(second).outcome, 'done');
    await settled();
    // What a run held for lost only because it saw an old answer, and what it made twice, is gone by the next one at the latest.
    await events(applyAccess(declared(), await run()));
    await settled();
    const context = await world.run();
    const { plan } = await planAccess(declared(), context);
    assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
    assert.deepEqual(plan.findings.filter(({ id }) => id === 'unknown-access-key'), []);
    assert.equal((await context.aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);

    for (let turn = 0; turn < 3 && Object.keys(sandbox.aws.snapshot()).length > 0; turn += 1) {
      await events(destroyAccess(access, await run())).catch((error: { id?: string }) => assert.equal(error.id, 'access-not-found'));
      await settled();
    }
    assert.deepEqual(sandbox.aws.snapshot(), {});
    return replicas.stale();
  } finally {
    await replicas.stop();
  }
}
