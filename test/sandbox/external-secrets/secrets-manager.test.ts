import assert from 'node:assert/strict';
import { CreateSecretCommand, DeleteSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { after, before, describe, it } from 'node:test';
import { listAt, textAt } from '../../../src/sandbox/kubernetes/object.ts';
import type { ObjectStore } from '../../../src/sandbox/kubernetes/store.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { apiVersion, region, startStandIn, type StandIn } from './stand-in.ts';

const first = 'a'.repeat(32);

describe("the stand-in's provider of SecretsManager", () => {
  let standIn: StandIn;
  let world: World;
  let store: ObjectStore;
  let secrets: SecretsManagerClient;

  before(async () => {
    standIn = await startStandIn('SecretsManager');
    ({ world, store } = standIn);
    secrets = new SecretsManagerClient({ endpoint: standIn.aws.endpoint, region, credentials: standIn.aws.administrator });
    await secrets.send(new CreateSecretCommand({ Name: 'pair', SecretString: JSON.stringify({ id: 'AKIA1', secret: 'one', nested: { 'a.b': 1 } }), ClientRequestToken: first, Tags: [{ Key: 'team', Value: 'platform' }] }));
    await world.clock.advance(0);
  });
  after(async () => {
    await standIn.stop();
    secrets.destroy();
  });

  const make = async (name: string, spec: object): Promise<void> => {
    store.create({ apiVersion, kind: 'ExternalSecret', metadata: { name, namespace: 'default' }, spec: { refreshInterval: '1h', secretStoreRef: { kind: 'ClusterSecretStore', name: 'secretsmanager' }, ...spec } });
    await world.clock.advance(0);
  };
  const one = (key: string, remote: string, more: object = {}): object => ({ secretKey: key, remoteRef: { key: remote, ...more } });
  const value = (name: string, key: string): string => Buffer.from(textAt(store.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name }), 'data', key) ?? '', 'base64').toString('utf8');
  const ready = (name: string): readonly (string | undefined)[] => {
    const condition = listAt(store.get({ apiVersion, kind: 'ExternalSecret', namespace: 'default', name }), 'status', 'conditions').find((each) => textAt(each, 'type') === 'Ready');
    return ['status', 'reason'].map((field) => textAt(condition, field));
  };
  const warning = (name: string): string | undefined =>
    store.list('v1', 'Event').filter((event) => textAt(event, 'involvedObject', 'name') === name && textAt(event, 'type') === 'Warning').map((event) => textAt(event, 'message')).at(-1);

  it('takes the properties of one secret, read in one call so that they are of one version', async () => {
    const from = world.audit.entries.length;
    await make('json', { data: [one('AWS_ACCESS_KEY_ID', 'pair', { property: 'id' }), one('AWS_SECRET_ACCESS_KEY', 'pair', { property: 'secret' }), one('dotted', 'pair', { property: 'nested' })] });
    assert.deepEqual([value('json', 'AWS_ACCESS_KEY_ID'), value('json', 'AWS_SECRET_ACCESS_KEY'), value('json', 'dotted')], ['AKIA1', 'one', '{"a.b":1}']);
    assert.deepEqual(ready('json'), ['True', 'SecretSynced']);
    assert.equal(world.audit.entries.slice(from).filter(({ action }) => action === 'secretsmanager:GetSecretValue').length, 1);
  });

  it('reads again when its interval is over, and what AWSCURRENT is then', async () => {
    await secrets.send(new PutSecretValueCommand({ SecretId: 'pair', SecretString: JSON.stringify({ id: 'AKIA2', secret: 'two' }) }));
    await make('pinned', { data: [one('stage', 'pair', { property: 'id', version: 'AWSPREVIOUS' }), one('uuid', 'pair', { property: 'id', version: `uuid/${first}` }), one('now', 'pair', { property: 'id' })] });
    assert.deepEqual([value('pinned', 'stage'), value('pinned', 'uuid'), value('pinned', 'now')], ['AKIA1', 'AKIA1', 'AKIA2']);
    assert.equal(value('json', 'AWS_ACCESS_KEY_ID'), 'AKIA1');
    // What `nested` was is not in the new version: the Secret stays as it is.
    await world.clock.advance(3_601_000);
    assert.deepEqual(ready('json'), ['False', 'SecretSyncedError']);
    assert.match(warning('json') ?? '', /key nested does not exist in secret pair/);
  });

  it('takes every key of a secret, and its tags', async () => {
    await make('everything', { dataFrom: [{ extract: { key: 'pair' } }] });
    assert.deepEqual([value('everything', 'id'), value('everything', 'secret')], ['AKIA2', 'two']);
    await make('tags', { data: [one('team', 'pair', { property: 'team', metadataPolicy: 'Fetch' })] });
    assert.equal(value('tags', 'team'), 'platform');
  });

  it('says that a secret is not there, and what AWS answers for one that is scheduled for deletion', async () => {
    await make('absent', { data: [one('a', 'never-was')] });
    assert.deepEqual(ready('absent'), ['False', 'SecretSyncedError']);
    assert.match(warning('absent') ?? '', /Secret does not exist/);
    await secrets.send(new CreateSecretCommand({ Name: 'going', SecretString: 'x' }));
    await secrets.send(new DeleteSecretCommand({ SecretId: 'going' }));
    await make('going', { data: [one('a', 'going')] });
    assert.match(warning('going') ?? '', /operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, .*InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion\./);
  });
});
