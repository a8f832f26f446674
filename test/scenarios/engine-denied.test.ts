import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { declarationText } from '../../src/cli/demo/story.ts';
import { openAws } from '../../src/aws/open.ts';
import { accessStatus, applyAccess, destroyAccess, listAccesses, planAccess, planDestroy, rollbackAccess } from '../../src/engine/index.ts';
import type { RunContext } from '../../src/engine/types.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import { AccessError } from '../../src/errors/error.ts';
import { onStage } from '../cli/stage.ts';
import { access, declared, events, failures, namespace, seeded, startEngineWorld } from './engine-world.ts';
import { startLeastWorld } from './permissions-world.ts';

const bounded = (): ReturnType<typeof declared> => declared({ permissionsBoundary: 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary' });

test('too few permissions: who lacks several learns of all in one run, each with the ARN that AWS judges it on', async () => {
  const world = await startEngineWorld();
  try {
    const { accessKeyId, secretAccessKey } = await world.sandbox.aws.createIdentity('stranger', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }] });
    const stranger = async (): Promise<RunContext> => {
      const environment = { ...world.sandbox.environment, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
      return world.run({ aws: openAws({ region: 'us-west-2', environment, clock: world.sandbox.productClock, random: seeded(3) }) });
    };
    const looks = ['iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:GetUser', 'iam:ListAccessKeys', 'iam:ListAttachedUserPolicies', 'ssm:DescribeParameters', 'ssm:ListTagsForResource'];
    const learned = async (): Promise<void> => {
      const before = world.sandbox.audit.length;
      await assert.rejects(planAccess(declared(), await stranger()), (error) => {
        assert.ok(error instanceof AccessError && error.id === 'aws-permission-missing');
        assert.equal(error.details.exitCode, 4);
        const { findings = [] } = error.details;
        assert.deepEqual(findings.map(({ message }) => /may not do (\S+)/.exec(message)?.[1]), looks);
        const denied = world.sandbox.audit.slice(before).filter(({ verdict }) => verdict === 'deny');
        assert.deepEqual([...new Set(denied.map(({ action }) => action))].sort(), looks);
        for (const { action, resource } of denied) assert.ok(findings.some(({ remedy }) => remedy.includes(`allow ${action} on`) && remedy.includes(resource)), `${action} on ${resource}`);
        for (const { remedy } of findings) assert.match(remedy, /`bedrock-access permissions`/);
        return true;
      });
    };
    await learned();
    // A user that exists is judged with its path.
    assert.deepEqual(failures(await events(applyAccess(declared(), await world.run()))), []);
    await learned();
    const checks = await Array.fromAsync(verifyAccess(declared(), { ...(await stranger()), call: false }));
    const failed = checks.filter(({ outcome }) => outcome === 'failed');
    assert.ok(failed.length >= 3);
    for (const { findings } of failed) assert.deepEqual(findings.map(({ id }) => id), ['aws-permission-missing']);
  } finally {
    await world.stop();
  }
});

test('too few permissions: who may look at little in the cluster learns of all that is missing there in one run', async () => {
  const world = await startLeastWorld(bounded());
  try {
    await world.kubernetes.remove({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', namespace, name: 'bedrock-access-openhands-openhands' });
    for (const run of [planAccess, (...asked: Parameters<typeof planAccess>) => events(applyAccess(...asked))]) {
      await assert.rejects(run(bounded(), await world.least()), (error) => {
        assert.ok(error instanceof AccessError && error.id === 'kubernetes-permission-missing');
        assert.equal(error.details.exitCode, 4);
        const missing = (error.details.findings ?? []).map(({ message }) => message).join('\n');
        for (const resource of ['secrets', 'configmaps', 'deployments.apps', 'statefulsets.apps', 'externalsecrets.external-secrets.io']) assert.match(missing, new RegExp(resource));
        return true;
      });
    }
  } finally {
    await world.stop();
  }
});

/** Somebody who may do nothing of it in AWS, and who lacks bindings in the cluster or is its administrator. */
async function undeclared(unbound: readonly ('RoleBinding' | 'ClusterRoleBinding')[], play: (nobody: () => Promise<RunContext>, inCluster: () => Promise<RunContext>) => Promise<void>): Promise<void> {
  const world = await startLeastWorld(bounded());
  try {
    assert.deepEqual(failures(await events(applyAccess(bounded(), await world.run()))), []);
    for (const kind of unbound) await world.kubernetes.remove({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, name: 'bedrock-access-openhands-openhands', ...(kind === 'RoleBinding' ? { namespace } : {}) });
    const { accessKeyId, secretAccessKey } = await world.sandbox.aws.createIdentity('stranger', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }] });
    const environment = { ...world.sandbox.environment, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    const stranger = (): RunContext['aws'] => openAws({ region: 'us-west-2', environment, clock: world.sandbox.productClock, random: seeded(3) });
    await play(async () => ({ ...(await world.least()), aws: stranger() }), async () => world.run({ aws: stranger() }));
  } finally {
    await world.stop();
  }
}

