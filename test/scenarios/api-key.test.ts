import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, destroyAccess, listAccesses, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import { foundBy, userName, verified, withApiKey } from './api-key-world.ts';
import { access, deployment, events, failures, forgetRevisions, inSandbox, namespace, summaryOf, type EngineWorld } from './engine-world.ts';
import { secretsStore } from './secrets-manager-world.ts';

async function applied(world: EngineWorld, declaration = withApiKey()): Promise<void> {
  const said = await events(applyAccess(declaration, await world.run()));
  assert.deepEqual(failures(said), []);
  assert.equal(summaryOf(said).outcome, 'done');
  await world.advance(5000);
}

test('an access with an API key: applied, verified with the token itself, left alone, destroyed, nothing left', () =>
  inSandbox(async (world) => {
    await applied(world);
    const checks = await verified(withApiKey(), await world.run());
    assert.deepEqual(foundBy(checks), []);
    assert.deepEqual(checks.filter(({ id, outcome }) => id !== 'store-readers' && outcome !== 'passed').map(({ id }) => id), []);
    const [key] = (await (await world.run()).aws.apiKeys.list(userName)) ?? [];
    const calls = world.sandbox.audit.filter(({ operation }) => operation === 'Converse' || operation === 'ConverseStream');
    assert.deepEqual(calls.map(({ accessKeyId, identity }) => `${accessKeyId} ${identity}`), ['', ''].map(() => `${key?.id} arn:aws:iam::123456789012:user/service/${userName}`));
    assert.ok(checks.find(({ id }) => id === 'call')?.detail.includes(key?.id ?? '?'));

    const { plan } = await planAccess(withApiKey(), await world.run());
    assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ kind, differences }) => [kind, differences]), []);
    assert.equal((await listAccesses(await world.run())).length, 1);
    assert.deepEqual(failures(await events(destroyAccess(access, await world.run()))), []);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
  }));

test('the pod gets the token under the one name that clients read, and no key pair', () =>
  inSandbox(async (world) => {
    await applied(world);
    const secret = await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-credentials' });
    assert.deepEqual(Object.keys(Object(secret?.['data'])).sort(), ['AWS_BEARER_TOKEN_BEDROCK', 'BEDROCK_API_KEY_ID']);
    const deployment = JSON.stringify(await world.kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }));
    assert.match(deployment, /"name":"AWS_BEARER_TOKEN_BEDROCK","valueFrom":\{"secretKeyRef":\{[^}]*"key":"AWS_BEARER_TOKEN_BEDROCK"/);
    assert.doesNotMatch(deployment, /AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY/);
  }));

test('verify says of an API key what it says of an access key: inactive, deleted, ending, or not allowed to be used', () =>
  inSandbox(async (world) => {
    const declaration = withApiKey({ expiresAfter: '1d' });
    await applied(world, declaration);
    const { aws } = await world.run();
    const [key] = (await aws.apiKeys.list(userName)) ?? [];
    assert.ok(key?.expiresAt !== undefined);

    await aws.apiKeys.setActive(userName, key.id, false);
    assert.deepEqual(foundBy(await verified(declaration, await world.run())), ['user-and-key: access-key-inactive', 'call: pod-key-refused', 'streamed-call: pod-key-refused']);
    await aws.apiKeys.setActive(userName, key.id, true);

    const policyArn = 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy';
    const policy = await aws.iam.getPolicy(policyArn);
    const document = await aws.iam.getPolicyDocument(policyArn, policy?.defaultVersionId ?? '');
    assert.ok(document !== undefined);
    await aws.iam.createPolicyVersion(policyArn, { ...document, Statement: document.Statement.filter(({ Sid }) => Sid !== 'UseApiKey') });
    const refused = await verified(declaration, await world.run());
    assert.deepEqual(foundBy(refused), ['policy: policy-refuses-model', 'call: call-denied', 'streamed-call: call-denied']);
    assert.match(JSON.stringify(refused), /bedrock:CallWithBearerToken/);
    await applied(world, declaration);

    await world.sandbox.clock.advance(17 * 3_600_000);
    assert.deepEqual(foundBy(await verified(declaration, await world.run())), ['user-and-key: api-key-ending']);
    await world.sandbox.clock.advance(8 * 3_600_000);
    assert.deepEqual(foundBy(await verified(declaration, await world.run())), ['user-and-key: api-key-ending', 'call: pod-key-refused', 'streamed-call: pod-key-refused']);

    await aws.apiKeys.remove(userName, key.id);
    assert.ok(foundBy(await verified(declaration, await world.run())).includes('user-and-key: access-key-missing'));
    await applied(world, declaration);
    assert.deepEqual(foundBy(await verified(declaration, await world.run())), []);
  }));

