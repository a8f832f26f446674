import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { listAt, textAt, type StoredObject } from '../../../src/sandbox/kubernetes/object.ts';
import type { ObjectStore } from '../../../src/sandbox/kubernetes/store.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { apiVersion, region, startStandIn, type StandIn } from './stand-in.ts';

describe('the stand-in for External Secrets Operator', () => {
  let standIn: StandIn;
  let world: World;
  let store: ObjectStore;
  let ssm: SSMClient;

  before(async () => {
    standIn = await startStandIn('ParameterStore');
    ({ world, store } = standIn);
    ssm = new SSMClient({ endpoint: standIn.aws.endpoint, region, credentials: standIn.aws.administrator });
    await pass(0);
  });
  after(async () => {
    await standIn.stop();
    ssm.destroy();
  });

  const pass = (milliseconds: number): Promise<void> => world.clock.advance(milliseconds);
  const put = (Name: string, Value: string) => ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true }));
  const create = (name: string, spec: object): StoredObject =>
    store.create({ apiVersion, kind: 'ExternalSecret', metadata: { name, namespace: 'default' }, spec: { secretStoreRef: { kind: 'ClusterSecretStore', name: 'parameterstore' }, ...spec } });
  const externalSecret = (name: string) => store.get({ apiVersion, kind: 'ExternalSecret', namespace: 'default', name })!;
  const secret = (name: string) => store.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name });
  const value = (name: string, key: string): string | undefined => {
    const encoded = textAt(secret(name), 'data', key);
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
  };
  const ready = (object: StoredObject): readonly (string | undefined)[] => {
    const condition = listAt(object, 'status', 'conditions').find((each) => textAt(each, 'type') === 'Ready');
    return ['status', 'reason', 'message'].map((field) => textAt(condition, field));
  };
  const events = (name: string): readonly string[] =>
    store.list('v1', 'Event').filter((event) => textAt(event, 'involvedObject', 'name') === name).map((event) => `${textAt(event, 'type')} ${textAt(event, 'reason')}: ${textAt(event, 'message')}`);
  const one = (key: string, remote: string, more: object = {}): object => ({ secretKey: key, remoteRef: { key: remote, ...more } });

  it('makes a Secret of two parameters', async () => {
    await put('access-key-id', 'AKIA1');
    await put('secret-access-key', 'secret1');
    create('two', { target: { name: 'two-credentials' }, data: [one('AWS_ACCESS_KEY_ID', 'access-key-id'), one('AWS_SECRET_ACCESS_KEY', 'secret-access-key')] });
    await pass(0);
    assert.equal(value('two-credentials', 'AWS_ACCESS_KEY_ID'), 'AKIA1');
    assert.equal(value('two-credentials', 'AWS_SECRET_ACCESS_KEY'), 'secret1');
    assert.deepEqual(ready(externalSecret('two')), ['True', 'SecretSynced', 'secret synced']);
    assert.equal(textAt(externalSecret('two'), 'status', 'binding', 'name'), 'two-credentials');
    assert.deepEqual(externalSecret('two').metadata.finalizers, ['externalsecrets.external-secrets.io/externalsecret-cleanup']);
    assert.deepEqual(events('two'), ['Normal Created: secret created']);
    const owner = secret('two-credentials')?.metadata.ownerReferences?.[0];
    assert.deepEqual([owner?.kind, owner?.name, owner?.controller, owner?.blockOwnerDeletion], ['ExternalSecret', 'two', true, true]);
  });

  it('takes the properties of one JSON parameter, and puts annotations of its template on the Secret', async () => {
    await put('pair', JSON.stringify({ id: 'AKIA2', secret: 'secret2' }));
    create('json', {
      target: { template: { metadata: { annotations: { 'bedrock-access.dev/access-key-id': '{{ .AWS_ACCESS_KEY_ID }}' }, labels: { made: 'yes' } } } },
      data: [one('AWS_ACCESS_KEY_ID', 'pair', { property: 'id' }), one('AWS_SECRET_ACCESS_KEY', 'pair', { property: 'secret' })],
    });
    await pass(0);
    assert.equal(value('json', 'AWS_SECRET_ACCESS_KEY'), 'secret2');
    assert.equal(secret('json')?.metadata.annotations?.['bedrock-access.dev/access-key-id'], 'AKIA2');
    assert.equal(secret('json')?.metadata.labels?.['made'], 'yes');
  });

  it('reads again after the refresh interval, and at once when force-sync is annotated', async () => {
    await put('rotated', 'old');
    create('refreshed', { refreshInterval: '1h', data: [one('key', 'rotated')] });
    await pass(0);
    await put('rotated', 'new');
    await pass(59 * 60_000);
    assert.equal(value('refreshed', 'key'), 'old');
    await pass(2 * 60_000);
    assert.equal(value('refreshed', 'key'), 'new');
    assert.ok(events('refreshed').includes('Normal Updated: secret updated'));
    await put('rotated', 'newest');
    const object = externalSecret('refreshed');
    store.update({ ...object, metadata: { ...object.metadata, annotations: { 'force-sync': '1' } } });
    await pass(0);
    assert.equal(value('refreshed', 'key'), 'newest');
  });

  it('keeps the old Secret when a parameter goes missing, says so, and recovers by back-off', async () => {
    await put('fragile', 'value');
    create('fragile', { data: [one('key', 'fragile')] });
    await pass(0);
    await ssm.send(new DeleteParameterCommand({ Name: 'fragile' }));
    const object = externalSecret('fragile');
    store.update({ ...object, metadata: { ...object.metadata, annotations: { 'force-sync': '1' } } });
    await pass(0);
    assert.deepEqual(ready(externalSecret('fragile')), ['False', 'SecretSyncedError', 'could not get secret data from provider']);
    assert.equal(value('fragile', 'key'), 'value');
    assert.ok(events('fragile').includes('Warning UpdateFailed: error processing spec.data[0] (key: fragile), err: Secret does not exist'));
    await put('fragile', 'again');
    await pass(10_000);
    assert.equal(value('fragile', 'key'), 'again');
    assert.deepEqual(ready(externalSecret('fragile')), ['True', 'SecretSynced', 'secret synced']);
  });

  it('restores a Secret that was edited or deleted by hand', async () => {
    await put('guarded', 'value');
    create('guarded', { data: [one('key', 'guarded')] });
    await pass(0);
    const made = secret('guarded')!;
    store.update({ ...made, data: { key: 'ZWRpdGVk', extra: 'eA==' } });
    await pass(0);
    assert.equal(value('guarded', 'key'), 'value');
    assert.equal(value('guarded', 'extra'), undefined);
    store.remove({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'guarded' });
    await pass(0);
    assert.equal(value('guarded', 'key'), 'value');
  });

  it('lets the Secret go with its owner', async () => {
    await put('owned', 'value');
    create('owned', { data: [one('key', 'owned')] });
    await pass(0);
    store.remove({ apiVersion, kind: 'ExternalSecret', namespace: 'default', name: 'owned' });
    await pass(1000);
    assert.equal(store.get({ apiVersion, kind: 'ExternalSecret', namespace: 'default', name: 'owned' }), undefined);
    assert.equal(secret('owned'), undefined);
  });

  it('leaves an orphan Secret, merges into one that is there, and creates none with None', async () => {
    await put('policy', 'value');
    create('orphan', { target: { creationPolicy: 'Orphan' }, data: [one('key', 'policy')] });
    create('none', { target: { creationPolicy: 'None' }, data: [one('key', 'policy')] });
    create('merge', { target: { creationPolicy: 'Merge' }, data: [one('key', 'policy')] });
    await pass(0);
    assert.equal(secret('orphan')?.metadata.ownerReferences, undefined);
    assert.equal(secret('none'), undefined);
    assert.deepEqual(ready(externalSecret('merge')), ['True', 'SecretMissing', 'secret will not be created due to CreationPolicy=Merge']);
    store.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'merged', namespace: 'default' }, data: { own: 'b3du' } });
    create('merging', { target: { name: 'merged', creationPolicy: 'Merge' }, data: [one('key', 'policy')] });
    await pass(0);
    assert.equal(value('merged', 'own'), 'own');
    assert.equal(value('merged', 'key'), 'value');
  });

  it('deletes the Secret with the last parameter when the deletion policy says so', async () => {
    await put('volatile', 'value');
    create('volatile', { target: { deletionPolicy: 'Delete' }, data: [one('key', 'volatile')] });
    await pass(0);
    await ssm.send(new DeleteParameterCommand({ Name: 'volatile' }));
    await pass(3_600_000 + 2000);
    assert.equal(secret('volatile'), undefined);
    assert.deepEqual(ready(externalSecret('volatile')), ['True', 'SecretDeleted', 'secret deleted due to DeletionPolicy=Delete']);
  });

  it('takes every key of a JSON parameter with extract', async () => {
    await put('everything', JSON.stringify({ a: '1', 'b/c': '2' }));
    create('extract', { dataFrom: [{ extract: { key: 'everything' } }] });
    await pass(0);
    assert.deepEqual([value('extract', 'a'), value('extract', 'b_c')], ['1', '2']);
  });

  it('shows a store with wrong static keys as Ready, and the failure where the keys are used', async () => {
    store.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'wrong-keys', namespace: 'default' }, stringData: { id: 'AKIAWRONGWRONGWRONG0', secret: 'wrong' } });
    const reference = (key: string) => ({ name: 'wrong-keys', namespace: 'default', key });
    store.create({ apiVersion, kind: 'ClusterSecretStore', metadata: { name: 'wrong' }, spec: { provider: { aws: { service: 'ParameterStore', region, auth: { secretRef: { accessKeyIDSecretRef: reference('id'), secretAccessKeySecretRef: reference('secret') } } } } } });
    create('unread', { secretStoreRef: { kind: 'ClusterSecretStore', name: 'wrong' }, data: [one('key', 'pair')] });
    await pass(0);
    assert.deepEqual(ready(store.get({ apiVersion, kind: 'ClusterSecretStore', name: 'wrong' })!), ['True', 'Valid', 'store validated']);
    assert.deepEqual(ready(externalSecret('unread')), ['False', 'SecretSyncedError', 'could not get secret data from provider']);
    assert.match(events('unread').join('\n'), /operation error SSM: GetParameter, https response error StatusCode: 400, RequestID: [\w-]+, api error UnrecognizedClientException: /);
  });

  it('says which store is missing, and which namespace a store does not admit', async () => {
    create('storeless', { secretStoreRef: { kind: 'ClusterSecretStore', name: 'nowhere' }, data: [one('key', 'pair')] });
    store.create({ apiVersion, kind: 'ClusterSecretStore', metadata: { name: 'closed' }, spec: { conditions: [{ namespaces: ['other'] }], provider: { aws: { service: 'ParameterStore', region } } } });
    create('shut-out', { secretStoreRef: { kind: 'ClusterSecretStore', name: 'closed' }, data: [one('key', 'pair')] });
    await pass(0);
    assert.match(events('storeless').join(), /could not get ClusterSecretStore "nowhere", ClusterSecretStore\.external-secrets\.io "nowhere" not found/);
    assert.match(events('shut-out').join(), /using cluster store "closed" is not allowed from namespace "default": denied by spec\.condition/);
  });

  it('has its reads authorised and audited as the operator', () => {
    const reads = world.audit.entries.filter((entry) => entry.action === 'ssm:GetParameter');
    assert.ok(reads.some((entry) => entry.verdict === 'allow' && entry.identity.endsWith('external-secrets') && entry.resource.endsWith(':parameter/pair')));
  });
});
