import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answered, type Api, configMap, configMaps, startApi } from './api.ts';

let api: Api;
before(async () => void (api = await startApi({ now: new Date('2026-11-24T00:00:00Z') })));
after(() => api[Symbol.asyncDispose]());

async function owned(owner: Answered, name: string, block = true): Promise<Answered> {
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name, uid: owner.metadata.uid, blockOwnerDeletion: block };
  return (await api.post(configMaps, configMap(name, {}, { ownerReferences: [reference] }))).body;
}

const exists = async (name: string): Promise<boolean> => (await api.get(`${configMaps}/${name}`)).status === 200;

test('a deletion answers what was deleted', async () => {
  const { body } = await api.post(configMaps, configMap('gone'));
  const removed = await api.remove(`${configMaps}/gone`);
  assert.deepEqual(removed.body, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: 'gone', kind: 'configmaps', uid: body.metadata.uid } });
  assert.equal((await api.remove(`${configMaps}/gone`)).status, 404);
});

test('preconditions must hold', async () => {
  const { body } = await api.post(configMaps, configMap('guarded'));
  const otherUid = await api.remove(`${configMaps}/guarded`, { preconditions: { uid: 'another' } });
  assert.equal(otherUid.status, 409);
  assert.match(otherUid.body.message, /the UID in the precondition \(another\) does not match the UID in record/);
  const otherVersion = await api.remove(`${configMaps}/guarded`, { preconditions: { resourceVersion: '1' } });
  assert.equal(otherVersion.status, 409);
  const { uid, resourceVersion } = body.metadata;
  assert.equal((await api.remove(`${configMaps}/guarded`, { preconditions: { uid, resourceVersion } })).status, 200);
});

test('a finalizer holds the object until it is taken away', async () => {
  await api.post(configMaps, configMap('held', {}, { finalizers: ['example.com/keep'] }));
  const { body } = await api.remove(`${configMaps}/held`);
  assert.equal(body.kind, 'ConfigMap');
  assert.equal(body.metadata.deletionTimestamp, '2026-11-24T00:00:00Z');
  assert.equal(body.metadata.deletionGracePeriodSeconds, 0);
  assert.ok(await exists('held'));
  const added = await api.patch('merge', `${configMaps}/held`, { metadata: { finalizers: ['example.com/keep', 'example.com/late'] } });
  assert.equal(added.status, 422, 'no finalizer may be added to what is being deleted');
  await api.patch('merge', `${configMaps}/held`, { metadata: { finalizers: null } });
  assert.equal(await exists('held'), false);
});

test('dependents go with their last owner', async () => {
  const { body: owner } = await api.post(configMaps, configMap('owner'));
  const { body: other } = await api.post(configMaps, configMap('other-owner'));
  await owned(owner, 'dependent');
  await api.post(configMaps, configMap('two-owners', {}, { ownerReferences: [owner, other].map((each) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: each.metadata.name, uid: each.metadata.uid })) }));
  await api.remove(`${configMaps}/owner`);
  assert.equal(await exists('dependent'), false);
  const left = await api.get(`${configMaps}/two-owners`);
  assert.deepEqual(left.body.metadata.ownerReferences.map((each: Answered) => each.name), ['other-owner']);
});

test('an owner that was never there takes its dependent with it', async () => {
  await owned({ metadata: { name: 'never', uid: '00000000-0000-4000-8000-000000000000' } }, 'stray');
  assert.equal(await exists('stray'), false);
});

test('orphaned dependents stay and forget their owner', async () => {
  const { body: owner } = await api.post(configMaps, configMap('leaving'));
  await owned(owner, 'orphan');
  await api.remove(`${configMaps}/leaving`, { propagationPolicy: 'Orphan' });
  assert.equal(await exists('leaving'), false);
  assert.equal((await api.get(`${configMaps}/orphan`)).body.metadata.ownerReferences, undefined);
});

test('in the foreground the owner waits for dependents that block it', async () => {
  const { body: owner } = await api.post(configMaps, configMap('waiting'));
  await owned(owner, 'blocking');
  await api.patch('merge', `${configMaps}/blocking`, { metadata: { finalizers: ['example.com/slow'] } });
  const { body } = await api.remove(`${configMaps}/waiting`, { propagationPolicy: 'Foreground' });
  assert.deepEqual(body.metadata.finalizers, ['foregroundDeletion']);
  assert.ok(await exists('waiting'));
  await api.patch('merge', `${configMaps}/blocking`, { metadata: { finalizers: null } });
  assert.equal(await exists('blocking'), false);
  assert.equal(await exists('waiting'), false);
});

test('a collection is deleted by selector', async () => {
  for (const name of ['one', 'two', 'three']) await api.post(configMaps, configMap(name, {}, { labels: { batch: name === 'three' ? 'keep' : 'drop' } }));
  const { status } = await api.call('DELETE', `${configMaps}?labelSelector=batch%3Ddrop`);
  assert.equal(status, 200);
  assert.deepEqual([await exists('one'), await exists('two'), await exists('three')], [false, false, true]);
});

test('a pod on a node is given its grace period, at zero it goes at once', async () => {
  const pods = '/api/v1/namespaces/default/pods';
  await api.post(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'running' }, spec: { nodeName: 'node', containers: [{ name: 'app', image: 'app:1' }] } });
  const { body } = await api.remove(`${pods}/running`);
  assert.equal(body.metadata.deletionGracePeriodSeconds, 30);
  assert.equal(body.metadata.deletionTimestamp, '2026-11-24T00:00:30Z');
  await api.remove(`${pods}/running`, { gracePeriodSeconds: 0 });
  assert.equal((await api.get(`${pods}/running`)).status, 404);
  await api.post(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'unscheduled' }, spec: { containers: [{ name: 'app', image: 'app:1' }] } });
  await api.remove(`${pods}/unscheduled`);
  assert.equal((await api.get(`${pods}/unscheduled`)).status, 404);
});

test('a namespace is emptied before it goes, and takes in nothing new', async () => {
  await api.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'leaving' } });
  const inside = '/api/v1/namespaces/leaving/configmaps';
  await api.post(inside, configMap('plain'));
  await api.post(inside, configMap('held', {}, { finalizers: ['example.com/keep'] }));
  await api.remove('/api/v1/namespaces/leaving');
  const { body } = await api.get('/api/v1/namespaces/leaving');
  assert.equal(body.status.phase, 'Terminating');
  assert.equal((await api.get(`${inside}/plain`)).status, 404);
  const refused = await api.post(inside, configMap('late'));
  assert.equal(refused.status, 403);
  assert.equal(refused.body.message, 'configmaps "late" is forbidden: unable to create new content in namespace leaving because it is being terminated');
  await api.patch('merge', `${inside}/held`, { metadata: { finalizers: null } });
  assert.equal((await api.get('/api/v1/namespaces/leaving')).status, 404);
});
