import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrateAccess } from '../../src/credentials/index.ts';
import { applyAccess } from '../../src/engine/index.ts';
import { freeActions } from '../../src/engine/permissions/action-places.ts';
import { access, events, store } from './engine-world.ts';
import { everyPodCalls } from './migration-kill.ts';
import { inMode, issuer, serviceAccount, times, workload } from './migration-world.ts';
import { programIdentity, startLeastWorld } from './permissions-world.ts';
import { ended } from './rotation-world.ts';

const permissionsBoundary = 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary';

test('permissions: with what is printed for both modes a migration goes there, back in the grace time, and there for good; nothing is used that is not declared', async () => {
  const [from, to] = [inMode('accessKey', { permissionsBoundary }), inMode('webIdentity', { permissionsBoundary })];
  const world = await startLeastWorld([from, to], undefined, { issuer, objects: [store(), serviceAccount(), workload()] });
  try {
    ended(await events(applyAccess(from, await world.least())));
    await world.sandbox.clock.advance(60_000);
    ended(await events(migrateAccess(access, await world.least(), { to, silence: 0, grace: 86_400_000 })));
    ended(await events(migrateAccess(access, await world.least(), { ...times, undo: true })));
    ended(await events(migrateAccess(access, await world.least(), { ...times, to })));
    await everyPodCalls(world);
    const calls = world.sandbox.audit.filter(({ service, identity }) => service === 'aws' && identity === programIdentity);
    assert.deepEqual([...new Set(calls.filter(({ verdict }) => verdict === 'deny').map(({ action, resource }) => `${action} ${resource}`))], []);
    const granted = new Set(world.policy.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action = [] }) => Action));
    assert.deepEqual([...new Set(calls.map(({ action }) => action))].filter((action) => !granted.has(action) && freeActions[action] === undefined), []);
    const cluster = world.sandbox.audit.filter(({ service, identity }) => service === 'kubernetes' && identity === 'system:serviceaccount:bedrock-access:the-program');
    assert.deepEqual([...new Set(cluster.filter(({ status }) => status === 403).map(({ action }) => action))].filter((action) => action !== 'list deployments'), []);
  } finally {
    await world.stop();
  }
});
