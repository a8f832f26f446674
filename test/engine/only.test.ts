import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, applyPlanFile, kindsNamed, planAccess, readPlanFile, writePlanFile } from '../../src/engine/index.ts';
import { changes, declared, deployment, events, failures, startEngineWorld, store, summaryOf } from '../scenarios/engine-world.ts';

const keyAndParameter = kindsNamed('key,parameter');

test('only names kinds by their own names or short words, and an unknown word is refused with the list', () => {
  assert.deepEqual(kindsNamed('key, ssm-parameter'), ['access-key', 'api-key', 'ssm-parameter']);
  assert.throws(() => kindsNamed('keys'), { id: 'usage', message: /--only keys/ });
  assert.throws(() => kindsNamed(' '), { id: 'usage' });
});

test('only a key and its parameters are made where Terraform keeps the user and git the manifests; nothing of the cluster is asked', async () => {
  const world = await startEngineWorld({ objects: [] });
  try {
    const access = declared({ managedBy: { iam: 'terraform', cluster: 'manifests' } });
    const admin = await world.run();
    await admin.aws.iam.createUser({ name: 'bedrock-openhands-user', path: '/service/', tags: { 'bedrock-access/cluster': admin.clusterId, 'bedrock-access/namespace': 'openhands', 'bedrock-access/name': 'openhands' } });
    await assert.rejects(events(applyAccess(access, await world.run())), 'the whole access cannot be applied yet');
    const said = await events(applyAccess(access, await world.run({ only: keyAndParameter })));
    assert.deepEqual(failures(said), []);
    assert.deepEqual(changes(said), ['create access-key of bedrock-openhands-user', 'create ssm-parameter bedrock-secret-access-key', 'create ssm-parameter bedrock-access-key-id']);
    assert.equal(summaryOf(said).outcome, 'done');
    assert.equal((await admin.aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);
  } finally {
    await world.stop();
  }
});

test('a part alone does not make the revision complete, and the whole apply afterwards does', async () => {
  const world = await startEngineWorld();
  try {
    const part = await events(applyAccess(declared(), await world.run({ only: kindsNamed('user,key,parameter') })));
    assert.equal(summaryOf(part).outcome, 'done');
    const before = await planAccess(declared(), await world.run());
    assert.deepEqual(before.observation.revisions.map(({ state }) => state), ['pending']);
    assert.equal(summaryOf(await events(applyAccess(declared(), await world.run()))).outcome, 'done');
    const after = await planAccess(declared(), await world.run());
    assert.deepEqual(after.observation.revisions.map(({ number, state }) => [number, state]), [[1, 'complete']]);
  } finally {
    await world.stop();
  }
});

test('what is needed first and neither there nor asked for is named, and nothing is written', async () => {
  const world = await startEngineWorld();
  try {
    await assert.rejects(events(applyAccess(declared(), await world.run({ only: keyAndParameter }))), { id: 'only-needs-more', message: /needs iam-user bedrock-openhands-user/ });
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
  } finally {
    await world.stop();
  }
});

test('no key is made for a user that is not ours, asked for or not', async () => {
  const world = await startEngineWorld();
  try {
    const admin = await world.run();
    await admin.aws.iam.createUser({ name: 'bedrock-openhands-user', path: '/service/', tags: {} });
    await assert.rejects(events(applyAccess(declared(), await world.run({ only: keyAndParameter }))), { id: 'name-taken' });
    assert.deepEqual(await admin.aws.iam.listAccessKeys('bedrock-openhands-user'), []);
  } finally {
    await world.stop();
  }
});

test('a plan file made for some kinds is carried out for these alone', async () => {
  const world = await startEngineWorld({ objects: [store(), deployment()] });
  try {
    const { plan } = await planAccess(declared(), await world.run({ only: kindsNamed('user') }));
    const file = readPlanFile(writePlanFile(plan, declared(), '0.1.0'));
    const said = await events(applyPlanFile(file, await world.run()));
    assert.equal(summaryOf(said).done, 1);
    assert.equal(world.sandbox.audit.some(({ action }) => action === 'iam:CreateAccessKey'), false);
  } finally {
    await world.stop();
  }
});
