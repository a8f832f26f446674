/** The workload is moved to another mode of credentials, and back, while it goes on calling. */
import assert from 'node:assert/strict';
import { seeded, serviceAccount, store } from './engine-world.ts';
import { clockOf, inMigration, migrate, settledIn, workload, type Way } from './migration-world.ts';
import { sound, startTraffic } from './rotation-traffic.ts';
import { ended } from './rotation-world.ts';
import type { Figures } from './rotation-traffic-story.ts';

const times = { silence: 60_000, grace: 60_000 };
const behind = { consistency: { propagation: 15_000, lastUsedLag: 30_000 } } as const;

/**
 * @param each calls of each of the two pods in a second
 * @param disturbed calls of IAM, STS, SSM, EKS and Roles Anywhere, of External Secrets too, and of the cluster are throttled, refused and dropped as well
 */
export async function movedUnderTraffic(way: Way, seed: number, { undo = false, disturbed = false, each = 1 } = {}): Promise<Figures> {
  const [from, to] = way;
  let figures = { calls: 0, worldSeconds: 0 };
  await inMigration(
    from,
    async (world) => {
      const random = seeded(seed);
      const traffic = startTraffic(world, random, 20_000, each);
      const began = world.sandbox.clock.now().getTime();
      await traffic.pass(30_000);
      const start = world.sandbox.audit.length;
      if (disturbed) disturb(world, random);
      if (undo) {
        // In its grace time.
        ended(await migrate(world, { ...times, grace: 86_400_000, to: world.in(to) }, { clock: traffic.clock }));
        ended(await migrate(world, { ...times, undo: true }, { clock: traffic.clock }));
      } else ended(await migrate(world, { ...times, to: world.in(to) }, { clock: traffic.clock }));
      world.sandbox.faults.clear();
      await traffic.pass(30_000);
      sound(world, traffic, start);
      assert.equal(traffic.keys.size, 2, [...traffic.keys].join(' '));
      figures = { calls: traffic.calls(), worldSeconds: (world.sandbox.clock.now().getTime() - began) / 1000 };
      await settledIn(undo ? from : to, world);
    },
    { seed, ...clockOf(way), ...behind, objects: [store(), serviceAccount(), workload(2)] },
  );
  return figures;
}

const ofKeylessModes = [
  'iam:CreateOpenIDConnectProvider', 'iam:UpdateAssumeRolePolicy', 'iam:DetachRolePolicy', 'iam:CreateServiceSpecificCredential', 'iam:DeleteServiceSpecificCredential', 'ssm:GetParameter', 'ssm:DeleteParameter', 'sts:AssumeRole',
  'eks:DescribeCluster', 'eks:ListPodIdentityAssociations', 'eks:DescribePodIdentityAssociation', 'eks:CreatePodIdentityAssociation',
  'rolesanywhere:ListTagsForResource', 'rolesanywhere:CreateProfile', 'create certificates', 'delete certificates', 'create secrets', 'patch configmaps',
];

/** Of the program's own calls only: the workload's fail by nothing but its credentials. */
function disturb({ sandbox }: Parameters<typeof startTraffic>[0], random: () => number): void {
  // Not the calls by which the pods themselves come to their sessions.
  const actions = ['iam:CreateRole', 'iam:CreateUser', 'iam:CreateAccessKey', 'iam:AttachRolePolicy', 'iam:AttachUserPolicy', 'iam:TagUser', 'ssm:PutParameter', 'iam:UpdateAccessKey', 'iam:DeleteUser', 'iam:DeleteRole', 'iam:GetRole', 'iam:GetUser', 'sts:GetCallerIdentity', 'get deployments', 'patch deployments', 'create externalsecrets', 'delete externalsecrets', 'update controllerrevisions', ...ofKeylessModes];
  const faults = [{ kind: 'throttle' }, { kind: 'status', status: 503, code: 'ServiceUnavailable' }, { kind: 'drop', when: 'before' }, { kind: 'drop', when: 'after' }] as const;
  for (const action of actions) sandbox.faults.add({ action, skip: Math.floor(random() * 2), times: 1 + Math.floor(random() * 2), fault: faults[Math.floor(random() * faults.length)] ?? faults[0] });
}
