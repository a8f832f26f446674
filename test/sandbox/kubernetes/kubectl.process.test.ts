import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startWorkloads } from '../../../src/sandbox/workloads/index.ts';
import type { Part } from '../../../src/sandbox/world.ts';
import { type Api, startApi } from './api.ts';

const found = spawnSync('kubectl', ['version', '--client']);
const absent = found.status === 0 ? false : 'kubectl is not on this machine';

interface Output {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('kubectl against the sandbox', { skip: absent }, () => {
  let api: Api;
  let workloads: Part;
  before(async () => {
    api = await startApi({ ticking: true });
    workloads = await startWorkloads(api.world);
  });
  after(async () => {
    await workloads.stop();
    await api[Symbol.asyncDispose]();
  });

  const kubectl = (...args: readonly string[]): Promise<Output> =>
    new Promise((resolve) => {
      const env = { ...process.env, KUBECONFIG: api.kubernetes.kubeconfigFile, HOME: api.world.directory };
      execFile('kubectl', [...args], { env }, (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }));
    });
  const fine = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await kubectl(...args);
    assert.equal(code, 0, `kubectl ${args.join(' ')}: ${err}`);
    return out;
  };
  const file = async (name: string, content: object): Promise<string> => {
    const path = join(api.world.directory, name);
    await writeFile(path, JSON.stringify(content));
    return path;
  };

  test('get prints tables, wide ones and all', async () => {
    await fine('create', 'deployment', 'web', '--image=registry.example/web:1', '--replicas=2');
    await fine('rollout', 'status', 'deployment/web', '--timeout=20s');
    assert.match(await fine('get', 'deployments'), /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +2\/2 +2 +2 +\d+s\n$/);
    assert.match(await fine('get', 'deployments', '-o', 'wide'), /CONTAINERS +IMAGES +SELECTOR\n.* web +registry\.example\/web:1 +app=web/);
    const pods = await fine('get', 'pods', '-l', 'app=web', '--no-headers');
    assert.equal(pods.trim().split('\n').length, 2);
    assert.match(pods, /1\/1 +Running +0 /);
    assert.match(await fine('get', 'all'), /replicaset\.apps\/web-/);
  });

  test('describe tells the story with its events', async () => {
    const told = await fine('describe', 'deployment', 'web');
    assert.match(told, /Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable/);
    assert.match(told, /ScalingReplicaSet .*Scaled up replica set/);
  });

