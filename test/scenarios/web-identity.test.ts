/** An access whose pods call as a role with their ServiceAccount's token: from an empty account through apply, verify, change, rollback and destroy. */
import { STS } from '@aws-sdk/client-sts';
import { IAM } from '@aws-sdk/client-iam';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, destroyAccess, listAccesses, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { recordsAt, textAt } from '../../src/resources/json.ts';
import { access, declared, deployment, events, forgetRevisions, inSandbox, namespace, serviceAccount, type EngineWorld } from './engine-world.ts';
import { issuer, roleChecksPassed } from './keyless-world.ts';
import { done, outcomesOf, stepsToTake, verified } from './outcomes.ts';
import { startLeastWorld, usedIsDeclared } from './permissions-world.ts';

const provider = 'arn:aws:iam::123456789012:oidc-provider/oidc.lolice.example';
const haiku = [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }];

const runningAs = (serviceAccountName: string): KubernetesObject => deployment('openhands', {}, { serviceAccountName });

function keyless(spec: Partial<AccessDocumentSpec> = {}, name = 'openhands'): Access {
  return declared({ workloads: [{ kind: 'Deployment', name, client: 'aws-sdk' }], credentials: { webIdentity: { issuer, serviceAccount: name } }, ...spec }, name);
}

/** The cluster's issuer is public, and two ServiceAccounts are there. */
function inCluster(play: (world: EngineWorld) => Promise<void>, objects: readonly KubernetesObject[] = [runningAs('openhands')]): Promise<void> {
  return inSandbox(play, { issuer, externalSecrets: false, objects: [serviceAccount(), serviceAccount('other'), ...objects] });
}

/** What STS answers to a ServiceAccount's token: the code of the refusal, or undefined. */
async function assumedBy(name: string, { sandbox, kubernetes }: EngineWorld): Promise<string | undefined> {
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: ['sts.amazonaws.com'] } };
  const made = await kubernetes.createSubresource({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name }, 'token', request);
  const sts = new STS({ endpoint: sandbox.aws.endpoint, region: 'us-west-2', maxAttempts: 1 });
  try {
    await sts.assumeRoleWithWebIdentity({ RoleArn: 'arn:aws:iam::123456789012:role/service/bedrock-openhands-role', RoleSessionName: 'test', WebIdentityToken: textAt(made, 'status', 'token') ?? '' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    sts.destroy();
  }
}

test('pods call as a role that trusts their ServiceAccount alone, and there is no user, key, parameter or Secret', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(keyless(), await world.run()));
    await world.sandbox.clock.advance(1000);
    assert.deepEqual(await stepsToTake(keyless(), await world.run()), []);
    assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()).sort(), ['oidcProviders', 'policies', 'roles']);
    assert.deepEqual(await world.kubernetes.list('v1', 'Secret', { namespace }), []);

    const [pod] = await world.kubernetes.list('v1', 'Pod', { namespace });
    assert.ok(pod !== undefined);
    const [container] = recordsAt(pod, 'spec', 'containers');
    const mount = recordsAt(container, 'volumeMounts').find(({ name }) => name === 'bedrock-access-token');
    assert.equal(mount?.['mountPath'], '/var/run/secrets/bedrock-access.dev/serviceaccount');
    const volume = recordsAt(pod, 'spec', 'volumes').find(({ name }) => name === 'bedrock-access-token');
    assert.equal(textAt(recordsAt(volume, 'projected', 'sources')[0], 'serviceAccountToken', 'audience'), 'sts.amazonaws.com');

    assert.equal(await assumedBy('openhands', world), undefined);
    assert.equal(await assumedBy('other', world), 'AccessDenied');

    const checks = await verified(keyless(), await world.run());
    assert.deepEqual(outcomesOf(checks), roleChecksPassed, JSON.stringify(checks, null, 1));
    const calls = world.sandbox.audit.filter(({ action }) => action.startsWith('bedrock:Invoke'));
    assert.ok(calls.length >= 2 && calls.every(({ identity, verdict }) => verdict === 'allow' && identity.startsWith('arn:aws:sts::123456789012:assumed-role/bedrock-openhands-role/')), JSON.stringify(calls));
  });
});

test('without any revision a keyless access is listed by its role, and destroy finds everything by tags and labels', async () => {
  await inCluster(async (world) => {
    const before = await world.left();
    await done(applyAccess(keyless(), await world.run()));
    await forgetRevisions(world);
    assert.deepEqual((await listAccesses(await world.run())).map(({ namespace: of, name, role }) => [of, name, role]), [[namespace, 'openhands', 'bedrock-openhands-role']]);
    await done(destroyAccess(access, await world.run()));
    await world.sandbox.clock.advance(5000);
    assert.deepEqual(await world.left(), before);
  });
});

test('a change, a rollback and a destroy of a keyless access leave nothing behind', async () => {
  await inCluster(async (world) => {
    const before = await world.left();
    await done(applyAccess(keyless(), await world.run()));
    const first = world.sandbox.aws.snapshot();
    await done(applyAccess(keyless({ models: haiku }), await world.run()));
    assert.notDeepEqual(world.sandbox.aws.snapshot(), first);
    await done(rollbackAccess(access, await world.run()));
    assert.deepEqual(world.sandbox.aws.snapshot(), first);
    await done(destroyAccess(access, await world.run()));
    await world.sandbox.clock.advance(5000);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
    assert.deepEqual(await world.left(), before);
  });
});

