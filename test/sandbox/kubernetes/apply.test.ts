import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answered, type Api, configMap, configMaps, deployment, deployments, startApi } from './api.ts';

let api: Api;
before(async () => void (api = await startApi()));
after(() => api[Symbol.asyncDispose]());

function environment(name: string, env: readonly object[]): object {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { template: { spec: { containers: [{ name: 'app', env }] } } } };
}

function managers(object: Answered): Readonly<Record<string, Answered>> {
  return Object.fromEntries((object.metadata.managedFields ?? []).map((entry: Answered) => [`${entry.manager} ${entry.operation}${entry.subresource === undefined ? '' : ` ${entry.subresource}`}`, entry.fieldsV1]));
}

test('a first apply creates the object and the applier owns exactly what it applied', async () => {
  const { status, body } = await api.apply(`${configMaps}/made`, 'tool', configMap('made', { a: '1' }, { labels: { team: 'x' } }));
  assert.equal(status, 201);
  assert.deepEqual(managers(body), { 'tool Apply': { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:team': {} } } } });
  assert.equal(body.metadata.managedFields[0].fieldsType, 'FieldsV1');
});

test('applying to an existing Deployment adds an env entry by its name and owns nothing else', async () => {
  await api.post(deployments, deployment('workload', { env: [{ name: 'OWN', value: '1' }] }), { userAgent: 'kubectl/v1.32' });
  const { status, body } = await api.apply(`${deployments}/workload`, 'bedrock-access', environment('workload', [{ name: 'AWS_REGION', value: 'us-west-2' }]));
  assert.equal(status, 200);
  assert.deepEqual(body.spec.template.spec.containers[0].env, [{ name: 'OWN', value: '1' }, { name: 'AWS_REGION', value: 'us-west-2' }]);
  const entry = { '.': {}, 'f:name': {}, 'f:value': {} };
  assert.deepEqual(managers(body)['bedrock-access Apply'], {
    'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:env': { 'k:{"name":"AWS_REGION"}': entry }, 'f:name': {} } } } } },
  });
  const containers = managers(body)['kubectl Update']['f:spec']['f:template']['f:spec']['f:containers'];
  assert.deepEqual(containers['k:{"name":"app"}']['f:env'], { '.': {}, 'k:{"name":"OWN"}': entry });
});

test('what is no longer applied goes, and a list of others stays', async () => {
  await api.post(deployments, deployment('shrinking', { env: [{ name: 'OWN', value: '1' }] }));
  await api.apply(`${deployments}/shrinking`, 'tool', environment('shrinking', [{ name: 'A', value: '1' }, { name: 'B', value: '2' }]));
  const { body } = await api.apply(`${deployments}/shrinking`, 'tool', environment('shrinking', [{ name: 'B', value: '2' }]));
  assert.deepEqual(body.spec.template.spec.containers[0].env, [{ name: 'OWN', value: '1' }, { name: 'B', value: '2' }]);
  const nothing = await api.apply(`${deployments}/shrinking`, 'tool', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'shrinking' } });
  assert.deepEqual(nothing.body.spec.template.spec.containers[0].env, [{ name: 'OWN', value: '1' }]);
  assert.equal(managers(nothing.body)['tool Apply'], undefined, 'a manager that owns nothing is not listed');
});