  test('apply creates, leaves alone, changes; diff shows what it would change', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { color: 'red' } };
    const path = await file('settings.json', map);
    assert.equal(await fine('apply', '-f', path), 'configmap/settings created\n');
    assert.equal(await fine('apply', '-f', path), 'configmap/settings unchanged\n');
    const blue = await file('blue.json', { ...map, data: { color: 'blue' } });
    const diff = await kubectl('diff', '-f', blue);
    assert.equal(diff.code, 1);
    assert.match(diff.out, /-  color: red\n\+  color: blue/);
    assert.equal(await fine('apply', '-f', blue), 'configmap/settings configured\n');
    assert.equal((await kubectl('diff', '-f', blue)).code, 0);
  });

  test('apply of a List checks each of its items before anything changes', async () => {
    const map = (more: object): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'of-a-list' }, ...more });
    const good = await file('list.json', { apiVersion: 'v1', kind: 'List', items: [map({ data: { color: 'red' } })] });
    assert.equal(await fine('apply', '-f', good), 'configmap/of-a-list created\n');
    const misspelt = await file('misspelt-list.json', { apiVersion: 'v1', kind: 'List', items: [map({ dataa: { color: 'blue' } })] });
    const { code, err } = await kubectl('apply', '-f', misspelt);
    assert.equal(code, 1);
    assert.match(err, /unknown field "dataa" in io\.k8s\.api\.core\.v1\.ConfigMap/);
  });

  test('apply --server-side owns its fields, and names the other manager in a conflict', async () => {
    const path = await file('applied.json', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { color: 'red' } });
    assert.equal(await fine('apply', '--server-side', '--field-manager=first', '-f', path), 'configmap/applied serverside-applied\n');
    const other = await file('other.json', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { color: 'blue' } });
    const conflict = await kubectl('apply', '--server-side', '--field-manager=second', '-f', other);
    assert.equal(conflict.code, 1);
    assert.match(conflict.err, /Apply failed with 1 conflict: conflict with "first": \.data\.color/);
    await fine('apply', '--server-side', '--field-manager=second', '--force-conflicts', '-f', other);
    assert.match(await fine('get', 'configmap', 'applied', '-o', 'yaml', '--show-managed-fields'), /manager: second/);
  });

  test('a misspelt field is refused before anything changes', async () => {
    const path = await file('misspelt.json', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'misspelt' }, spec: { replica: 1 } });
    const { code, err } = await kubectl('apply', '-f', path);
    assert.equal(code, 1);
    assert.match(err, /strict decoding error: unknown field "spec\.replica"/);
  });

  test('edits go by patch, scale and set', async () => {
    await fine('patch', 'deployment', 'web', '-p', '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"1"}]}]}}}}');
    await fine('scale', 'deployment', 'web', '--replicas=1');
    await fine('set', 'env', 'deployment/web', 'B=2');
    assert.equal(await fine('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].env[*].name}'), '1 A B');
    await fine('label', 'deployment', 'web', 'team=x');
    await fine('patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"remove","path":"/metadata/labels/team"}]');
  });

  test('a rollout is restarted, waited for, listed and undone', async () => {
    await fine('rollout', 'restart', 'deployment/web');
    assert.match(await fine('rollout', 'status', 'deployment/web', '--timeout=20s'), /successfully rolled out/);
    assert.match(await fine('rollout', 'history', 'deployment/web'), /REVISION +CHANGE-CAUSE/);
    await fine('rollout', 'undo', 'deployment/web');
    await fine('wait', 'deployment/web', '--for=condition=Available', '--timeout=20s');
  });

  test('logs of a pod are served, empty where nothing ran', async () => {
    assert.equal(await fine('logs', 'deployment/web'), '');
  });

  test('api-resources and explain know custom kinds too', async () => {
    const definition = await file('crd.json', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', description: 'A thing.', properties: { spec: { type: 'object', properties: { size: { type: 'integer', description: 'How large it is.' } } } } } } }],
      },
    });
    await fine('apply', '--server-side', '-f', definition);
    await fine('wait', 'crd/widgets.example.com', '--for=condition=Established', '--timeout=10s');
    assert.match(await fine('api-resources'), /widgets +wd +example\.com\/v1 +true +Widget/);
    assert.match(await fine('explain', 'widget.spec.size'), /FIELD: size <integer>\s+DESCRIPTION:\s+How large it is\./);
    assert.match(await fine('explain', 'deployment.spec.strategy'), /The deployment strategy to use to replace existing pods with new ones\./);
    const widget = await file('widget.json', { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'one' }, spec: { size: 1 } });
    await fine('apply', '-f', widget);
    assert.match(await fine('get', 'wd'), /^NAME +AGE\none +\d+s/);
  });

  test('typed commands create their kinds', async () => {
    await fine('create', 'secret', 'generic', 'key', '--from-literal=a=b');
    assert.equal(await fine('get', 'secret', 'key', '-o', 'jsonpath={.data.a}'), 'Yg==');
    await fine('create', 'serviceaccount', 'robot');
    assert.match(await fine('create', 'token', 'robot'), /^[\w-]+\.[\w-]+\.[\w-]+\s*$/);
    await fine('create', 'role', 'reader', '--verb=get', '--resource=pods');
    await fine('create', 'rolebinding', 'reader', '--role=reader', '--serviceaccount=default:robot');
    assert.equal(await fine('auth', 'can-i', 'get', 'pods', '--as=system:serviceaccount:default:robot'), 'yes\n');
    assert.match((await kubectl('auth', 'can-i', 'get', 'secrets', '--as=system:serviceaccount:default:robot')).out, /^no/);
    assert.match(await fine('auth', 'whoami'), /Username +admin/);
    await fine('create', 'namespace', 'extra');
    await fine('delete', 'namespace', 'extra');
  });

  test('what is deleted is waited for', async () => {
    assert.match(await fine('delete', 'deployment', 'web'), /deployment\.apps "web" deleted/);
    await fine('wait', 'pods', '-l', 'app=web', '--for=delete', '--timeout=20s');
    assert.equal(await fine('get', 'pods', '-l', 'app=web', '-o', 'name'), '');
    const gone = await kubectl('get', 'deployment', 'web');
    assert.equal(gone.err, 'Error from server (NotFound): deployments.apps "web" not found\n');
  });
});
