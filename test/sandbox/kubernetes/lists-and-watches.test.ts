import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answered, type Api, configMap, configMaps, startApi } from './api.ts';

let api: Api;
before(async () => {
  api = await startApi();
  for (const name of ['a', 'b', 'c', 'd', 'e']) await api.post(configMaps, configMap(name, {}, { labels: { letter: name, kind: name < 'c' ? 'early' : 'late' } }));
});
after(() => api[Symbol.asyncDispose]());

const names = (list: Answered): readonly string[] => list.items.map((item: Answered) => item.metadata.name);

test('a list pages through one moment', async () => {
  const first = await api.get(`${configMaps}?limit=2&labelSelector=letter`);
  assert.equal(first.body.kind, 'ConfigMapList');
  assert.deepEqual(names(first.body), ['a', 'b']);
  assert.equal(first.body.items[0].kind, undefined, 'items of a built-in list do not repeat their kind');
  await api.remove(`${configMaps}/c`);
  const second = await api.get(`${configMaps}?limit=2&labelSelector=letter&continue=${first.body.metadata.continue}`);
  assert.deepEqual(names(second.body), ['c', 'd'], 'the rest is as it was when the list began');
  const third = await api.get(`${configMaps}?limit=2&labelSelector=letter&continue=${second.body.metadata.continue}`);
  assert.deepEqual(names(third.body), ['e']);
  assert.equal(third.body.metadata.continue, undefined);
  await api.post(configMaps, configMap('c', {}, { labels: { letter: 'c', kind: 'late' } }));
});

test('without a selector the list says how many are left', async () => {
  const { body } = await api.get(`${configMaps}?limit=2`);
  assert.equal(body.metadata.remainingItemCount, 4, 'kube-root-ca.crt is there too');
});

test('a continue token from before a compaction is too old', async () => {
  const { body } = await api.get(`${configMaps}?limit=2`);
  api.kubernetes.compact();
  const late = await api.get(`${configMaps}?limit=2&continue=${body.metadata.continue}`);
  assert.equal(late.status, 410);
  assert.equal(late.body.reason, 'Expired');
});

test('labels and fields select', async () => {
  const select = async (selector: string): Promise<readonly string[]> => names((await api.get(`${configMaps}?${selector}`)).body);
  assert.deepEqual(await select('labelSelector=kind%3Dearly'), ['a', 'b']);
  assert.deepEqual(await select(`labelSelector=${encodeURIComponent('letter in (a, e),kind!=late')}`), ['a']);
  assert.deepEqual(await select(`labelSelector=${encodeURIComponent('letter notin (a,b),letter')}`), ['c', 'd', 'e']);
  assert.deepEqual(await select(`labelSelector=${encodeURIComponent('!letter')}`), ['kube-root-ca.crt']);
  assert.deepEqual(await select('fieldSelector=metadata.name%3Db'), ['b']);
  const refused = await api.get(`${configMaps}?fieldSelector=data.x%3Db`);
  assert.equal(refused.status, 400);
});

test('a list over all namespaces, and an unknown version of the future', async () => {
  const { body } = await api.get('/api/v1/configmaps?fieldSelector=metadata.name%3Dkube-root-ca.crt');
  assert.deepEqual(body.items.map((item: Answered) => item.metadata.namespace), ['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  const future = await api.get(`${configMaps}?resourceVersion=99999999`);
  assert.equal(future.status, 504);
  assert.equal(future.body.reason, 'Timeout');
});

test('a watch without a version begins with what is there, and goes on', async () => {
  const events = await api.watch(`${configMaps}?watch=true&labelSelector=letter%3Da`, 2, () => api.patch('merge', `${configMaps}/a`, { data: { x: '1' } }));
  assert.deepEqual(events.map(({ type, object }) => [type, object.metadata.name, object.kind]), [['ADDED', 'a', 'ConfigMap'], ['MODIFIED', 'a', 'ConfigMap']]);
});

test('a watch from a version shows what came after it, deletions included', async () => {
  const { body } = await api.get(configMaps);
  await api.post(configMaps, configMap('seen', { a: '1' }));
  await api.remove(`${configMaps}/seen`);
  const events = await api.watch(`${configMaps}?watch=true&resourceVersion=${body.metadata.resourceVersion}`, 2);
  assert.deepEqual(events.map(({ type, object }) => [type, object.metadata.name]), [['ADDED', 'seen'], ['DELETED', 'seen']]);
  assert.ok(Number(events[1].object.metadata.resourceVersion) > Number(events[0].object.metadata.resourceVersion));
});

test('an object that leaves the selection is DELETED to that watch, one that enters is ADDED', async () => {
  const { body } = await api.get(configMaps);
  const events = await api.watch(`${configMaps}?watch=true&resourceVersion=${body.metadata.resourceVersion}&labelSelector=kind%3Dearly`, 2, async () => {
    await api.patch('merge', `${configMaps}/b`, { metadata: { labels: { kind: 'late' } } });
    await api.patch('merge', `${configMaps}/b`, { metadata: { labels: { kind: 'early' } } });
  });
  assert.deepEqual(events.map(({ type }) => type), ['DELETED', 'ADDED']);
  assert.equal(events[0].object.metadata.labels.kind, 'early', 'as it was when it still fitted');
});

test('a watch from a version that is gone says 410 in an ERROR event', async () => {
  const { body } = await api.get(configMaps);
  await api.patch('merge', `${configMaps}/a`, { data: { x: '2' } });
  api.kubernetes.compact();
  const [event] = await api.watch(`${configMaps}?watch=true&resourceVersion=${body.metadata.resourceVersion}`, 1);
  assert.equal(event.type, 'ERROR');
  assert.deepEqual([event.object.code, event.object.reason], [410, 'Expired']);
});

test('a watch ends after its timeout with a bookmark of the newest version', async () => {
  const { body } = await api.get(configMaps);
  const events = await api.watch(`${configMaps}?watch=true&resourceVersion=${body.metadata.resourceVersion}&allowWatchBookmarks=true&timeoutSeconds=0.01`, 5);
  assert.deepEqual(events.map(({ type, object }) => [type, object.metadata.resourceVersion]), [['BOOKMARK', body.metadata.resourceVersion]]);
});

test('a streaming list ends with a bookmark that says so', async () => {
  const events = await api.watch(`${configMaps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`, 7);
  assert.equal(events.at(-1).type, 'BOOKMARK');
  assert.deepEqual(events.at(-1).object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
});
