import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answered, type Api, configMap, configMaps, deployment, deployments, startApi } from './api.ts';

let api: Api;
before(async () => void (api = await startApi({ now: new Date('2026-11-24T00:00:00Z') })));
after(() => api[Symbol.asyncDispose]());

test('the API is found step by step', async () => {
  assert.deepEqual((await api.get('/api')).body.versions, ['v1']);
  const { body: groups } = await api.get('/apis');
  assert.equal(groups.groups[0].name, 'apps');
  assert.deepEqual(groups.groups[0].preferredVersion, { groupVersion: 'apps/v1', version: 'v1' });
  const { body: core } = await api.get('/api/v1');
  const pods = core.resources.find((resource: Answered) => resource.name === 'pods');
  assert.deepEqual([pods.kind, pods.singularName, pods.namespaced, pods.shortNames], ['Pod', 'pod', true, ['po']]);
  assert.ok(core.resources.some((resource: Answered) => resource.name === 'serviceaccounts/token' && resource.kind === 'TokenRequest'));
  assert.equal((await api.get('/apis/nothing.example/v1')).status, 404);
});

test('aggregated discovery holds everything in two answers', async () => {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  const { headers, body } = await api.get('/apis', { accept });
  assert.equal(headers['content-type'], 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  const apps = body.items.find((item: Answered) => item.metadata.name === 'apps');
  const deploymentEntry = apps.versions[0].resources.find((resource: Answered) => resource.resource === 'deployments');
  assert.deepEqual(deploymentEntry.responseKind, { group: 'apps', version: 'v1', kind: 'Deployment' });
  assert.deepEqual(deploymentEntry.subresources.map((each: Answered) => each.subresource).sort(), ['scale', 'status']);
  assert.equal((await api.get('/api', { accept })).body.items[0].versions[0].version, 'v1');
});

test('version and health answer anyone', async () => {
  assert.equal((await api.get('/version', { token: null })).body.gitVersion, 'v1.35.4');
  for (const path of ['/healthz', '/readyz', '/livez']) assert.equal((await api.get(path, { token: null })).body, 'ok');
});

test('OpenAPI names each version\'s document and describes its kinds', async () => {
  const { body: index } = await api.get('/openapi/v3');
  const address = index.paths['apis/apps/v1'].serverRelativeURL;
  assert.match(address, /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]+$/);
  const { body } = await api.get(address);
  const patch = body.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'].patch;
  assert.deepEqual(patch['x-kubernetes-group-version-kind'], { group: 'apps', kind: 'Deployment', version: 'v1' });
  assert.ok(patch.parameters.some((parameter: Answered) => parameter.name === 'fieldValidation'));
  assert.match(body.components.schemas['io.k8s.api.apps.v1.DeploymentSpec'].properties.template.description, /Template describes the pods/);
  assert.equal((await api.get('/openapi/v2')).body.swagger, '2.0');
  assert.equal((await api.get('/openapi/v2', { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' })).status, 200);
  assert.equal((await api.get('/openapi/v2', { accept: 'text/html' })).status, 406);
});

test('tables have the columns and cells of the real server', async () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
  await api.post(deployments, deployment('shown'));
  await api.world.clock.advance(90_000);
  const { body } = await api.get(deployments, { accept });
  assert.equal(body.kind, 'Table');
  assert.deepEqual(body.columnDefinitions.map((column: Answered) => column.name), ['Name', 'Ready', 'Up-to-date', 'Available', 'Age', 'Containers', 'Images', 'Selector']);
  assert.deepEqual(body.rows[0].cells, ['shown', '0/1', 0, 0, '90s', 'app', 'registry.example/app:1', 'app=shown']);
  assert.equal(body.rows[0].object.kind, 'PartialObjectMetadata');
  assert.equal((await api.get(`${deployments}?includeObject=Object`, { accept })).body.rows[0].object.spec.replicas, 1);
  const events = await api.get(configMaps, { accept });
  assert.deepEqual(events.body.rows[0].cells, ['kube-root-ca.crt', 1, '90s']);
});

test('only metadata, where that is asked for', async () => {
  await api.post(configMaps, configMap('meta', { a: '1' }));
  const { body } = await api.get(`${configMaps}/meta`, { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' });
  assert.equal(body.kind, 'PartialObjectMetadata');
  assert.equal(body.data, undefined);
});
