import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, rollbackAccess } from '../../src/engine/index.ts';
import { comesThrough, disturbances, shown } from './engine-faults.ts';
import { access, declared, events, failures, seeded, startEngineWorld, summaryOf } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

test(`a run comes through dropped connections, throttling and faults at any changing call (SEED=${seed})`, async (t) => {
  const random = seeded(seed);
  const all = (await disturbances()).map((disturbance) => ({ disturbance, order: random() })).sort((a, b) => a.order - b.order);
  const dangerous = { action: 'iam:CreateAccessKey', skip: 0, command: 'apply', fault: { kind: 'drop', when: 'after' } } as const;
  for (const disturbance of [dangerous, ...all.slice(0, 6).map(({ disturbance }) => disturbance)]) {
    await t.test(shown(disturbance), () => comesThrough(disturbance));
  }
});

test('where AWS shows changes late, a run waits until the new key works and leaves nothing behind in the end', async () => {
  const world = await startEngineWorld({ consistency: { propagation: 20_000 }, seed });
  try {
    const applied = await events(applyAccess(declared(), await world.run()));
    assert.deepEqual(failures(applied), []);
    assert.equal(summaryOf(applied).outcome, 'done');
    await world.sandbox.clock.advance(30_000);
    const removed = await events(rollbackAccess(access, await world.run(), { all: true }));
    assert.deepEqual(failures(removed), []);
    await world.sandbox.clock.advance(30_000);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
  } finally {
    await world.stop();
  }
});

test('a call that AWS refuses for good stops what depends on it and nothing else, and the next run goes on', async () => {
  const world = await startEngineWorld();
  try {
    world.sandbox.faults.add({ action: 'iam:CreatePolicy', times: Infinity, fault: { kind: 'status', status: 403, code: 'AccessDenied' } });
    const said = await events(applyAccess(declared(), await world.run()));
    assert.deepEqual(said.flatMap((event) => (event.type === 'step-failed' ? [[event.name, event.finding.id]] : [])), [['bedrock-openhands-policy', 'aws-permission-missing']]);
    assert.deepEqual(summaryOf(said).left, ['managed-policy bedrock-openhands-policy', 'policy-attachment bedrock-openhands-policy on bedrock-openhands-user']);
    assert.equal(summaryOf(said).outcome, 'failed');
    world.sandbox.faults.clear();
    assert.equal(summaryOf(await events(applyAccess(declared(), await world.run()))).outcome, 'done');
  } finally {
    await world.stop();
  }
});

test('an operator that cannot read the parameters is named with its own words after bounded patience', async () => {
  const world = await startEngineWorld();
  try {
    world.sandbox.faults.add({ action: 'ssm:GetParameter', times: Infinity, fault: { kind: 'status', status: 403, code: 'AccessDeniedException' } });
    const said = await events(applyAccess(declared(), await world.run()));
    const failed = said.find((event) => event.type === 'step-failed');
    assert.equal(failed?.type === 'step-failed' && failed.finding.id, 'external-secret-not-ready');
    assert.deepEqual(summaryOf(said).left, ['workload-environment Deployment openhands', 'external-secret bedrock-credentials']);
  } finally {
    await world.stop();
  }
});
