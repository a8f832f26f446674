import { test } from 'node:test';
import { migrateAccess } from '../../src/credentials/index.ts';
import { applyAccess } from '../../src/engine/index.ts';
import { access, events, serviceAccount, store } from './engine-world.ts';
import { issuer } from './keyless-world.ts';
import { everyPodCalls } from './migration-kill.ts';
import { inMode, times, workload } from './migration-world.ts';
import { startLeastWorld, usedIsDeclared } from './permissions-world.ts';
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
    usedIsDeclared(world);
  } finally {
    await world.stop();
  }
});
