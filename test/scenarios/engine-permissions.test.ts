import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeIdentityActions } from '../../src/engine/permissions/action-places.ts';
import { applyAccess, destroyAccess, listAccesses, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import { access, declared, events, failures, namespace } from './engine-world.ts';
import { done } from './outcomes.ts';
import { startLeastWorld, usedIsDeclared, withInlinePolicy, type LeastWorld } from './permissions-world.ts';

const boundary = 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary';
const bounded = (changes: Parameters<typeof declared>[0] = {}): ReturnType<typeof declared> => declared({ permissionsBoundary: boundary, ...changes });
const otherModel = (): ReturnType<typeof declared> => bounded({ models: [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }] });

/** What the printed policy allows and no scenario here shows in the audit log, each with the reason. */
const unseen: Readonly<Record<string, string>> = {
  'iam:TagPolicy': 'AWS asks for it when CreatePolicy carries tags (IAM user guide, "Tagging IAM resources"); the program calls it only to adopt',
  'ssm:AddTagsToResource': 'PutParameter with tags asks for it: the test "a new parameter with tags" shows that it is needed',
  'iam:GetAccessKeyLastUsed': 'asked of a key that a killed run may have lost (crash-safe.test.ts), and of the old key of a rotation',
  'iam:UntagUser': 'a rotation takes its marks off',
  'iam:UpdateAccessKey': 'a rotation deactivates a key before it is deleted',
  ...Object.fromEntries(storeIdentityActions.map((action) => [action, 'the store has a role of its own: store-identity.test.ts'])),
  'cloudtrail:LookupEvents': 'a rotation asks whether the old key is silent: rotation-cron.test.ts',
  'ssm:GetParameterHistory': 'a rotation that was stopped looks for the key in earlier versions',
};

/** The same of the cluster's rules. */
const unseenRules: Readonly<Record<string, string>> = {
  '(cluster) get serviceaccounts': 'the store reads as a service account: store-identity.test.ts',
  ...Object.fromEntries(['get statefulsets', 'patch statefulsets', 'get daemonsets', 'patch daemonsets', 'get cronjobs', 'patch cronjobs', 'get jobs', 'get rollouts', 'list rollouts', 'patch rollouts'].map((rule) => [rule, 'workloads of other kinds: engine-workloads.test.ts'])),
  'list serviceaccounts': 'no revision tells of a CronJob any more: pod-identity.test.ts, where they are forgotten',
  'update leases/bedrock-access-openhands': 'a run that takes longer renews its Lease: engine-actors.test.ts',
  'get controllerrevisions': 'the answer to a revision that was written is lost: engine-faults.test.ts',
  'get bedrockaccesses': 'the cluster serves BedrockAccess: cli-life.test.ts',
};

async function settled(world: LeastWorld, run: ReturnType<typeof applyAccess>): Promise<void> {
  await done(run);
  await world.sandbox.clock.advance(1000);
}

test('permissions: with exactly what is printed the program plans, applies, repairs, verifies, lists, rolls back and destroys', async () => {
  const world = await startLeastWorld(bounded());
  try {
    const admin = await world.run();
    const { plan } = await planAccess(bounded(), await world.least());
    assert.ok(plan.steps.length > 5);
    await settled(world, applyAccess(bounded(), await world.least()));
    // Whatever else is put on the user counts for its calls, and is read.
    await withInlinePolicy(world.sandbox, 'bedrock-openhands-user', async () => {
      for await (const check of verifyAccess(bounded(), { ...(await world.least()), call: true })) assert.equal(check.outcome, check.id === 'store-readers' ? 'skipped' : 'passed', `${check.id}: ${check.detail} ${JSON.stringify(check.findings)}`);
    });
    assert.equal((await listAccesses(await world.least())).length, 1);

    // Another model, and back; and again so often that a policy version must make room.
    for (let turn = 0; turn < 3; turn += 1) {
      await settled(world, applyAccess(otherModel(), await world.least()));
      await settled(world, rollbackAccess(access, await world.least()));
    }
    // Drift: the boundary is taken off, the policy comes off, the key goes.
    await admin.aws.iam.deleteUserPermissionsBoundary('bedrock-openhands-user');
    await admin.aws.iam.detachUserPolicy('bedrock-openhands-user', 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
    await settled(world, applyAccess(bounded(), await world.least()));
    assert.equal((await admin.aws.iam.getUser('bedrock-openhands-user'))?.permissionsBoundary, boundary);
    const [key] = (await admin.aws.iam.listAccessKeys('bedrock-openhands-user')) ?? [];
    await admin.aws.iam.deleteAccessKey('bedrock-openhands-user', key!.id);
    await settled(world, applyAccess(bounded(), await world.least()));

    // A key that nobody knows is asked when it was used; a name that is taken is asked whose it is.
    const foreign = await admin.aws.iam.createAccessKey('bedrock-openhands-user');
    await planAccess(bounded(), await world.least());
    await admin.aws.iam.deleteAccessKey('bedrock-openhands-user', foreign.accessKeyId);
    await settled(world, destroyAccess(access, await world.least()));
    await admin.aws.ssm('ap-northeast-1').putParameter({ name: 'bedrock-access-key-id', value: foreign.secretAccessKey, description: '', overwrite: false });
    assert.ok((await planAccess(bounded(), await world.least())).plan.findings.some(({ id }) => id === 'name-taken'));
    assert.equal(await admin.aws.iam.getUser('bedrock-openhands-user'), undefined);

    const { used, unused, unusedStatementsAndRules } = usedIsDeclared(world);
    assert.deepEqual(unused.filter((action) => unseen[action] === undefined), [], 'declared and not used');
    assert.deepEqual(unusedStatementsAndRules.filter((each) => /^[A-Z]/.test(each) ? unseen[each.split(': ')[1] ?? ''] === undefined : unseenRules[each] === undefined), [], 'of statements and rules declared and not used');
    assert.deepEqual(used.filter((action) => unseen[action] !== undefined), [], 'used after all: it needs no reason any more');
  } finally {
    await world.stop();
  }
});

test('permissions: a new parameter with tags needs the action that tags', async () => {
  const world = await startLeastWorld(bounded(), 'ssm:AddTagsToResource');
  try {
    const said = await events(applyAccess(bounded(), await world.least()));
    assert.match(failures(said).join('\n'), /ssm:AddTagsToResource/);
  } finally {
    await world.stop();
  }
});

test('permissions: without the boundary no user is made, and nothing else is left behind', async () => {
  const world = await startLeastWorld(bounded());
  try {
    const said = await events(applyAccess(declared(), await world.least()));
    assert.match(failures(said).join('\n'), /iam:CreateUser/);
    const admin = await world.run();
    assert.equal(await admin.aws.iam.getUser('bedrock-openhands-user'), undefined);
  } finally {
    await world.stop();
  }
});

test('permissions: the cluster refuses the program what lies beyond its access', async () => {
  const world = await startLeastWorld(bounded());
  try {
    const { kubernetes } = await world.least();
    await assert.rejects(kubernetes.list('v1', 'Secret', { namespace: 'kube-system' }), { kind: 'forbidden' });
    await assert.rejects(kubernetes.create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'mine' } }), { kind: 'forbidden' });
    await assert.rejects(kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' }), { kind: 'forbidden' });
    await assert.rejects(kubernetes.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'me' } }), { kind: 'forbidden' });
    await assert.rejects(kubernetes.get({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'bedrock-access-other' }), { kind: 'forbidden' });
  } finally {
    await world.stop();
  }
});
