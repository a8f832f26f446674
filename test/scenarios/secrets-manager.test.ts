import assert from 'node:assert/strict';
import { test } from 'node:test';
import { destroyAccess, listAccesses } from '../../src/engine/index.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import { access, events, summaryOf } from './engine-world.ts';
import { apply } from './engine-changes.ts';
import { inSecretsManager, region, secretName, withSecrets } from './secrets-manager-world.ts';

test('the pair lies in one secret of Secrets Manager: planned, made, delivered, verified, listed and destroyed without a trace', () =>
  withSecrets(async (world) => {
    const empty = await world.left();
    assert.deepEqual(await apply(world, inSecretsManager()), [
      'create iam-user bedrock-openhands-user',
      'create access-key of bedrock-openhands-user',
      `create secretsmanager-secret ${secretName}`,
      'create managed-policy bedrock-openhands-policy',
      'create policy-attachment bedrock-openhands-policy on bedrock-openhands-user',
      'create external-secret bedrock-credentials',
      'create environment-config-map bedrock-openhands-environment',
      'create workload-environment Deployment openhands',
    ]);
    const { aws } = await world.run();
    const secret = await aws.secretsManager(region).describeSecret(secretName);
    const [held] = (await aws.iam.listAccessKeys('bedrock-openhands-user')) ?? [];
    // The id of its version names the key.
    assert.match(Object.keys(secret?.versions ?? {})[0] ?? '', new RegExp(`^${held?.id}-[0-9a-f]{32}$`));
    assert.equal((await aws.iam.getUser('bedrock-openhands-user'))?.tags['bedrock-access/regions'], `${region}/SecretsManager`);
    assert.ok(!world.audit.some(({ action }) => action.startsWith('ssm:')), 'Parameter Store is not asked for anything');

    for await (const check of verifyAccess(inSecretsManager(), { ...(await world.run()), call: true })) {
      assert.equal(check.outcome, check.id === 'store-readers' ? 'skipped' : 'passed', `${check.id}: ${check.detail} ${JSON.stringify(check.findings)}`);
    }
    const [listed] = await listAccesses(await world.run());
    assert.deepEqual(listed?.regions, [region, 'us-west-2']);

    assert.equal(summaryOf(await events(destroyAccess(access, await world.run()))).outcome, 'done');
    await world.advance(10_000);
    assert.deepEqual(await world.left(), empty);
  }));
