/** Two modes of which EKS gives the one to every new pod, and SDKs would find it before the other: a label keeps it out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrationStatus } from '../../src/credentials/index.ts';
import { applyAccess } from '../../src/engine/index.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { access, failures, namespace, seeded } from './engine-world.ts';
import { eks } from './keyless-world.ts';
import { everyPodCalls, survives } from './migration-kill.ts';
import { inMigration, migrate, settledIn, times, type MigrationWorld } from './migration-world.ts';
import { done } from './outcomes.ts';
import { podCredentials } from './pod-credentials.ts';
import { ended } from './rotation-world.ts';

const label = 'eks.amazonaws.com/skip-pod-identity-webhook';
const haiku = { models: [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' as const }] };

function pods({ kubernetes }: MigrationWorld): Promise<readonly KubernetesObject[]> {
  return kubernetes.list('v1', 'Pod', { namespace });
}

async function labelled(world: MigrationWorld): Promise<readonly boolean[]> {
  return (await pods(world)).map(({ metadata }) => label in (metadata.labels ?? {}));
}

/** By which way each pod comes to its credentials, after all of them were made anew. */
async function waysAnew(world: MigrationWorld): Promise<readonly (string | undefined)[]> {
  for (const { metadata } of await pods(world)) await world.kubernetes.remove({ apiVersion: 'v1', kind: 'Pod', namespace, name: metadata.name ?? '' });
  await world.sandbox.clock.advance(60_000);
  await everyPodCalls(world);
  const held = await Promise.all((await pods(world)).map((pod) => podCredentials(pod, world, seeded(1))));
  return held.map((each) => each?.id);
}

/** Killed at that call; whoever goes on comes when the Lease has ended. */
async function stoppedAt(action: string, when: 'before' | 'after', to: 'podIdentity' | 'rolesAnywhere', world: MigrationWorld): Promise<void> {
  world.sandbox.faults.add({ action, fault: { kind: 'kill', when } });
  await migrate(world, { ...times, to: world.in(to) }).catch(() => []);
  world.sandbox.faults.clear();
  await world.sandbox.clock.advance(130_000);
}

test('from rolesAnywhere to podIdentity: before EKS associates the ServiceAccount every pod in use has the label, those made anew then too, and the switch takes it away', () =>
  inMigration('rolesAnywhere', async (world) => {
    await stoppedAt('eks:CreatePodIdentityAssociation', 'after', 'podIdentity', world);
    assert.deepEqual(await labelled(world), [true]);
    assert.deepEqual(await waysAnew(world), ['rolesAnywhere']);
    ended(await migrate(world, times));
    assert.deepEqual(await labelled(world), [false]);
    assert.deepEqual(await waysAnew(world), ['podIdentity']);
    await settledIn('podIdentity', world);
  }));

test('from podIdentity to rolesAnywhere: while EKS associates the ServiceAccount, pods with a certificate have the label, and it goes with the next change that restarts them', () =>
  inMigration('podIdentity', async (world) => {
    await stoppedAt('eks:DeletePodIdentityAssociation', 'before', 'rolesAnywhere', world);
    assert.deepEqual(await labelled(world), [true]);
    assert.deepEqual(await waysAnew(world), ['rolesAnywhere']);
    ended(await migrate(world, times));
    // Nothing is restarted for the label alone.
    await settledIn('rolesAnywhere', world);
    assert.deepEqual(await labelled(world), [true]);
    await done(applyAccess(world.in('rolesAnywhere', haiku), await world.run({ restartNow: true })));
    await world.sandbox.clock.advance(60_000);
    assert.deepEqual(await labelled(world), [false]);
    await everyPodCalls(world);
  }));

test('where the webhook does not heed the label, nothing is begun from podIdentity, and from rolesAnywhere nothing is switched, and there is a way back', async () => {
  const deaf = { eks: { ...eks, heedsSkipLabel: false } };
  await inMigration('podIdentity', async (world) => {
    const before = await world.left();
    await assert.rejects(migrate(world, { ...times, to: world.in('rolesAnywhere') }), { id: 'modes-not-side-by-side' });
    assert.deepEqual(await world.left(), before);
  }, deaf);
  await inMigration('rolesAnywhere', async (world) => {
    const events = await migrate(world, { ...times, to: world.in('podIdentity') });
    assert.match(JSON.stringify(events), /modes-not-side-by-side/);
    assert.equal(failures(events).length, 0);
    assert.equal((await migrationStatus(access, await world.run()))?.phase, 'prove');
    ended(await migrate(world, { ...times, undo: true }));
    await settledIn('rolesAnywhere', world);
    await everyPodCalls(world);
  }, deaf);
});

test('a migration that is killed while it labels the pods in use is gone on with', () =>
  survives({ stretch: 'way', way: ['rolesAnywhere', 'podIdentity'], when: 'after', action: 'patch deployments', skip: 0 }));
