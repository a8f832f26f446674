import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Api, configMap, configMaps, deployment, deployments, startApi } from './api.ts';

let api: Api;
before(async () => void (api = await startApi()));
after(() => api[Symbol.asyncDispose]());

test('a merge patch sets, replaces lists and removes by null', async () => {
  await api.post(configMaps, configMap('merged', { a: '1', b: '2' }));
  const { body } = await api.patch('merge', `${configMaps}/merged`, { data: { a: null, c: '3' } });
  assert.deepEqual(body.data, { b: '2', c: '3' });
});

test('a JSON patch does its operations in order and refuses the whole when a test fails', async () => {
  await api.post(configMaps, configMap('json', { a: '1' }));
  const done = await api.patch('json', `${configMaps}/json`, [
    { op: 'test', path: '/data/a', value: '1' },
    { op: 'add', path: '/data/b', value: '2' },
    { op: 'replace', path: '/data/a', value: '3' },
    { op: 'copy', from: '/data/b', path: '/data/c' },
    { op: 'move', from: '/data/c', path: '/data/d' },
    { op: 'add', path: '/metadata/annotations', value: { 'example.com/x~y': '1' } },
    { op: 'replace', path: '/metadata/annotations/example.com~1x~0y', value: '2' },
  ]);
  assert.equal(done.status, 422, 'an annotation name with ~ is refused');
  const fine = await api.patch('json', `${configMaps}/json`, [{ op: 'add', path: '/metadata/annotations', value: {} }, { op: 'add', path: '/metadata/annotations/example.com~1x', value: '2' }, { op: 'remove', path: '/data/a' }]);
  assert.deepEqual(fine.body.metadata.annotations, { 'example.com/x': '2' });
  assert.equal(fine.body.data, undefined);
  const failed = await api.patch('json', `${configMaps}/json`, [{ op: 'test', path: '/data/a', value: '9' }]);
  assert.equal(failed.status, 422);
  assert.equal(failed.body.message, 'the server rejected our request due to an error in our request');
});

test('a strategic merge patch merges containers and env by name', async () => {
  await api.post(deployments, deployment('strategic', { env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }] }));
  const { body } = await api.patch('strategic', `${deployments}/strategic`, {
    spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'B', value: '3' }, { name: 'C', value: '4' }, { name: 'A', $patch: 'delete' }] }, { name: 'sidecar', image: 'side:1' }] } } },
  });
  const { containers } = body.spec.template.spec;
  assert.deepEqual(containers.map((container: { name: string }) => container.name).sort(), ['app', 'sidecar']);
  assert.deepEqual(containers.find((container: { name: string }) => container.name === 'app').env, [{ name: 'B', value: '3' }, { name: 'C', value: '4' }]);
});

test('directives replace, retain, order and delete from primitive lists', async () => {
  await api.post(deployments, deployment('directives', { env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }], args: ['x'] }));
  const replaced = await api.patch('strategic', `${deployments}/directives`, { spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'Z', value: '9' }, { $patch: 'replace' }] }] } } } });
  assert.deepEqual(replaced.body.spec.template.spec.containers[0].env, [{ name: 'Z', value: '9' }]);
  const strategy = await api.patch('strategic', `${deployments}/directives`, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } });
  assert.deepEqual(strategy.body.spec.strategy, { type: 'Recreate' });
  const ordered = await api.patch('strategic', `${deployments}/directives`, {
    spec: { template: { spec: { '$setElementOrder/containers': [{ name: 'first' }, { name: 'app' }], containers: [{ name: 'first', image: 'first:1' }] } } },
  });
  assert.deepEqual(ordered.body.spec.template.spec.containers.map((container: { name: string }) => container.name), ['first', 'app']);
  await api.patch('merge', `${deployments}/directives`, { metadata: { finalizers: ['example.com/a', 'example.com/b'] } });
  const finalizers = await api.patch('strategic', `${deployments}/directives`, { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] } });
  assert.deepEqual(finalizers.body.metadata.finalizers, ['example.com/b']);
});

test('a patch that names an old resourceVersion conflicts', async () => {
  const { body } = await api.post(configMaps, configMap('patched', { a: '1' }));
  await api.patch('merge', `${configMaps}/patched`, { data: { a: '2' } });
  const stale = await api.patch('merge', `${configMaps}/patched`, { metadata: { resourceVersion: body.metadata.resourceVersion }, data: { a: '3' } });
  assert.equal(stale.status, 409);
});

test('a media type that is no patch is refused', async () => {
  const { status, body } = await api.call('PATCH', `${configMaps}/patched`, { body: {}, type: 'application/json' });
  assert.equal(status, 415);
  assert.equal(body.message, '415: Unsupported Media Type');
});

test('unknown fields are dropped with a warning, refused when strict, silent when ignored', async () => {
  const stray = { ...configMap('stray'), spec: {}, stray: 1 };
  const warned = await api.post(configMaps, stray);
  assert.equal(warned.status, 201);
  assert.match(String(warned.headers['warning']), /299 - "unknown field \\"stray\\""/);
  assert.equal(warned.body.stray, undefined);
  const strict = await api.post(`${configMaps}?fieldValidation=Strict`, { ...configMap('strict'), stray: 1 });
  assert.equal(strict.status, 400);
  assert.equal(strict.body.message, 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "stray"');
  const ignored = await api.post(`${configMaps}?fieldValidation=Ignore`, { ...configMap('ignored'), stray: 1 });
  assert.equal(ignored.headers['warning'], undefined);
});

test('scale reads and writes the replicas', async () => {
  await api.post(deployments, deployment('scaled'));
  const { body } = await api.get(`${deployments}/scaled/scale`);
  assert.equal(body.kind, 'Scale');
  assert.deepEqual([body.spec.replicas, body.status.selector], [1, 'app=scaled']);
  const changed = await api.patch('merge', `${deployments}/scaled/scale`, { spec: { replicas: 4 } });
  assert.equal(changed.body.spec.replicas, 4);
  assert.equal((await api.get(`${deployments}/scaled`)).body.spec.replicas, 4);
});
