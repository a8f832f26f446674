import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { listAt, numberAt, objectAt, textAt, valueAt } from '../../../src/sandbox/kubernetes/object.ts';
import { containerEnvironment } from '../../../src/sandbox/workloads/container-environment.ts';
import { condition, startCluster, type TestCluster } from './cluster.ts';

describe('a pod in the sandbox', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(() => cluster.stop());

  const create = (name: string, container: object, spec: object = {}): void => {
    cluster.store.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers: [{ name: 'app', image: 'example/app:1', ...container }], ...spec } });
  };
  const pod = (name: string) => cluster.store.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name })!;
  const state = (name: string) => valueAt(listAt(pod(name), 'status', 'containerStatuses')[0], 'state');
  const secretKey = { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'credentials', key: 'key' } } }] };

  it('is bound, starts and becomes ready', async () => {
    create('plain', {});
    await cluster.pass(50);
    assert.equal(textAt(pod('plain'), 'status', 'phase'), 'Pending');
    assert.deepEqual(state('plain'), { waiting: { reason: 'ContainerCreating' } });
    await cluster.pass(100);
    assert.equal(textAt(pod('plain'), 'status', 'phase'), 'Running');
    assert.equal(textAt(condition(pod('plain'), 'Ready'), 'status'), 'True');
    assert.deepEqual(cluster.events('plain'), [
      'Scheduled: Successfully assigned default/plain to sandbox-node',
      'Pulled: Container image "example/app:1" already present on machine and can be accessed by the pod',
      'Created: Container created',
      'Started: Container started',
    ]);
  });

  it('waits for a Secret that is missing, in the words of the kubelet, and starts when it comes', async () => {
    create('waiting', secretKey);
    await cluster.pass(1000);
    assert.deepEqual(state('waiting'), { waiting: { reason: 'CreateContainerConfigError', message: 'secret "credentials" not found' } });
    assert.equal(textAt(pod('waiting'), 'status', 'phase'), 'Pending');
    assert.ok(cluster.events('waiting').includes('Failed: Error: secret "credentials" not found'));
    cluster.store.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'credentials', namespace: 'default' }, data: {} });
    await cluster.pass(10_000);
    assert.deepEqual(state('waiting'), { waiting: { reason: 'CreateContainerConfigError', message: "couldn't find key key in Secret default/credentials" } });
    const secret = cluster.store.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'credentials' })!;
    cluster.store.update({ ...secret, data: { key: Buffer.from('value').toString('base64') } });
    await cluster.pass(10_000);
    assert.equal(textAt(pod('waiting'), 'status', 'phase'), 'Running');
  });

  it('says that a volume cannot be mounted', async () => {
    create('volume', {}, { volumes: [{ name: 'settings', configMap: { name: 'absent' } }] });
    await cluster.pass(1000);
    assert.ok(cluster.events('volume').includes('FailedMount: MountVolume.SetUp failed for volume "settings" : configmap "absent" not found'));
    assert.deepEqual(state('volume'), { waiting: { reason: 'ContainerCreating' } });
  });

  it('has the environment that a kubelet would give it', () => {
    cluster.store.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data: { REGION: 'us-west-2', OVERRIDDEN: 'from the map' } });
    cluster.store.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'credentials', namespace: 'default' }, data: { key: Buffer.from('value').toString('base64') } });
    create('environment', {
      envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'S_', secretRef: { name: 'credentials' } }, { secretRef: { name: 'absent', optional: true } }],
      env: [
        { name: 'OVERRIDDEN', value: 'from env' },
        { name: 'EXPANDED', value: 'https://$(REGION)/$$(REGION)/$(UNKNOWN)' },
        { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'OPTIONAL', valueFrom: { secretKeyRef: { name: 'absent', key: 'key', optional: true } } },
        { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
      ],
      resources: { limits: { memory: '256Mi' } },
    });
    const container = objectAt({ container: listAt(pod('environment'), 'spec', 'containers')[0] }, 'container');
    assert.deepEqual(containerEnvironment(pod('environment'), container, cluster.store), {
      REGION: 'us-west-2',
      OVERRIDDEN: 'from env',
      S_key: 'value',
      EXPANDED: 'https://us-west-2/$(REGION)/$(UNKNOWN)',
      NAME: 'environment',
      MEMORY: '256',
    });
  });

  it('runs its init containers first', async () => {
    create('init', {}, { initContainers: [{ name: 'prepare', image: 'example/init:1' }] });
    await cluster.pass(200);
    assert.equal(textAt(valueAt(listAt(pod('init'), 'status', 'initContainerStatuses')[0], 'state', 'terminated'), 'reason'), 'Completed');
    assert.equal(textAt(condition(pod('init'), 'Ready'), 'status'), 'True');
  });

  it('runs init containers one after the other, each to its end, a sidecar only to its start, and then its own', async () => {
    create('ordered', {}, {
      initContainers: [
        { name: 'first', image: 'example/init:1', command: ['sleep', '5'] },
        { name: 'proxy', image: 'example/proxy:1', restartPolicy: 'Always' },
        { name: 'second', image: 'example/init:1', args: ['sleep', '5'] },
      ],
    });
    const states = (): readonly string[] => [...listAt(pod('ordered'), 'status', 'initContainerStatuses'), ...listAt(pod('ordered'), 'status', 'containerStatuses')].map((each) => `${textAt(each, 'name')} ${Object.keys(objectAt(each, 'state'))[0]}`);
    await cluster.pass(1000);
    assert.deepEqual(states(), ['first running', 'proxy waiting', 'second waiting', 'app waiting']);
    assert.equal(textAt(condition(pod('ordered'), 'Initialized'), 'message'), 'containers with incomplete status: [first proxy second]');
    await cluster.pass(5000);
    assert.deepEqual(states(), ['first terminated', 'proxy running', 'second running', 'app waiting']);
    assert.equal(textAt(pod('ordered'), 'status', 'phase'), 'Pending');
    assert.equal(textAt(condition(pod('ordered'), 'Initialized'), 'message'), 'containers with incomplete status: [second]');
    await cluster.pass(5000);
    assert.deepEqual(states(), ['first terminated', 'proxy running', 'second terminated', 'app running']);
    assert.equal(textAt(condition(pod('ordered'), 'Ready'), 'status'), 'True');
  });

  it('that runs to its end ends its sidecars, and has succeeded', async () => {
    create('once', { command: ['sleep', '20'] }, { restartPolicy: 'Never', initContainers: [{ name: 'proxy', image: 'example/proxy:1', restartPolicy: 'Always' }] });
    await cluster.pass(10_000);
    assert.equal(textAt(pod('once'), 'status', 'phase'), 'Running');
    await cluster.pass(15_000);
    assert.equal(textAt(pod('once'), 'status', 'phase'), 'Succeeded');
    assert.deepEqual(Object.keys(objectAt(listAt(pod('once'), 'status', 'initContainerStatuses')[0], 'state')), ['terminated']);
  });

  it('is gone soon after it is deleted', async () => {
    create('leaving', {});
    await cluster.pass(500);
    cluster.store.remove({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'leaving' });
    await cluster.pass(0);
    assert.equal(cluster.pods().length, 0);
    assert.ok(cluster.events('leaving').includes('Killing: Stopping container app'));
  });

  it('is not placed where no node fits', async () => {
    create('nowhere', {}, { nodeSelector: { gpu: 'yes' } });
    await cluster.pass(500);
    assert.equal(textAt(condition(pod('nowhere'), 'PodScheduled'), 'reason'), 'Unschedulable');
    assert.equal(numberAt(pod('nowhere'), 'spec', 'nodeName'), undefined);
  });
});
