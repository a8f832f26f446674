import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { AwsCallError } from '../../src/aws/error.ts';
import { Secret } from '../../src/secret.ts';
import { inTurn, jsonAnswer, jsonError, wire, type Reply, type Wire } from './wire.ts';

const region = 'ap-northeast-1';
const name = 'bedrock-openhands-credentials';
const arn = `arn:aws:secretsmanager:${region}:123456789012:secret:${name}-a1b2c3`;
const changed = 1_763_974_800.5;

async function on(reply: Reply, use: (server: Wire) => Promise<void>): Promise<void> {
  const server = await wire(reply);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

test('a secret is described with versions, tags and times; one that is not there is no failure', async () => {
  const described = { ARN: arn, Name: name, LastChangedDate: changed, DeletedDate: changed, KmsKeyId: 'alias/x', Tags: [{ Key: 'k', Value: 'v' }], VersionIdsToStages: { one: ['AWSCURRENT'] } };
  await on(inTurn(jsonAnswer(described), jsonError(400, 'ResourceNotFoundException')), async (server) => {
    const secrets = server.open().secretsManager(region);
    const at = new Date(changed * 1000);
    assert.deepEqual(await secrets.describeSecret(name), { name, arn, versions: { one: ['AWSCURRENT'] }, tags: { k: 'v' }, lastChanged: at, kmsKeyId: 'alias/x', deleted: at });
    assert.equal(await secrets.describeSecret(name), undefined);
  });
});

test('a list is read to its last page, scheduled deletions too, and only those whose tags are all equal are taken', async () => {
  const entry = (of: string, Tags: readonly object[]): object => ({ ARN: arn, Name: of, CreatedDate: changed, Tags, SecretVersionsToStages: {} });
  const tags = [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }];
  const pages = [jsonAnswer({ SecretList: [], NextToken: 'more' }), jsonAnswer({ SecretList: [entry('ours', tags), entry('longer', [{ Key: 'a', Value: '12' }, { Key: 'b', Value: '2' }]), entry('half', tags.slice(1))] })];
  await on(inTurn(...pages), async (server) => {
    assert.deepEqual((await server.open().secretsManager(region).listSecretsByTags({ a: '1', b: '2' })).map((secret) => secret.name), ['ours']);
    const [first, second] = server.received.map(({ body }): unknown => JSON.parse(body));
    assert.deepEqual(first, { IncludePlannedDeletion: true, MaxResults: 100, Filters: [{ Key: 'tag-key', Values: ['a', 'b'] }, { Key: 'tag-value', Values: ['1', '2'] }] });
    assert.deepEqual(Reflect.get(Object(second), 'NextToken'), 'more');
  });
});

test('a changing call is sent once, with the id of the version that the caller chose, and no error repeats the value', async () => {
  const value = 'c4n4ry-c4n4ry-c4n4ry';
  await on(jsonError(400, 'ValidationException', `Value '${value}' at 'secretString' failed to satisfy constraint`), async (server) => {
    const secrets = server.open().secretsManager(region);
    for (const call of [secrets.createSecret({ name, value: new Secret(value), versionId: 'v'.repeat(32), description: 'd', tags: {} }), secrets.putSecretValue({ name, value: new Secret(value), versionId: 'v'.repeat(32) })]) {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      assert.ok(error instanceof AwsCallError && error.kind === 'validation');
      assert.ok(!inspect(error, { depth: 9 }).includes('c4n4ry'));
    }
    assert.deepEqual(server.received.map(({ body }): unknown => Reflect.get(Object(JSON.parse(body)), 'ClientRequestToken')), ['v'.repeat(32), 'v'.repeat(32)]);
  });
});

test("a secret that is in the way is told apart: another one exists, or is scheduled for deletion", async () => {
  for (const [code, kind] of [['ResourceExistsException', 'already-exists'], ['InvalidRequestException', 'conflict'], ['InvalidParameterException', 'validation'], ['LimitExceededException', 'limit-exceeded'], ['AccessDeniedException', 'denied']] as const) {
    await on(jsonError(400, code), async (server) => {
      const error: unknown = await server.open().secretsManager(region).restoreSecret(name).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof AwsCallError);
      assert.deepEqual([error.kind, error.uncertain, error.resource], [kind, false, name]);
    });
  }
});

test('a secret is deleted without a recovery window', async () => {
  await on(jsonAnswer({}), async (server) => {
    await server.open().secretsManager(region).deleteSecret(name);
    assert.deepEqual(JSON.parse(server.received[0]!.body), { SecretId: name, ForceDeleteWithoutRecovery: true });
  });
});

test('the endpoint of Secrets Manager has a variable of its own', async () => {
  await on(jsonAnswer({ SecretList: [] }), async (server) => {
    const environment = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's', AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url };
    assert.deepEqual(await server.open({ environment }).secretsManager(region).listSecretsByTags({}), []);
  });
});