test('another value for a field that another manager owns is a conflict that names field and manager', async () => {
  await api.post(`${deployments}?fieldManager=helm`, deployment('contested', { env: [{ name: 'AWS_REGION', value: 'us-east-1' }] }));
  const refused = await api.apply(`${deployments}/contested`, 'tool', environment('contested', [{ name: 'AWS_REGION', value: 'us-west-2' }]));
  assert.equal(refused.status, 409);
  const field = '.spec.template.spec.containers[name="app"].env[name="AWS_REGION"].value';
  assert.equal(refused.body.message, `Apply failed with 1 conflict: conflict with "helm" using apps/v1: ${field}`);
  assert.deepEqual(refused.body.details, { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "helm" using apps/v1', field }] });
  const forced = await api.apply(`${deployments}/contested`, 'tool', environment('contested', [{ name: 'AWS_REGION', value: 'us-west-2' }]), true);
  assert.equal(forced.status, 200);
  assert.equal(forced.body.spec.template.spec.containers[0].env[0].value, 'us-west-2');
  const helm = managers(forced.body)['helm Update']['f:spec']['f:template']['f:spec']['f:containers']['k:{"name":"app"}']['f:env']['k:{"name":"AWS_REGION"}'];
  assert.deepEqual(helm, { '.': {}, 'f:name': {} }, 'the forced value is no longer the other manager\'s');
});

test('several conflicts are listed by manager', async () => {
  await api.apply(`${configMaps}/several`, 'one', configMap('several', { a: '1' }));
  await api.apply(`${configMaps}/several`, 'two', configMap('several', { b: '1' }));
  const { body } = await api.apply(`${configMaps}/several`, 'three', configMap('several', { a: '2', b: '2' }));
  assert.equal(body.message, 'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\nconflicts with "two":\n- .data.b');
  assert.equal(body.details.causes.length, 2);
});

test('the same value applied by two is shared, and stays until both let go', async () => {
  await api.apply(`${configMaps}/shared`, 'one', configMap('shared', { a: '1' }));
  const both = await api.apply(`${configMaps}/shared`, 'two', configMap('shared', { a: '1' }));
  assert.deepEqual(Object.keys(managers(both.body)), ['two Apply', 'one Apply'], 'who changed nothing has no time and comes first');
  const left = await api.apply(`${configMaps}/shared`, 'one', configMap('shared'));
  assert.equal(left.body.data.a, '1');
  const gone = await api.apply(`${configMaps}/shared`, 'two', configMap('shared'));
  assert.equal(gone.body.data, undefined);
});

test('an update takes over what it changes', async () => {
  await api.apply(`${configMaps}/taken`, 'applier', configMap('taken', { a: '1', b: '1' }));
  const { body } = await api.patch('merge', `${configMaps}/taken?fieldManager=editor`, { data: { a: '2' } });
  assert.deepEqual(managers(body), { 'applier Apply': { 'f:data': { 'f:b': {} } }, 'editor Update': { 'f:data': { 'f:a': {} } } });
});

test('applying the same again changes nothing, not even the version', async () => {
  const { body: first } = await api.apply(`${configMaps}/again`, 'tool', configMap('again', { a: '1' }));
  await api.world.clock.advance(5000);
  const { body: second } = await api.apply(`${configMaps}/again`, 'tool', configMap('again', { a: '1' }));
  assert.deepEqual(second, first);
});

test('an object that nobody is known to own belongs to before-first-apply', async () => {
  const { body } = await api.post(configMaps, configMap('unowned', { a: '1' }));
  await api.put(`${configMaps}/unowned`, { ...body, metadata: { ...body.metadata, managedFields: [{}] }, data: { a: '1' } });
  assert.equal((await api.get(`${configMaps}/unowned`)).body.metadata.managedFields, undefined);
  const applied = await api.apply(`${configMaps}/unowned`, 'tool', configMap('unowned', { b: '1' }));
  assert.deepEqual(Object.keys(managers(applied.body)), ['tool Apply', 'before-first-apply Update']);
});

test('kubectl may take over what it applied from the client side before', async () => {
  const applied = { ...configMap('migrated', { a: '1' }) };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify({ ...applied, metadata: { name: 'migrated', namespace: 'default' } })}\n` };
  await api.post(`${configMaps}?fieldManager=kubectl-client-side-apply`, configMap('migrated', { a: '1' }, { annotations }));
  const changed = await api.apply(`${configMaps}/migrated`, 'kubectl', configMap('migrated', { a: '2' }));
  assert.equal(changed.status, 200, 'no conflict with its own client-side apply');
  assert.match(changed.body.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'], /"a":"2"/);
  const other = await api.apply(`${configMaps}/migrated`, 'other', configMap('migrated', { a: '3' }));
  assert.equal(other.status, 409);
});

test('ports are told apart by number and protocol, conditions by type', async () => {
  await api.apply(`${deployments}/ports`, 'one', deployment('ports', { ports: [{ containerPort: 80 }] }));
  const { body } = await api.apply(`${deployments}/ports`, 'two', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'ports' },
    spec: { template: { spec: { containers: [{ name: 'app', ports: [{ containerPort: 80, protocol: 'UDP' }] }] } } },
  });
  assert.deepEqual(body.spec.template.spec.containers[0].ports, [{ containerPort: 80, protocol: 'TCP' }, { containerPort: 80, protocol: 'UDP' }]);
  const conditions = (type: string): object => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'ports' }, status: { conditions: [{ type, status: 'True' }] } });
  await api.apply(`${deployments}/ports/status`, 'first', conditions('Available'));
  const second = await api.apply(`${deployments}/ports/status`, 'second', conditions('Progressing'));
  assert.deepEqual(second.body.status.conditions.map((condition: Answered) => condition.type), ['Available', 'Progressing']);
  assert.deepEqual(managers(second.body)['first Apply status'], { 'f:status': { 'f:conditions': { 'k:{"type":"Available"}': { '.': {}, 'f:status': {}, 'f:type': {} } } } });
});

test('an apply that cannot be one is refused', async () => {
  const noManager = await api.call('PATCH', `${configMaps}/x`, { body: configMap('x'), type: 'application/apply-patch+yaml' });
  assert.equal(noManager.status, 422);
  assert.equal(noManager.body.message, 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch');
  const withFields = await api.apply(`${configMaps}/x`, 'tool', configMap('x', {}, { managedFields: [] }));
  assert.equal(withFields.body.message, 'metadata.managedFields must be nil');
  const twice = await api.apply(`${deployments}/x`, 'tool', environment('x', [{ name: 'A', value: '1' }, { name: 'A', value: '2' }]));
  assert.match(twice.body.message, /duplicate entries for key \[name="A"\]/);
  const force = await api.patch('merge', `${configMaps}/made?force=true`, {});
  assert.equal(force.body.message, 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch');
});

test('YAML is applied as well as JSON', async () => {
  const { body } = await api.call('PATCH', `${configMaps}/yaml?fieldManager=tool`, { type: 'application/apply-patch+yaml', body: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: "1" # one\n' });
  assert.deepEqual(body.data, { a: '1' });
});

test('managers of updates are capped at ten, the oldest put together', async () => {
  await api.post(`${configMaps}?fieldManager=m0`, configMap('capped', { k0: '0' }));
  for (let index = 1; index <= 12; index += 1) {
    await api.world.clock.advance(1000);
    await api.patch('merge', `${configMaps}/capped?fieldManager=m${index}`, { data: { [`k${index}`]: '1' } });
  }
  const { body } = await api.get(`${configMaps}/capped`);
  assert.equal(body.metadata.managedFields.length, 10);
  assert.ok(Object.keys(managers(body)).includes('ancient-changes Update'));
});
