import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, destroyAccess, listAccesses, planAccess } from '../../src/engine/index.ts';
import { access, events, failures, inSandbox, namespace, summaryOf, type EngineWorld } from './engine-world.ts';
import { foundBy, userName, verified, withApiKey } from './api-key-world.ts';

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
