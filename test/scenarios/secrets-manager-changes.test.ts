/** What becomes of a secret over time: drift, other owners, scheduled deletions, another key of encryption, another store. */
import assert from 'node:assert/strict';
import { DeleteSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { test } from 'node:test';
import { applyAccess, destroyAccess, listAccesses, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import { at } from '../../src/resources/json.ts';
import { Secret } from '../../src/secret.ts';
import { apply } from './engine-changes.ts';
import { access, declared, deployment, events, failures, forgetRevisions, namespace, store, summaryOf, type EngineWorld } from './engine-world.ts';
import { inSecretsManager, region, secretName, secretsStore, secretStore, withSecrets } from './secrets-manager-world.ts';

const user = 'bedrock-openhands-user';
const key = (name: string): string => `arn:aws:kms:${region}:123456789012:key/${name}`;
const inParameterStore = (): ReturnType<typeof declared> => inSecretsManager({ credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region } } } });

/** What somebody else does in the account. */
async function byHand({ sandbox: { environment } }: EngineWorld, act: (client: SecretsManagerClient) => Promise<unknown>): Promise<void> {
  const client = new SecretsManagerClient({ region, endpoint: environment['AWS_ENDPOINT_URL'] ?? '', credentials: { accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' } });
  try {
    await act(client);
  } finally {
    client.destroy();
  }
}

async function planned(world: EngineWorld, document = inSecretsManager(), changes: Parameters<EngineWorld['run']>[0] = {}): Promise<{ readonly steps: string[]; readonly findings: string[] }> {
  const { plan } = await planAccess(document, await world.run(changes));
  return { steps: plan.steps.filter(({ action }) => action !== 'none').map(({ action, kind }) => `${action} ${kind}`), findings: plan.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id) };
}

test('a value that somebody else wrote is replaced by a new key, which the workload gets; the old one, which nothing names any more, is left and said', () =>
  withSecrets(async (world) => {
    await apply(world, inSecretsManager());
    await byHand(world, (client) => client.send(new PutSecretValueCommand({ SecretId: secretName, SecretString: 'nonsense' })));
    const checks = [];
    for await (const check of verifyAccess(inSecretsManager(), { ...(await world.run()), call: false })) checks.push(...check.findings.map(({ id }) => id));
    assert.ok(checks.includes('parameter-unusable'), checks.join());
    const { aws } = await world.run();
    const [before] = (await aws.iam.listAccessKeys(user)) ?? [];
    await apply(world, inSecretsManager());
    const keys = (await aws.iam.listAccessKeys(user)) ?? [];
    assert.deepEqual(keys.filter(({ id }) => id === before?.id).length, 1);
    assert.equal(keys.length, 2);
    const { plan } = await planAccess(inSecretsManager(), await world.run());
    assert.deepEqual(plan.findings.filter(({ id }) => id === 'unknown-access-key').map(({ message }) => message.includes(before?.id ?? '')), [true]);
    const pods = await world.kubernetes.list('v1', 'Pod', { namespace });
    assert.deepEqual(new Set(pods.map(({ metadata }) => metadata.annotations?.['bedrock-access.dev/credential'])), new Set(keys.filter(({ id }) => id !== before?.id).map(({ id }) => id)));
  }));

test('a deleted key is made anew: a version more of the same secret, and earlier versions still name theirs', () =>
  withSecrets(async (world) => {
    await apply(world, inSecretsManager());
    const { aws } = await world.run();
    const [first] = (await aws.iam.listAccessKeys(user)) ?? [];
    await aws.iam.deleteAccessKey(user, first!.id);
    assert.deepEqual(await apply(world, inSecretsManager()), [
      `create access-key of ${user}`,
      `update secretsmanager-secret ${secretName}`,
      'update external-secret bedrock-credentials',
      'update workload-environment Deployment openhands',
    ]);
    const [second] = (await aws.iam.listAccessKeys(user)) ?? [];
    const versions = await aws.secretsManager(region).listVersions(secretName);
    assert.deepEqual(versions?.map((id) => id.split('-')[0]), [first?.id, second?.id]);
    const stages = Object.values((await aws.secretsManager(region).describeSecret(secretName))?.versions ?? {});
    assert.deepEqual(stages.flat().sort(), ['AWSCURRENT', 'AWSPREVIOUS']);
  }));

test('another key of encryption is put on the secret without a new value; the key that AWS shows otherwise is the same', () =>
  withSecrets(async (world) => {
    await apply(world, inSecretsManager({ parameterKmsKeyId: '11111111-1111-4111-8111-111111111111' }));
    assert.deepEqual(await planned(world, inSecretsManager({ parameterKmsKeyId: key('11111111-1111-4111-8111-111111111111') })), { steps: [], findings: [] });
    const from = world.audit.length;
    assert.deepEqual(await apply(world, inSecretsManager({ parameterKmsKeyId: 'alias/bedrock' })), [`update secretsmanager-secret ${secretName}`, 'update external-secret bedrock-credentials']);
    assert.deepEqual(world.audit.slice(from).filter(({ action }) => /secretsmanager:(Put|Update|Create)/.test(action)).map(({ action }) => action), ['secretsmanager:UpdateSecret']);
  }));

test('a secret of that name that is not ours is not touched, is said to be taken, and is taken over only when asked', () =>
  withSecrets(async (world) => {
    const { aws } = await world.run();
    await aws.secretsManager(region).createSecret({ name: secretName, value: new Secret('theirs'), versionId: 'x'.repeat(32), description: 'theirs', tags: {} });
    assert.deepEqual((await planned(world)).findings, ['name-taken']);
    await aws.secretsManager(region).tagSecret(secretName, { 'bedrock-access/cluster': 'other', 'bedrock-access/namespace': 'x', 'bedrock-access/name': 'y' });
    assert.deepEqual((await planned(world, inSecretsManager(), { adopt: true })).findings, ['owned-by-other-access']);
    await aws.secretsManager(region).deleteSecret(secretName);
    await aws.secretsManager(region).createSecret({ name: secretName, value: new Secret('theirs'), versionId: 'x'.repeat(32), description: 'theirs', tags: {} });
    assert.equal(summaryOf(await events(applyAccess(inSecretsManager(), await world.run({ adopt: true })))).outcome, 'done');
    assert.equal((await aws.secretsManager(region).describeSecret(secretName))?.tags['bedrock-access/name'], 'openhands');
    assert.deepEqual(await planned(world), { steps: [], findings: [] });
  }));

test('a secret of ours that is scheduled for deletion is restored and gets its value; one of others is said to be in the way', () =>
  withSecrets(async (world) => {
    await apply(world, inSecretsManager());
    await byHand(world, (client) => client.send(new DeleteSecretCommand({ SecretId: secretName, RecoveryWindowInDays: 7 })));
    const checks = [];
    for await (const check of verifyAccess(inSecretsManager(), { ...(await world.run()), call: false })) checks.push(...check.findings.map(({ id, message }) => `${id} ${message}`));
    assert.ok(checks.some((said) => /parameter-unusable .*scheduled for deletion/.test(said)), checks.join('\n'));
    assert.deepEqual((await planned(world)).steps, ['update secretsmanager-secret', 'update external-secret']);
    await apply(world, inSecretsManager());
    const { aws } = await world.run();
    assert.equal((await aws.secretsManager(region).describeSecret(secretName))?.deleted, undefined);

    assert.equal(summaryOf(await events(destroyAccess(access, await world.run()))).outcome, 'done');
    await aws.secretsManager(region).createSecret({ name: secretName, value: new Secret('theirs'), versionId: 'x'.repeat(32), description: 'theirs', tags: {} });
    await byHand(world, (client) => client.send(new DeleteSecretCommand({ SecretId: secretName })));
    const { plan } = await planAccess(inSecretsManager(), await world.run());
    assert.deepEqual(plan.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id).sort(), ['name-taken', 'secret-being-deleted']);
  }));

test('destroy takes a secret of ours away that is scheduled for deletion already, and the name is free at once', () =>
  withSecrets(async (world) => {
    const empty = await world.left();
    await apply(world, inSecretsManager());
    await byHand(world, (client) => client.send(new DeleteSecretCommand({ SecretId: secretName })));
    const said = await events(destroyAccess(access, await world.run()));
    assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
    await world.advance(10_000);
    assert.deepEqual(await world.left(), empty);
    await apply(world, inSecretsManager());
  }));

test('from one store to the other and back: the key is a new one each time, and nothing is left where it was', () =>
  withSecrets(async (world) => {
    await apply(world, inParameterStore());
    const { aws } = await world.run();
    const [first] = (await aws.iam.listAccessKeys(user)) ?? [];
    const moved = await apply(world, inSecretsManager());
    assert.deepEqual(moved.filter((step) => /ssm-parameter|secretsmanager-secret|access-key/.test(step)), [
      `create access-key of ${user}`,
      `create secretsmanager-secret ${secretName}`,
      `delete ssm-parameter ${secretName}`,
      `delete access-key of ${user}`,
    ]);
    assert.deepEqual(await aws.ssm(region).describeParameters([secretName]), []);
    assert.deepEqual((await aws.iam.listAccessKeys(user))?.map(({ id }) => id === first?.id), [false]);
    assert.equal((await aws.iam.getUser(user))?.tags['bedrock-access/regions'], `${region} ${region}/SecretsManager`);
    await apply(world, inParameterStore());
    assert.equal(await aws.secretsManager(region).describeSecret(secretName), undefined);
    assert.equal((await aws.iam.listAccessKeys(user))?.length, 1);
    // A rollback takes the store of the revision before it again.
    const back = await events(rollbackAccess(access, await world.run()));
    assert.equal(summaryOf(back).outcome, 'done', failures(back).join('\n'));
    assert.notEqual(await aws.secretsManager(region).describeSecret(secretName), undefined);
    assert.deepEqual(await aws.ssm(region).describeParameters([secretName]), []);
  }));

test('without any revision destroy finds the secret by the mark and its tags; list shows it when user and revision are gone', () =>
  withSecrets(async (world) => {
    const empty = await world.left();
    await apply(world, inSecretsManager());
    await forgetRevisions(world);
    const said = await events(destroyAccess(access, await world.run()));
    assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
    await world.advance(10_000);
    assert.deepEqual(await world.left(), empty);

    const { aws, clusterId } = await world.run();
    await aws.secretsManager('eu-west-1').createSecret({ name: 'left', value: new Secret('x'), versionId: 'x'.repeat(32), description: '', tags: { 'bedrock-access/cluster': clusterId, 'bedrock-access/namespace': 'old', 'bedrock-access/name': 'one' } });
    const listed = await listAccesses(await world.run(), { allRegions: true });
    assert.deepEqual(listed.map(({ name, regions }) => [name, regions]), [['one', ['eu-west-1']]]);
  }));

test('a list of secrets that lags by minutes misleads nobody: an apply right after another has nothing to do', () =>
  withSecrets(
    async (world) => {
      const said = await events(applyAccess(inSecretsManager(), await world.run()));
      assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
      const { aws } = await world.run();
      for (let turn = 0; turn < 3; turn += 1) {
        assert.deepEqual(await planned(world), { steps: [], findings: [] });
        await world.advance(60_000);
      }
      assert.equal((await aws.iam.listAccessKeys(user))?.length, 1);
    },
    { objects: [store(), secretsStore(), deployment()], consistency: { propagation: 300_000, lastUsedLag: 0 } },
  ));

test('a store of Secrets Manager is made where it is declared so, and goes with the access', () =>
  withSecrets(
    async (world) => {
      const empty = await world.left();
      const made = inSecretsManager({ credentials: { accessKey: { secretStore: { kind: 'SecretStore', name: 'own', service: 'SecretsManager', region, create: true } } } });
      assert.ok((await apply(world, made)).includes('create secret-store own'));
      const object = await world.kubernetes.get({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', namespace, name: 'own' });
      assert.deepEqual(at(object, 'spec', 'provider'), { aws: { service: 'SecretsManager', region } });
      assert.equal(summaryOf(await events(destroyAccess(access, await world.run()))).outcome, 'done');
      await world.advance(10_000);
      assert.deepEqual(await world.left(), empty);
    },
    { objects: [deployment()] },
  ));

test('a store that reads the other service is refused before the first write', () =>
  withSecrets(
    async (world) => {
      const { findings } = await planned(world);
      assert.deepEqual(findings, ['secret-store-differs']);
    },
    { objects: [{ ...store(), metadata: { name: 'secretsmanager' } }, deployment()] },
  ));

test('an API key lies in Secrets Manager as a pair does: stored under its id, delivered, verified, gone', () =>
  withSecrets(async (world) => {
    const empty = await world.left();
    const bearer = inSecretsManager({ credentials: { apiKey: { secretStore } } });
    assert.ok((await apply(world, bearer)).includes(`create secretsmanager-secret ${secretName}`));
    const { aws } = await world.run();
    const [held] = (await aws.apiKeys.list(user)) ?? [];
    assert.equal((await aws.secretsManager(region).listVersions(secretName))?.[0]?.split('-')[0], held?.id);
    for await (const check of verifyAccess(bearer, { ...(await world.run()), call: true })) assert.notEqual(check.outcome, 'failed', `${check.id}: ${JSON.stringify(check.findings)}`);
    assert.equal(summaryOf(await events(destroyAccess(access, await world.run()))).outcome, 'done');
    await world.advance(10_000);
    assert.deepEqual(await world.left(), empty);
  }));
