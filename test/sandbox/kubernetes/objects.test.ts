import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Api, configMap, configMaps, deployment, deployments, secrets, startApi } from './api.ts';

let api: Api;
before(async () => void (api = await startApi({ now: new Date('2026-11-24T00:00:00Z') })));
after(() => api[Symbol.asyncDispose]());

test('a created object comes back with what the server gives it', async () => {
  const { status, body } = await api.post(configMaps, configMap('made', { a: '1' }));
  assert.equal(status, 201);
  assert.equal(body.kind, 'ConfigMap');
  assert.match(body.metadata.uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(body.metadata.resourceVersion, /^\d+$/);
  assert.equal(body.metadata.creationTimestamp, '2026-11-24T00:00:00Z');
  assert.equal(body.metadata.generation, undefined, 'a ConfigMap counts no generations');
  assert.deepEqual((await api.get(`${configMaps}/made`)).body, body);
});

test('the same name twice is AlreadyExists, an absent one NotFound, in the words of the real server', async () => {
  await api.post(configMaps, configMap('twice'));
  const again = await api.post(configMaps, configMap('twice'));
  assert.deepEqual(again.body, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'configmaps "twice" already exists',
    reason: 'AlreadyExists',
    details: { name: 'twice', kind: 'configmaps' },
    code: 409,
  });
  const absent = await api.get(`${deployments}/absent`);
  assert.equal(absent.status, 404);
  assert.equal(absent.body.message, 'deployments.apps "absent" not found');
  assert.deepEqual(absent.body.details, { name: 'absent', group: 'apps', kind: 'deployments' });
});

test('generateName gives five letters without vowels', async () => {
  const { body } = await api.post(configMaps, configMap('', {}, { name: undefined, generateName: 'run-' }));
  assert.match(body.metadata.name, /^run-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  assert.equal(body.metadata.generateName, 'run-');
});

test('an update with an old resourceVersion conflicts and one with the newest is kept', async () => {
  const { body: first } = await api.post(configMaps, configMap('versions', { a: '1' }));
  const { body: second } = await api.put(`${configMaps}/versions`, { ...first, data: { a: '2' } });
  assert.ok(Number(second.metadata.resourceVersion) > Number(first.metadata.resourceVersion));
  const stale = await api.put(`${configMaps}/versions`, { ...first, data: { a: '3' } });
  assert.equal(stale.status, 409);
  assert.equal(stale.body.reason, 'Conflict');
  assert.equal(stale.body.message, 'Operation cannot be fulfilled on configmaps "versions": the object has been modified; please apply your changes to the latest version and try again');
  assert.equal((await api.get(`${configMaps}/versions`)).body.data.a, '2');
});

test('an update without a resourceVersion wins, but not on a Lease', async () => {
  await api.post(configMaps, configMap('unconditional', { a: '1' }));
  assert.equal((await api.put(`${configMaps}/unconditional`, configMap('unconditional', { a: '2' }))).status, 200);
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'held' }, spec: { holderIdentity: 'a' } };
  await api.post(leases, lease);
  const refused = await api.put(`${leases}/held`, lease);
  assert.equal(refused.status, 422);
  assert.equal(refused.body.message, 'leases.coordination.k8s.io "held" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update');
  assert.equal((await api.put(`${leases}/new`, { ...lease, metadata: { name: 'new' } })).status, 201, 'a PUT may create a Lease');
});

test('an update that changes nothing keeps the resourceVersion', async () => {
  const { body } = await api.post(configMaps, configMap('same', { a: '1' }));
  assert.equal((await api.put(`${configMaps}/same`, body)).body.metadata.resourceVersion, body.metadata.resourceVersion);
});

