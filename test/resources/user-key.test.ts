import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plan } from '../../src/engine/plan.ts';
import { emptyWorld, footprintOf, now, observed, ownerTags, parameter, user, type World } from '../engine/observed.ts';

const userName = 'bedrock-openhands-user';
const lost = 'AKIALOSTLOSTLOSTLOST';

/** A run was killed after CreateAccessKey: the key is there, made after the mark, and nothing names it. */
function killedAfterCreate(): World {
  const world = emptyWorld();
  world.users.push(user(userName, { ...ownerTags, 'bedrock-access/regions': 'ap-northeast-1', 'bedrock-access/keys': '2026-11-24T08:00:00.500Z' }));
  world.keys[userName] = [{ id: lost, active: true, createdAt: new Date('2026-11-24T08:00:00Z') }];
  return world;
}

async function keySteps(world: World): Promise<string[]> {
  const footprint = footprintOf();
  const made = plan(footprint, await observed(world, footprint), now);
  return made.steps.filter(({ kind }) => kind === 'access-key').map(({ action, name }) => `${action} ${name}`);
}

const kept = ['create of bedrock-openhands-user'];

test('a lost key is removed before another is made', async () => {
  assert.deepEqual(await keySteps(killedAfterCreate()), [`delete ${lost} of ${userName}`, 'create of bedrock-openhands-user']);
});

for (const [sentence, change] of [
  ['that was used', (world: World) => world.usedKeys.push(lost)],
  ['that existed when the mark was written', (world: World) => (world.users[0] = user(userName, { ...ownerTags, 'bedrock-access/keys': `2026-11-24T08:00:00.500Z ${lost}` }))],
  ['that is older than the mark', (world: World) => (world.keys[userName]![0] = { id: lost, active: true, createdAt: new Date('2026-11-24T07:59:59Z') })],
  ['of a user without a mark', (world: World) => (world.users[0] = user(userName, ownerTags))],
  ['of a user that is not ours', (world: World) => (world.users[0] = user(userName, { 'bedrock-access/keys': '2026-11-24T08:00:00.500Z' }))],
  ['that a Secret names', (world: World) => world.objects.push({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'openhands', name: 'copy', annotations: { 'bedrock-access.dev/access-key-id': lost } } })],
  ['that a pod names', (world: World) => world.objects.push({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'openhands', name: 'p', annotations: { 'bedrock-access.dev/credential': lost } } })],
  [
    'that a parameter version written over might have named',
    (world: World) => world.parameters.push(parameter('bedrock-openhands-old', ownerTags, { description: 'another text', lastModified: new Date('2026-11-24T08:00:00Z') })),
  ],
] as const) {
  test(`a key ${sentence} is not touched`, async () => {
    const world = killedAfterCreate();
    change(world);
    assert.deepEqual((await keySteps(world)).filter((step) => step.startsWith('delete')), []);
  });
}

test('two unknown keys leave no room for another: the plan says so before anything is made', async () => {
  const world = killedAfterCreate();
  world.usedKeys.push(lost, 'AKIAOTHEROTHEROTHER0');
  world.keys[userName]!.push({ id: 'AKIAOTHEROTHEROTHER0', active: true, createdAt: now });
  const footprint = footprintOf();
  const { findings } = plan(footprint, await observed(world, footprint), now);
  assert.equal(findings.find(({ id }) => id === 'unknown-access-key')?.severity, 'error');
});

test('a key whose removal was begun is still ours after its parameter is gone', async () => {
  const world = killedAfterCreate();
  world.usedKeys.push(lost);
  world.users[0] = user(userName, { ...ownerTags, 'bedrock-access/removing': lost });
  assert.deepEqual(await keySteps(world), [...kept, `delete ${lost} of ${userName}`]);
});

test('an inactive key is not activated again by itself', async () => {
  const world = killedAfterCreate();
  world.keys[userName] = [{ id: lost, active: false, createdAt: now }];
  world.parameters.push(parameter('bedrock-secret-access-key', ownerTags, { description: `bedrock-access openhands/openhands, access key ${lost}` }));
  const footprint = footprintOf();
  const { findings, steps } = plan(footprint, await observed(world, footprint), now);
  assert.ok(findings.some(({ id }) => id === 'access-key-inactive'));
  assert.equal(steps.find(({ kind }) => kind === 'access-key')?.action, 'none');
});