test('drift is shown and mended: a policy that was detached, a parameter that is gone', () =>
  inSandbox(async (world) => {
    await applied(world);
    const { aws } = await world.run();
    const policyArn = 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy';
    await aws.iam.detachUserPolicy(userName, policyArn);
    await aws.ssm('ap-northeast-1').deleteParameter('bedrock-openhands-credentials');
    const { plan } = await planAccess(withApiKey(), await world.run());
    // What no parameter names any more is of no use to anybody: a new key takes its place.
    const steps = plan.steps.filter(({ action }) => action !== 'none').map(({ action, kind }) => `${action} ${kind}`);
    assert.deepEqual(['create api-key', 'create ssm-parameter', 'create policy-attachment'].filter((step) => !steps.includes(step)), []);
    await applied(world);
    assert.deepEqual(foundBy(await verified(withApiKey(), await world.run())), []);
    assert.deepEqual((await planAccess(withApiKey(), await world.run())).plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
  }));

test('rollback goes back to the model before with the same key; destroy without any revision finds user and key by their marks', () =>
  inSandbox(async (world) => {
    await applied(world, withApiKey({}, { models: [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }] }));
    const [before] = (await (await world.run()).aws.apiKeys.list(userName)) ?? [];
    await applied(world);
    assert.deepEqual(failures(await events(rollbackAccess(access, await world.run()))), []);
    assert.deepEqual(((await (await world.run()).aws.apiKeys.list(userName)) ?? []).map(({ id }) => id), [before?.id]);
    await forgetRevisions(world);
    assert.deepEqual(failures(await events(destroyAccess(access, await world.run()))), []);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
  }));

test('an API key in Secrets Manager: its version names the key', () =>
  inSandbox(
    async (world) => {
      const declaration = withApiKey({}, { credentials: { apiKey: { secretStore: { kind: 'ClusterSecretStore', name: 'secretsmanager', service: 'SecretsManager', region: 'ap-northeast-1' } } } });
      await applied(world, declaration);
      assert.deepEqual(foundBy(await verified(declaration, await world.run())), []);
      const { aws } = await world.run();
      const [key] = (await aws.apiKeys.list(userName)) ?? [];
      const secret = await aws.secretsManager('ap-northeast-1').describeSecret('bedrock-openhands-credentials');
      assert.match(Object.keys(secret?.versions ?? {}).join(' '), new RegExp(`^${key?.id}-`));
      assert.deepEqual(failures(await events(destroyAccess(access, await world.run()))), []);
      assert.deepEqual(world.sandbox.aws.snapshot(), {});
    },
    { objects: [secretsStore(), deployment()] },
  ));

test('the token shows nowhere but in store, Secret and process: not in events, plans, objects or revisions', () =>
  inSandbox(async (world) => {
    const said = await events(applyAccess(withApiKey(), await world.run()));
    const checks = await verified(withApiKey(), await world.run());
    const [token] = world.sandbox.aws.issuedSecrets().filter((secret) => secret.startsWith('ABSK'));
    assert.ok(token !== undefined);
    const revisions = await world.kubernetes.list('apps/v1', 'ControllerRevision', { namespace });
    const deployments = await world.kubernetes.list('apps/v1', 'Deployment', { namespace });
    const everything = JSON.stringify([said, checks, revisions, deployments, world.sandbox.audit, world.sandbox.aws.snapshot()]);
    for (const piece of [token, token.slice(4), Buffer.from(token.slice(4), 'base64').toString().split(':')[1] ?? token]) assert.ok(!everything.includes(piece));
  }));
