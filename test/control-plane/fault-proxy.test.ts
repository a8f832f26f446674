/** The engine's retries against a bad wire: the product talks to a sandbox through fault proxies. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import { connectionOf } from '../conformance/connection.ts';
import { access, declared, events, failures, inSandbox, left, seeded, summaryOf, type EngineWorld } from '../scenarios/engine-world.ts';
import { startProxiedRuns, type ProxiedRuns } from './proxied-runs.ts';
import type { WireStrike } from './proxy-faults.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

/** How long a run waits for a byte here; the world's clock does not count it. */
const patience = 250;

function proxied(play: (world: EngineWorld, runs: ProxiedRuns) => Promise<void>): Promise<void> {
  return inSandbox(async (world) => {
    const { environment, productClock, kubernetes } = world.sandbox;
    const runs = await startProxiedRuns({
      aws: { endpoint: world.sandbox.aws.endpoint, accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' },
      kubernetes: connectionOf(kubernetes.kubeconfigFile),
      clock: productClock,
      timeout: patience,
    });
    try {
      await play(world, runs);
    } finally {
      await runs.stop();
    }
  });
}

async function leaseNames(world: EngineWorld): Promise<readonly string[]> {
  return (await world.kubernetes.list('coordination.k8s.io/v1', 'Lease', { namespace: access.namespace })).map(({ metadata }) => metadata.name ?? '');
}

/** A Lease whose removal was lost, as often as it was tried, ends by itself after two minutes. */
async function leasesEnd(world: EngineWorld): Promise<void> {
  if ((await leaseNames(world)).length > 0) await world.advance(121_000);
}

async function wholeLife(world: EngineWorld, runs: ProxiedRuns): Promise<void> {
  const empty = left(world);
  const applied = await events(applyAccess(declared(), await runs.run()));
  assert.deepEqual(failures(applied), []);
  assert.equal(summaryOf(applied).outcome, 'done');
  const context = await runs.run();
  const { plan } = await planAccess(declared(), context);
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
  assert.equal((await context.aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);
  await leasesEnd(world);
  const removed = await events(rollbackAccess(access, await runs.run(), { all: true }));
  assert.deepEqual(failures(removed), []);
  assert.equal(summaryOf(removed).outcome, 'done');
  runs.faults.clear();
  await leasesEnd(world);
  for (const name of await leaseNames(world)) await world.kubernetes.remove({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: access.namespace, name });
  await world.advance(10_000);
  assert.deepEqual(left(world), empty);
}

test('without faults the proxies change nothing, and see every call by its name', () =>
  proxied(async (world, runs) => {
    const start = world.audit.length;
    await wholeLife(world, runs);
    const changing = (calls: readonly { readonly action: string }[]): readonly string[] => calls.map(({ action }) => action).filter((action) => !/^(get|list|watch) |^ssm:GetParameter$/.test(action)).sort();
    assert.deepEqual(changing(runs.audit), changing(world.audit.slice(start)).filter((action) => action !== 'delete leases' || runs.audit.some((call) => call.action === action)));
  }));

const dangerous: readonly { readonly action: string; readonly fault: WireStrike }[] = [
  { action: 'iam:CreateAccessKey', fault: { kind: 'cut' } },
  { action: 'iam:CreateAccessKey', fault: { kind: 'silence', when: 'after' } },
  { action: 'ssm:PutParameter', fault: { kind: 'cut' } },
  { action: 'iam:CreateUser', fault: { kind: 'silence', when: 'before' } },
  { action: 'create leases', fault: { kind: 'silence', when: 'after' } },
  { action: 'patch deployments', fault: { kind: 'cut' } },
  { action: 'ssm:DescribeParameters', fault: { kind: 'cut' } },
];
for (const { action, fault } of dangerous) {
  test(`a run comes through ${action} with ${fault.kind === 'silence' ? `a peer that is gone ${fault.when} it` : 'an answer that ends in the middle'}`, () =>
    proxied(async (world, runs) => {
      runs.faults.add({ action, fault });
      await wholeLife(world, runs);
      assert.ok(runs.audit.some(({ code }) => code === 'Cut' || code === 'Silence'), 'the fault hit nothing');
    }));
}

test(`a whole life goes on in bad weather, leaves one key while it lasts and nothing in the end (SEED=${seed})`, () =>
  proxied(async (world, runs) => {
    runs.faults.weather({
      rate: 0.15,
      random: seeded(seed),
      inARow: 1,
      faults: [
        { kind: 'throttle' },
        { kind: 'status', status: 503, code: 'ServiceUnavailable' },
        { kind: 'drop', when: 'before' },
        { kind: 'drop', when: 'after' },
        { kind: 'cut' },
        { kind: 'delay', milliseconds: 20 },
        { kind: 'silence', when: 'before' },
        { kind: 'silence', when: 'after' },
      ],
    });
    await wholeLife(world, runs);
  }));