async function lacks(run: Promise<unknown>, missing: readonly RegExp[]): Promise<void> {
  await assert.rejects(run, (error) => {
    assert.ok(error instanceof AccessError, String(error));
    assert.equal(error.details.exitCode, 4);
    const messages = (error.details.findings ?? []).map(({ message }) => message);
    for (const each of missing) assert.equal(messages.filter((message) => each.test(message)).length, 1, `${each} in ${messages.join('\n')}`);
    return true;
  });
}

const looksInAws = [/iam:GetPolicy /, /iam:GetPolicyVersion/, /iam:GetUser/, /iam:ListAccessKeys/, /iam:ListAttachedUserPolicies/, /ssm:DescribeParameters/];
const looksInCluster = [/list controllerrevisions/, /list externalsecrets/, /list secrets /, /get namespaces/];
const nothing = ['RoleBinding', 'ClusterRoleBinding'] as const;

test('destroy without a declaration tells every missing permission at once, also where not even the Lease may be held', () =>
  undeclared(['RoleBinding'], async (nobody, inCluster) => {
    await lacks(planDestroy(access, await inCluster()), looksInAws);
    await lacks(events(destroyAccess(access, await inCluster())), looksInAws);
    await lacks(planDestroy(access, await nobody()), [...looksInAws, /list externalsecrets/, /list secrets /]);
    await lacks(events(destroyAccess(access, await nobody())), [...looksInAws, /list externalsecrets/, /list secrets /, /leases/]);
  }));

test('rollback without a declaration tells every missing permission at once', () =>
  undeclared(nothing, async (nobody, inCluster) => {
    await lacks(events(rollbackAccess(access, await inCluster(), { all: true })), looksInAws);
    await lacks(events(rollbackAccess(access, await nobody())), looksInCluster);
  }));

test('status without a declaration tells every missing permission at once', () =>
  undeclared(nothing, async (nobody, inCluster) => {
    await lacks(accessStatus(access, await inCluster()), looksInAws);
    await lacks(accessStatus(access, await nobody()), looksInCluster);
  }));

test('list tells every missing permission at once, one finding for an action that is denied in every region', () =>
  undeclared(nothing, async (nobody) => {
    await lacks(listAccesses(await nobody()), [/iam:GetAccountAuthorizationDetails/, /list controllerrevisions/]);
    await lacks(listAccesses(await nobody(), { allRegions: true }), [/iam:GetAccountAuthorizationDetails/, /list controllerrevisions/, /ssm:DescribeParameters on .*us-east-1.* in .*us-west-2/]);
  }));

test('verify ends with 4 where nothing but a permission is missing, and with 3 where a link is broken too', () =>
  onStage({}, async ({ sandbox, kubernetes, directory, run }) => {
    writeFileSync(join(directory, 'bedrock-access.yaml'), declarationText({ account: sandbox.account, model: 'us.anthropic.claude-sonnet-4-6', layout: 'single' }));
    assert.equal((await run(['apply'])).code, 0);
    const keys = await sandbox.aws.createIdentity('stranger', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }] });
    const environment = { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey };
    const lacking = await run(['verify', '--no-call'], { environment });
    assert.equal(lacking.code, 4, lacking.stdout);
    await kubernetes.remove({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', namespace: 'openhands', name: 'bedrock-credentials' });
    assert.equal((await run(['verify', '--no-call'], { environment })).code, 3);
  }));
