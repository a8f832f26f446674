/** What is done to the key while the workload goes on calling. */
import assert from 'node:assert/strict';
import { planAccess } from '../../src/engine/index.ts';
import { AccessError } from '../../src/errors/error.ts';
import { deployment, seeded, store, type EngineWorld } from './engine-world.ts';
import { sound, startTraffic, type Traffic } from './rotation-traffic.ts';
import { ended, inApplied, keys, plain, rotate } from './rotation-world.ts';

const times = { silence: 60_000, grace: 60_000 };
const behind = { consistency: { propagation: 15_000, lastUsedLag: 30_000 } } as const;

function replicas(count: number): ReturnType<typeof deployment> {
  const object = deployment();
  return { ...object, spec: { ...Object(object['spec']), replicas: count } };
}

export interface Figures {
  readonly calls: number;
  readonly worldSeconds: number;
}

/**
 * @param each calls of each of the two pods in a second
 * @param disturbed calls to IAM, SSM and STS, of External Secrets too, and to the cluster are throttled, refused and dropped as well
 */
export async function rotationsUnderTraffic(count: number, seed: number, { each = 1, disturbed = false } = {}): Promise<Figures> {
  let figures = { calls: 0, worldSeconds: 0 };
  await inApplied(
    async (world) => {
      const { sandbox } = world;
      const random = seeded(seed);
      const traffic = startTraffic(world, random, 20_000, each);
      const began = sandbox.clock.now().getTime();
      const from = sandbox.audit.length;
      await traffic.pass(30_000);
      for (let turn = 1; turn <= count; turn += 1) {
        if (disturbed) disturb(world, random);
        await rotated(world, traffic);
        sandbox.faults.clear();
        assert.equal(Object.keys(await keys(world)).length, 1, `rotation ${turn} left a key`);
      }
      await traffic.pass(30_000);
      sound(world, traffic, from);
      assert.ok(traffic.keys.size >= count);
      assert.equal(answered(world, from), traffic.calls());
      // A user has two keys at most: a third is refused.
      assert.deepEqual(sandbox.audit.slice(from).filter(({ action, code }) => action === 'iam:CreateAccessKey' && code === 'LimitExceeded'), []);
      figures = { calls: traffic.calls(), worldSeconds: (sandbox.clock.now().getTime() - began) / 1000 };
      const { plan } = await planAccess(plain(), await world.run());
      assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
    },
    plain(),
    { seed, ...behind, objects: [store(), replicas(2)] },
  );
  return figures;
}

/** In one run; begun later when the one before could not give its Lease back. */
async function rotated(world: EngineWorld, traffic: Traffic): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      ended(await rotate(world, times, { clock: traffic.clock }));
      return;
    } catch (error) {
      if (!(error instanceof AccessError && error.id === 'lease-held') || tries === 5) throw error;
      await traffic.pass(30_000);
    }
  }
}

/** The workload's calls that a model answered; tried once each, there are as many as calls. */
function answered({ sandbox }: EngineWorld, from: number): number {
  return sandbox.audit.slice(from).filter(({ action, run, status }) => action === 'bedrock:InvokeModel' && run === undefined && status === 200).length;
}

/** Not of the workload's own calls: they fail by nothing but their credential. */
function disturb({ sandbox }: EngineWorld, random: () => number): void {
  for (const action of disturbedCalls) {
    if (random() < 0.5) continue;
    sandbox.faults.add({ action, skip: Math.floor(random() * 3), times: 1 + Math.floor(random() * 2), fault: faults[Math.floor(random() * faults.length)] ?? faults[0] });
  }
}

const faults = [{ kind: 'throttle' }, { kind: 'status', status: 503, code: 'ServiceUnavailable' }, { kind: 'drop', when: 'before' }, { kind: 'drop', when: 'after' }] as const;

/** `ssm:GetParameter` is External Secrets' own. */
const disturbedCalls = [
  'iam:GetUser', 'iam:GetPolicy', 'iam:ListAccessKeys', 'iam:TagUser', 'iam:CreateAccessKey', 'iam:GetAccessKeyLastUsed', 'iam:UpdateAccessKey', 'iam:DeleteAccessKey', 'iam:UntagUser',
  'sts:GetCallerIdentity', 'ssm:PutParameter', 'ssm:DescribeParameters', 'ssm:GetParameter',
  'get configmaps', 'get deployments', 'list deployments', 'patch deployments', 'get externalsecrets', 'update externalsecrets', 'create leases', 'update leases', 'delete leases',
];

export async function migrationUnderTraffic(seed: number): Promise<void> {
  await inApplied(
    async (world) => {
      const traffic = startTraffic(world, seeded(seed));
      await traffic.pass(30_000);
      const from = world.sandbox.audit.length;
      ended(await rotate(world, { ...times, layout: 'single' }, { clock: traffic.clock }));
      await traffic.pass(30_000);
      // The declaration that says so has nothing left to do.
      const { plan } = await planAccess(plain(), await world.run());
      assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
      const { aws } = await world.run();
      assert.deepEqual(await aws.ssm('ap-northeast-1').describeParameters(['bedrock-access-key-id', 'bedrock-secret-access-key']), []);
      sound(world, traffic, from);
      assert.equal(Object.keys(await keys(world)).length, 1);
      assert.equal(traffic.keys.size, 2);
    },
    plain(undefined, 'pair'),
    { seed, ...behind, objects: [store(), replicas(2)] },
  );
}
