import assert from 'node:assert/strict';
import { after, beforeEach, before, test } from 'node:test';
import { type Api, configMap, configMaps, secrets, startApi } from './api.ts';

let api: Api;
before(async () => void (api = await startApi()));
beforeEach(() => api.world.faults.clear());
after(() => api[Symbol.asyncDispose]());

const faults = (): ReturnType<Api['world']['faults']['of']> => api.world.faults.of('kubernetes');

test('every call is in the audit with who, what and how it ended', async () => {
  const from = api.world.audit.entries.length;
  await api.post(configMaps, configMap('audited'));
  await api.get(`${configMaps}/audited`);
  await api.get(`${configMaps}/absent`);
  await api.apply(`${configMaps}/audited`, 'tool', configMap('audited', { a: '1' }));
  await api.get(secrets, { token: null });
  const seen = api.world.audit.entries.slice(from).map(({ action, identity, resource, verdict, status, code }) => [action, identity, resource, verdict, status, code]);
  assert.deepEqual(seen, [
    ['create configmaps', 'admin', configMaps, 'allow', 201, undefined],
    ['get configmaps', 'admin', `${configMaps}/audited`, 'allow', 200, undefined],
    ['get configmaps', 'admin', `${configMaps}/absent`, 'error', 404, 'NotFound'],
    ['patch configmaps', 'admin', `${configMaps}/audited`, 'allow', 200, undefined],
    ['list secrets', 'system:anonymous', secrets, 'deny', 403, 'Forbidden'],
  ]);
});

test('an injected status is answered once and nothing is executed', async () => {
  faults().add({ action: 'create configmaps', fault: { kind: 'status', status: 409, code: 'Conflict' } });
  const { status, body } = await api.post(configMaps, configMap('refused'));
  assert.deepEqual([status, body.reason], [409, 'Conflict']);
  assert.equal((await api.get(`${configMaps}/refused`)).status, 404);
  assert.equal((await api.post(configMaps, configMap('refused'))).status, 201);
});

test('throttling says when to come back', async () => {
  faults().add({ action: 'get *', fault: { kind: 'throttle' } });
  const { status, headers, body } = await api.get(`${configMaps}/audited`);
  assert.equal(status, 429);
  assert.equal(headers['retry-after'], '1');
  assert.equal(body.reason, 'TooManyRequests');
});

test('a connection dropped before leaves nothing, dropped after leaves the object', async () => {
  faults().add({ action: 'create configmaps', fault: { kind: 'drop', when: 'before' } });
  await assert.rejects(api.post(configMaps, configMap('dropped-before')));
  assert.equal((await api.get(`${configMaps}/dropped-before`)).status, 404);
  faults().add({ action: 'create configmaps', fault: { kind: 'drop', when: 'after' } });
  await assert.rejects(api.post(configMaps, configMap('dropped-after')));
  assert.equal((await api.get(`${configMaps}/dropped-after`)).status, 200);
});

test('server-side apply can be meant by its own name', async () => {
  faults().add({ action: 'apply configmaps', fault: { kind: 'status', status: 503, code: '' } });
  assert.equal((await api.patch('merge', `${configMaps}/audited`, { data: { b: '1' } })).status, 200);
  const { status, body } = await api.apply(`${configMaps}/audited`, 'tool', configMap('audited', { a: '2' }));
  assert.deepEqual([status, body.reason], [503, 'ServiceUnavailable']);
});

test('a killed run is refused from then on, others are not', async () => {
  faults().add({ action: 'create configmaps', fault: { kind: 'kill', when: 'after' } });
  const killed = { userAgent: 'bedrock-access/0.1 run/abc' };
  await assert.rejects(api.post(configMaps, configMap('last'), killed));
  await assert.rejects(api.get(configMaps, killed));
  assert.equal((await api.get(`${configMaps}/last`)).status, 200);
});

test('the snapshot compares worlds and shows no secret', async () => {
  await api.post(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hidden' }, stringData: { key: 'canary-value' } });
  const text = JSON.stringify(api.kubernetes.snapshot());
  assert.ok(text.includes('Secret/default/hidden'));
  assert.ok(!text.includes('canary-value') && !text.includes(btoa('canary-value')));
  assert.ok(!/"uid"|resourceVersion|creationTimestamp/.test(text));
});