test('a trust that somebody widened, and a provider that somebody deleted, are told by verify and mended by apply', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(keyless(), await world.run()));
    const { aws } = await world.run();
    const role = await aws.webIdentity.getRole('bedrock-openhands-role');
    assert.ok(role !== undefined);
    const [statement] = role.trust.Statement;
    assert.ok(statement !== undefined);
    await aws.webIdentity.setTrust(role.name, { ...role.trust, Statement: [statement, { Sid: 'Everybody', Effect: 'Allow', Principal: { Federated: provider }, Action: 'sts:AssumeRoleWithWebIdentity' }] });
    await aws.webIdentity.deleteProvider(provider);
    const checks = await verified(keyless(), await world.run());
    assert.deepEqual(checks.flatMap(({ findings }) => findings.map(({ id }) => id)).sort(), ['oidc-provider-missing', 'role-not-assumed', 'trust-differs']);
    assert.deepEqual(await stepsToTake(keyless(), await world.run()), ['create oidc-provider/provider', 'update iam-role/role']);
    await done(applyAccess(keyless(), await world.run()));
    assert.ok((await verified(keyless(), await world.run())).every(({ outcome }) => outcome === 'passed'));
    assert.equal(await assumedBy('other', world), 'AccessDenied');
  });
});

test('the identity provider of others is used and never touched, and ours stays while another role trusts it', async () => {
  await inCluster(async (world) => {
    const iam = new IAM({ endpoint: world.sandbox.aws.endpoint, region: 'us-west-2', credentials: await world.sandbox.aws.createIdentity('platform') });
    try {
      await iam.createOpenIDConnectProvider({ Url: issuer, ClientIDList: ['vault'] });
      const refused = await planAccess(keyless(), await world.run());
      assert.deepEqual(refused.plan.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id), ['oidc-provider-audience-missing']);
      await iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn: provider, ClientID: 'sts.amazonaws.com' });
      const before = world.sandbox.aws.snapshot();
      await done(applyAccess(keyless(), await world.run()));
      await done(destroyAccess(access, await world.run()));
      assert.deepEqual(world.sandbox.aws.snapshot(), before);

      await iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn: provider });
      await done(applyAccess(keyless(), await world.run()));
      const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Federated: provider }, Action: 'sts:AssumeRoleWithWebIdentity' }] };
      await iam.createRole({ RoleName: 'somebody-else', AssumeRolePolicyDocument: JSON.stringify(trust) });
      await done(destroyAccess(access, await world.run()));
      assert.ok((await iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn: provider })).Url);
      assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()).sort(), ['oidcProviders', 'roles']);
    } finally {
      iam.destroy();
    }
  });
});

test('pods of another ServiceAccount, and a static key beside the identity, stop the run before its first write', async () => {
  await inCluster(
    async (world) => {
      const { plan } = await planAccess(keyless(), await world.run());
      assert.deepEqual(plan.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id), ['service-account-differs']);
      const said = await events(applyAccess(keyless(), await world.run())).catch(() => []);
      assert.ok(!said.some(({ type }) => type === 'step-done'));
      assert.deepEqual(world.sandbox.aws.snapshot(), {});
    },
    [runningAs('other')],
  );
  await inCluster(async (world) => {
    await world.kubernetes.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }, { type: 'json', body: [{ op: 'add', path: '/spec/template/spec/containers/0/env/-', value: { name: 'AWS_ACCESS_KEY_ID', value: 'AKIAIOSFODNN7EXAMPLE' } }] });
    const { plan } = await planAccess(keyless(), await world.run());
    assert.deepEqual(plan.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id), ['static-key-hides-identity']);
  });
});

test('an access that was applied keyless is not turned into one with a key by apply', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(keyless(), await world.run()));
    const withKey = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }] });
    world.used.inPlay([withKey]);
    const { plan } = await planAccess(withKey, await world.run());
    assert.ok(plan.findings.some(({ id, severity }) => id === 'mode-changed' && severity === 'error'));
    const before = world.sandbox.aws.snapshot();
    await events(applyAccess(withKey, await world.run())).catch(() => []);
    assert.deepEqual(world.sandbox.aws.snapshot(), before);
  });
});

test('permissions: with exactly what is printed a keyless access is planned, applied, verified, rolled back and destroyed', async () => {
  const boundary = 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary';
  const bounded = (spec: Partial<AccessDocumentSpec> = {}): Access => keyless({ permissionsBoundary: boundary, ...spec });
  const world = await startLeastWorld(bounded(), undefined, { issuer, objects: [serviceAccount(), runningAs('openhands')] });
  try {
    await done(applyAccess(bounded(), await world.least()));
    await world.sandbox.clock.advance(1000);
    assert.deepEqual((await verified(bounded(), await world.least())).filter(({ outcome }) => outcome !== 'passed'), []);
    for (let turn = 0; turn < 3; turn += 1) {
      await done(applyAccess(bounded({ models: haiku }), await world.least()));
      await done(rollbackAccess(access, await world.least()));
    }
    const { aws } = await world.run();
    await aws.webIdentity.setTrust('bedrock-openhands-role', { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: { Federated: provider }, Action: 'sts:AssumeRoleWithWebIdentity' }] });
    await aws.webIdentity.detachPolicy('bedrock-openhands-role', 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
    await done(applyAccess(bounded(), await world.least()));
    await done(applyAccess(bounded({ credentials: { webIdentity: { issuer, serviceAccount: 'openhands', audience: 'bedrock' } } }), await world.least()));
    await done(destroyAccess(access, await world.least()));
    assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()), ['policies']);

    const { unused } = usedIsDeclared(world);
    // AWS asks for the tagging actions where things are made with tags; an inline policy is read where there is one.
    assert.deepEqual(unused, ['iam:GetRolePolicy', 'iam:TagOpenIDConnectProvider', 'iam:TagPolicy', 'iam:TagRole'], 'declared and not used');
  } finally {
    await world.stop();
  }
});
