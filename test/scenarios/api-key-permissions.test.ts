/** With exactly the permissions that are printed for an access with an API key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotateAccess } from '../../src/credentials/index.ts';
import { openAws } from '../../src/aws/open.ts';
import { programPermissions } from '../../src/engine/permissions/index.ts';
import { applyAccess, clusterIdOf, destroyAccess, listAccesses } from '../../src/engine/index.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import { userName, withApiKey } from './api-key-world.ts';
import { access, namespace, seeded } from './engine-world.ts';
import { done } from './outcomes.ts';
import { startLeastWorld, usedIsDeclared } from './permissions-world.ts';
import { ended, inApplied, rotate } from './rotation-world.ts';

const boundary = 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary';
const declaration = withApiKey({ expiresAfter: '90d' }, { permissionsBoundary: boundary });

test('permissions: with exactly what is printed for an API key the program applies, repairs, verifies, rotates, lists and destroys; no access key is in it', async () => {
  const world = await startLeastWorld(declaration);
  const settled = async (run: AsyncIterable<RunEvent>): Promise<void> => {
    await done(run);
    await world.sandbox.clock.advance(60_000);
  };
  try {
    const admin = await world.run();
    await settled(applyAccess(declaration, await world.least()));
    for await (const check of verifyAccess(declaration, { ...(await world.least()), call: true })) assert.equal(check.outcome, check.id === 'store-readers' ? 'skipped' : 'passed', `${check.id}: ${JSON.stringify(check.findings)}`);
    await settled(rotateAccess(access, await world.least(), { begin: 'now', silence: 0 }));
    await settled(rotateAccess(access, await world.least(), { begin: 'now', undo: true, silence: 0, grace: 30_000 }));
    for (const { id } of (await admin.aws.apiKeys.list(userName)) ?? []) await admin.aws.apiKeys.remove(userName, id);
    await settled(applyAccess(declaration, await world.least()));
    assert.equal((await listAccesses(await world.least())).length, 1);
    await settled(destroyAccess(access, await world.least()));

    const { granted, unused } = usedIsDeclared(world);
    assert.deepEqual(unused.filter((action) => /ServiceSpecificCredential/.test(action)), [], 'declared and not used');
    assert.deepEqual(granted.filter((action) => /AccessKey/.test(action)), []);
  } finally {
    await world.stop();
  }
});

test('the program may make keys of Amazon Bedrock alone, for its own user', () => {
  const statements = programPermissions(declaration, 'cluster-1').policies.flatMap(({ document }) => document.Statement);
  const making = statements.filter(({ Action = [], Effect }) => Effect === 'Allow' && [Action].flat().includes('iam:CreateServiceSpecificCredential'));
  assert.equal(making.length, 1);
  assert.equal(making[0]?.Resource, `arn:aws:iam::123456789012:user/service/${userName}`);
  assert.equal(making[0]?.Condition?.['StringEquals']?.['iam:ServiceSpecificCredentialServiceName'], 'bedrock.amazonaws.com');
});

test('a CronJob rotates an API key with exactly the permissions that are printed for it: used is declared', () => {
  const scheduled = withApiKey({ expiresAfter: '1d', rotation: { image: 'registry.example.com/bedrock-access:0.1.0', identity: { secret: 'rotation-aws' } } });
  return inApplied(async (world) => {
    const { rotation } = programPermissions(scheduled, await clusterIdOf(world.kubernetes));
    assert.ok(rotation !== undefined);
    assert.ok((await world.kubernetes.get({ apiVersion: 'batch/v1', kind: 'CronJob', namespace, name: 'bedrock-openhands-rotation' })) !== undefined);
    // Its Jobs, whose image nobody runs here, would be played for every hour that passes.
    await world.kubernetes.patch({ apiVersion: 'batch/v1', kind: 'CronJob', namespace, name: 'bedrock-openhands-rotation' }, { type: 'merge', body: { spec: { suspend: true } } });
    const { accessKeyId, secretAccessKey } = await world.sandbox.aws.createIdentity('rotation', rotation.document);
    const environment = { ...world.sandbox.environment, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const least = (): ReturnType<typeof openAws> => openAws({ region: 'us-west-2', environment, clock: world.sandbox.productClock, random: seeded(7) });
    const [old] = (await (await world.run()).aws.apiKeys.list(userName)) ?? [];
    await world.advance(16 * 3_600_000);
    for (let turn = 0; turn < 3; turn += 1) {
      ended(await rotate(world, { begin: 'due', silence: 60_000, grace: 60_000 }, { aws: least() }));
      await world.advance(120_000);
    }
    const keys = (await (await world.run()).aws.apiKeys.list(userName)) ?? [];
    assert.equal(keys.length, 1);
    assert.notEqual(keys[0]?.id, old?.id);
    const calls = world.sandbox.audit.filter(({ service, identity }) => service === 'aws' && identity.endsWith('/rotation'));
    assert.deepEqual(calls.filter(({ verdict }) => verdict === 'deny').map(({ action, resource }) => `${action} ${resource}`), []);
    const granted = rotation.document.Statement.flatMap(({ Action = [] }) => Action);
    assert.deepEqual(granted.filter((action) => /ServiceSpecificCredential/.test(action) && !calls.some((call) => call.action === action)), []);
    assert.deepEqual(granted.filter((action) => /AccessKey/.test(action)), []);
  }, scheduled);
});
