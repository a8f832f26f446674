/** The seed's world with a key in use, and what a test of rotation asks of it. */
import assert from 'node:assert/strict';
import { rotateAccess } from '../../src/credentials/index.ts';
import type { RotateOptions } from '../../src/credentials/types.ts';
import { applyAccess } from '../../src/engine/index.ts';
import type { RunContext, RunEvent } from '../../src/engine/types.ts';
import { access, declared, deployment, events, failures, namespace, startEngineWorld, store, summaryOf, type EngineWorld } from './engine-world.ts';

export const user = 'bedrock-openhands-user';

/** A client that starts no containers of its own, and the atomic layout. */
export const plain = (rotateAfter?: string, layout: 'single' | 'pair' = 'single') =>
  declared({
    workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }],
    credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' }, layout, ...(rotateAfter === undefined ? {} : { rotateAfter }) } },
  });

export async function startApplied(document = plain(), options: Parameters<typeof startEngineWorld>[0] = {}): Promise<EngineWorld> {
  const world = await startEngineWorld({ objects: [store(), deployment()], ...options });
  const said = await events(applyAccess(document, await world.run()));
  assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
  // A key of the same second as the parameter could have been named by an earlier version of it.
  await world.sandbox.clock.advance(60_000);
  return world;
}

export async function inApplied(tell: (world: EngineWorld) => Promise<void>, document = plain(), options: Parameters<typeof startEngineWorld>[0] = {}): Promise<void> {
  const world = await startApplied(document, options);
  try {
    await tell(world);
  } finally {
    await world.stop();
  }
}

export async function rotate(world: EngineWorld, options: Partial<RotateOptions> = {}, changes: Partial<RunContext> = {}): Promise<RunEvent[]> {
  return events(rotateAccess(access, await world.run(changes), { begin: 'now', ...options }));
}

/** The user's keys by id: is it active? */
export async function keys(world: EngineWorld): Promise<Readonly<Record<string, boolean>>> {
  const { aws } = await world.run();
  return Object.fromEntries(((await aws.iam.listAccessKeys(user)) ?? []).map(({ id, active }) => [id, active]));
}

/** The one key that is not among those. */
export async function otherKey(world: EngineWorld, ...known: readonly string[]): Promise<string> {
  const others = Object.keys(await keys(world)).filter((id) => !known.includes(id));
  assert.equal(others.length, 1, `${others.length} other keys`);
  return others[0] ?? '';
}

/** The key for which each pod was started. */
export async function podKeys({ kubernetes }: EngineWorld): Promise<ReadonlySet<string | undefined>> {
  const pods = await kubernetes.list('v1', 'Pod', { namespace });
  return new Set(pods.map(({ metadata }) => metadata.annotations?.['bedrock-access.dev/credential']));
}

export async function mark(world: EngineWorld): Promise<string | undefined> {
  const { aws } = await world.run();
  return (await aws.iam.getUser(user))?.tags['bedrock-access/rotation'];
}

export const done = (said: readonly RunEvent[]): readonly string[] => said.flatMap((event) => (event.type === 'step-done' ? [event.step] : []));

export const findings = (said: readonly RunEvent[]): readonly string[] => said.flatMap((event) => (event.type === 'finding' ? [event.finding.id] : []));

export function ended(said: readonly RunEvent[]): ReturnType<typeof summaryOf> {
  const last = summaryOf(said);
  assert.equal(last.outcome, 'done', [...failures(said), ...findings(said), JSON.stringify(last)].join('\n'));
  return last;
}
