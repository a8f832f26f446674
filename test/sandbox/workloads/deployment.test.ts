import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { numberAt, objectAt, textAt, type StoredObject } from '../../../src/sandbox/kubernetes/object.ts';
import { condition, deployment, startCluster, type TestCluster } from './cluster.ts';

const reference = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name });

function withImage(object: StoredObject, image: string): StoredObject {
  const template = objectAt(object, 'spec', 'template');
  return { ...object, spec: { ...objectAt(object, 'spec'), template: { ...template, spec: { ...objectAt(template, 'spec'), containers: [{ name: 'app', image }] } } } };
}

describe('a Deployment in the sandbox', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.stop());

  const current = (name: string): StoredObject => cluster.store.get(reference(name))!;

  it('becomes ready pods, with the status and events of the real controller', async () => {
    cluster.store.create(deployment('web'));
    await cluster.pass(500);
    const web = current('web');
    assert.equal(numberAt(web, 'status', 'readyReplicas'), 2);
    assert.equal(numberAt(web, 'status', 'availableReplicas'), 2);
    assert.equal(numberAt(web, 'status', 'observedGeneration'), web.metadata.generation);
    assert.equal(textAt(condition(web, 'Progressing'), 'reason'), 'NewReplicaSetAvailable');
    assert.equal(textAt(condition(web, 'Available'), 'status'), 'True');
    assert.equal(web.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
    const pod = cluster.pods().find((each) => each.metadata.labels?.['app'] === 'web');
    assert.equal(textAt(pod, 'status', 'phase'), 'Running');
    assert.match(pod?.metadata.labels?.['pod-template-hash'] ?? '', /^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
    assert.match(cluster.events('web').join('\n'), /ScalingReplicaSet: Scaled up replica set web-\w+ from 0 to 2/);
  });

  it('rolls a new template out within surge and unavailability, and keeps the old ReplicaSet', async () => {
    cluster.store.create(deployment('rolling', { replicas: 4, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }));
    await cluster.pass(500);
    let most = 0;
    let least = Infinity;
    const unsubscribe = cluster.store.subscribe(() => {
      const pods = cluster.pods().filter((pod) => pod.metadata.labels?.['app'] === 'rolling' && pod.metadata.deletionTimestamp === undefined);
      most = Math.max(most, pods.length);
      least = Math.min(least, pods.filter((pod) => textAt(condition(pod, 'Ready'), 'status') === 'True').length);
    });
    cluster.store.update(withImage(current('rolling'), 'example/app:2'));
    await cluster.pass(5000);
    unsubscribe();
    assert.equal(numberAt(current('rolling'), 'status', 'updatedReplicas'), 4);
    assert.equal(textAt(condition(current('rolling'), 'Progressing'), 'reason'), 'NewReplicaSetAvailable');
    assert.equal(most, 5);
    assert.equal(least, 4);
    const sets = cluster.store.list('apps/v1', 'ReplicaSet').filter((each) => each.metadata.labels?.['app'] === 'rolling');
    assert.deepEqual(sets.map((each) => numberAt(each, 'spec', 'replicas') ?? -1).sort((left, right) => left - right), [0, 4]);
    assert.equal(current('rolling').metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
  });

  it('waits with Recreate until the old pods are gone', async () => {
    cluster.store.create(deployment('recreate', { strategy: { type: 'Recreate' } }));
    await cluster.pass(500);
    let mixed = false;
    const unsubscribe = cluster.store.subscribe(() => {
      const hashes = new Set(cluster.pods().filter((pod) => pod.metadata.labels?.['app'] === 'recreate').map((pod) => pod.metadata.labels?.['pod-template-hash']));
      mixed ||= hashes.size > 1;
    });
    cluster.store.update(withImage(current('recreate'), 'example/app:2'));
    await cluster.pass(2000);
    unsubscribe();
    assert.equal(mixed, false);
    assert.equal(numberAt(current('recreate'), 'status', 'availableReplicas'), 2);
  });

  it('stands still while it is paused', async () => {
    cluster.store.create(deployment('paused'));
    await cluster.pass(500);
    const updated = withImage(current('paused'), 'example/app:2');
    cluster.store.update({ ...updated, spec: { ...objectAt(updated, 'spec'), paused: true } });
    await cluster.pass(60_000);
    assert.equal(textAt(condition(current('paused'), 'Progressing'), 'reason'), 'DeploymentPaused');
    assert.equal(cluster.store.list('apps/v1', 'ReplicaSet').filter((each) => each.metadata.labels?.['app'] === 'paused').length, 1);
    const { paused: _paused, ...spec } = objectAt(current('paused'), 'spec');
    cluster.store.update({ ...current('paused'), spec });
    await cluster.pass(2000);
    assert.equal(numberAt(current('paused'), 'status', 'updatedReplicas'), 2);
  });

  it('says that it is stuck when the progress deadline passes', async () => {
    cluster.store.create(deployment('stuck', { progressDeadlineSeconds: 60 }, { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'missing', key: 'key' } } }] }));
    await cluster.pass(30_000);
    assert.equal(textAt(condition(current('stuck'), 'Progressing'), 'status'), 'True');
    await cluster.pass(60_000);
    assert.equal(textAt(condition(current('stuck'), 'Progressing'), 'reason'), 'ProgressDeadlineExceeded');
  });

  it('follows a change of the number of replicas', async () => {
    cluster.store.create(deployment('scaled'));
    await cluster.pass(500);
    cluster.store.update({ ...current('scaled'), spec: { ...objectAt(current('scaled'), 'spec'), replicas: 3 } });
    await cluster.pass(500);
    assert.equal(numberAt(current('scaled'), 'status', 'availableReplicas'), 3);
    cluster.store.update({ ...current('scaled'), spec: { ...objectAt(current('scaled'), 'spec'), replicas: 0 } });
    await cluster.pass(500);
    assert.equal(cluster.pods().filter((pod) => pod.metadata.labels?.['app'] === 'scaled').length, 0);
  });

  it('keeps no more old revisions than its limit', async () => {
    cluster.store.create(deployment('history', { replicas: 1, revisionHistoryLimit: 1 }));
    await cluster.pass(500);
    for (const image of ['example/app:2', 'example/app:3', 'example/app:4']) {
      cluster.store.update(withImage(current('history'), image));
      await cluster.pass(2000);
    }
    assert.equal(cluster.store.list('apps/v1', 'ReplicaSet').filter((each) => each.metadata.labels?.['app'] === 'history').length, 2);
  });
});