test('the generation counts changes of the spec, not of labels or the status', async () => {
  const { body } = await api.post(deployments, deployment('generations'));
  assert.equal(body.metadata.generation, 1);
  const labelled = await api.patch('merge', `${deployments}/generations`, { metadata: { labels: { a: 'b' } } });
  assert.equal(labelled.body.metadata.generation, 1);
  const scaled = await api.patch('merge', `${deployments}/generations`, { spec: { replicas: 3 } });
  assert.equal(scaled.body.metadata.generation, 2);
  const status = await api.patch('merge', `${deployments}/generations/status`, { status: { replicas: 3 }, spec: { replicas: 9 } });
  assert.equal(status.body.metadata.generation, 2);
  assert.equal(status.body.spec.replicas, 3, 'the status subresource leaves the spec alone');
  assert.equal(status.body.status.replicas, 3);
});

test('the main resource leaves the status alone', async () => {
  await api.post(deployments, deployment('status-kept'));
  await api.patch('merge', `${deployments}/status-kept/status`, { status: { replicas: 2 } });
  const { body } = await api.patch('merge', `${deployments}/status-kept`, { status: { replicas: 7 } });
  assert.equal(body.status.replicas, 2);
});

test('dryRun does everything but keep it', async () => {
  const { status, body } = await api.post(`${configMaps}?dryRun=All`, configMap('dry'));
  assert.equal(status, 201);
  assert.ok(body.metadata.uid);
  assert.equal((await api.get(`${configMaps}/dry`)).status, 404);
  await api.post(configMaps, configMap('dry', { a: '1' }));
  assert.equal((await api.patch('merge', `${configMaps}/dry?dryRun=All`, { data: { a: '2' } })).body.data.a, '2');
  assert.equal((await api.call('DELETE', `${configMaps}/dry?dryRun=All`)).status, 200);
  assert.equal((await api.get(`${configMaps}/dry`)).body.data.a, '1');
});

test('stringData of a Secret is encoded into data and not kept', async () => {
  const { body } = await api.post(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'encoded' }, stringData: { key: 'value' }, data: { other: 'b3RoZXI=' } });
  assert.deepEqual(body.data, { other: 'b3RoZXI=', key: 'dmFsdWU=' });
  assert.equal(body.stringData, undefined);
  assert.equal(body.type, 'Opaque');
});

test('an object in a namespace that is not there is refused', async () => {
  const { status, body } = await api.post('/api/v1/namespaces/nowhere/configmaps', configMap('lost'));
  assert.equal(status, 404);
  assert.equal(body.message, 'namespaces "nowhere" not found');
});

test('a body that does not fit its address is refused', async () => {
  assert.equal((await api.post(configMaps, deployment('misplaced'))).body.message, 'the API version in the data (apps/v1) does not match the expected API version (v1)');
  const wrongNamespace = await api.post(configMaps, configMap('x', {}, { namespace: 'other' }));
  assert.equal(wrongNamespace.body.message, 'the namespace of the provided object does not match the namespace sent on the request');
  await api.post(configMaps, configMap('named'));
  assert.equal((await api.put(`${configMaps}/named`, configMap('renamed'))).body.message, 'the name of the object (renamed) does not match the name on the URL (named)');
  assert.equal((await api.get('/apis/apps/v1/namespaces/default/nothings')).body.message, 'the server could not find the requested resource');
  assert.equal((await api.get('/apis/nothing.example/v1/things')).body, '404 page not found\n');
});

test('what is not built answers 501 and says where that is written', async () => {
  const { status, body } = await api.post('/api/v1/namespaces/default/pods/x/exec?command=ls', {});
  assert.equal(status, 501);
  assert.equal(body.reason, 'NotImplemented');
  assert.match(body.message, /docs\/sandbox-kubernetes\.md/);
});

test('protobuf that cannot be read and formats that cannot be written are said so', async () => {
  assert.equal((await api.get(configMaps, { accept: 'application/vnd.kubernetes.protobuf' })).status, 406);
  assert.equal((await api.call('POST', configMaps, { body: 'x', type: 'application/cbor' })).status, 415);
  assert.match((await api.get(`${configMaps}/named`, { accept: 'application/yaml' })).body, /^(apiVersion|metadata|kind|data)/);
});
