import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { listAt, numberAt, objectAt, textAt, type StoredObject } from '../../../src/sandbox/kubernetes/object.ts';
import { condition, startCluster, type TestCluster } from './cluster.ts';

describe('the other workloads of the sandbox', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(() => cluster.stop());

  const template = (name: string, image = 'example/app:1', spec: object = {}) => ({ metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }], ...spec } });
  const set = (kind: string, name: string, spec: object): void => {
    cluster.store.create({ apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'default' }, spec: { selector: { matchLabels: { app: name } }, template: template(name), ...spec } });
  };
  const get = (apiVersion: string, kind: string, name: string): StoredObject => cluster.store.get({ apiVersion, kind, namespace: 'default', name })!;
  const names = (): readonly string[] => cluster.pods().map((pod) => pod.metadata.name);
  const images = (): readonly string[] => cluster.pods().map((pod) => textAt(listAt(pod, 'spec', 'containers')[0], 'image') ?? '');
  const change = (kind: string, name: string, image: string): void => {
    const object = get('apps/v1', kind, name);
    cluster.store.update({ ...object, spec: { ...objectAt(object, 'spec'), template: template(name, image) } });
  };

  it('a StatefulSet makes its pods one after the other and replaces them from the last', async () => {
    set('StatefulSet', 'db', { replicas: 2, serviceName: 'db' });
    await cluster.pass(50);
    assert.deepEqual(names(), ['db-0']);
    await cluster.pass(500);
    assert.deepEqual(names(), ['db-0', 'db-1']);
    change('StatefulSet', 'db', 'example/app:2');
    await cluster.pass(60);
    assert.deepEqual(images(), ['example/app:1', 'example/app:2']);
    await cluster.pass(1000);
    assert.deepEqual(images(), ['example/app:2', 'example/app:2']);
    const status = objectAt(get('apps/v1', 'StatefulSet', 'db'), 'status');
    assert.equal(status['updatedReplicas'], 2);
    assert.equal(status['currentRevision'], status['updateRevision']);
  });

  it('a StatefulSet with OnDelete leaves its pods to whoever deletes them', async () => {
    set('StatefulSet', 'db', { replicas: 1, serviceName: 'db', updateStrategy: { type: 'OnDelete' } });
    await cluster.pass(500);
    change('StatefulSet', 'db', 'example/app:2');
    await cluster.pass(5000);
    assert.deepEqual(images(), ['example/app:1']);
    cluster.store.remove({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'db-0' });
    await cluster.pass(500);
    assert.deepEqual(images(), ['example/app:2']);
  });

  it('a DaemonSet runs one pod on the one node and rolls it', async () => {
    set('DaemonSet', 'agent', {});
    await cluster.pass(500);
    assert.equal(numberAt(get('apps/v1', 'DaemonSet', 'agent'), 'status', 'numberAvailable'), 1);
    change('DaemonSet', 'agent', 'example/app:2');
    await cluster.pass(500);
    assert.deepEqual(images(), ['example/app:2']);
    assert.equal(numberAt(get('apps/v1', 'DaemonSet', 'agent'), 'status', 'updatedNumberScheduled'), 1);
  });

  it('a Job runs to its end', async () => {
    cluster.store.create({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once', namespace: 'default' }, spec: { template: template('once', 'example/job:1', { restartPolicy: 'Never' }) } });
    await cluster.pass(500);
    assert.equal(numberAt(get('batch/v1', 'Job', 'once'), 'status', 'active'), 1);
    await cluster.pass(2000);
    const job = get('batch/v1', 'Job', 'once');
    assert.equal(textAt(condition(job, 'Complete'), 'status'), 'True');
    assert.equal(numberAt(job, 'status', 'succeeded'), 1);
    assert.ok(cluster.events('once').includes('Completed: Job completed'));
  });

  it('a CronJob starts its Jobs at the times of its schedule', async () => {
    cluster.store.create({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'hourly', namespace: 'default' },
      spec: { schedule: '0 * * * *', jobTemplate: { spec: { template: template('hourly', 'example/job:1', { restartPolicy: 'Never' }) } } },
    });
    await cluster.pass(3 * 3_600_000 + 5000);
    const jobs = cluster.store.list('batch/v1', 'Job');
    assert.equal(jobs.length, 3);
    assert.ok(jobs.every((job) => textAt(condition(job, 'Complete'), 'status') === 'True'));
    assert.equal(textAt(get('batch/v1', 'CronJob', 'hourly'), 'status', 'lastScheduleTime'), '2026-11-24T03:00:00Z');
  });

  it('every namespace gets the service account "default"', async () => {
    cluster.store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    await cluster.pass(0);
    assert.deepEqual(cluster.store.list('v1', 'ServiceAccount').map((each) => `${each.metadata.namespace}/${each.metadata.name}`), ['default/default', 'other/default']);
  });
});
