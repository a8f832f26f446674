/** Rotation under workloads of every kind: the old key goes only when none of their pods holds it, and neither does any other pod that takes the Secret. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { planRotation } from '../../src/credentials/index.ts';
import { applyAccess } from '../../src/engine/index.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { textAt } from '../../src/resources/json.ts';
import { access, declared, deployment, events, namespace, store, summaryOf, type EngineWorld } from './engine-world.ts';
import { ended, inApplied, keys, otherKey, plain, rotate } from './rotation-world.ts';
import { everySecond, installRollouts, podTemplate } from './workload-actors.ts';

type Spec = NonNullable<Parameters<typeof declared>[0]>;

const credentials = { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' }, layout: 'single' } } as const;
const over = (workloads: NonNullable<Spec['workloads']>, more: Spec = {}): ReturnType<typeof declared> => declared({ workloads, credentials, ...more });

const reference = { name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'bedrock-credentials', key: 'AWS_ACCESS_KEY_ID' } } };
const waitsFor = (said: readonly RunEvent[]): string => String(ended(said)['waitsFor']);
const both = [true, true];

/** Until a pod of a Job runs. */
async function untilRunning(world: EngineWorld): Promise<void> {
  for (let minutes = 0; minutes < 120; minutes += 1) {
    const pods = await world.kubernetes.list('v1', 'Pod', { namespace });
    if (pods.some(({ metadata, ...pod }) => metadata.ownerReferences?.[0]?.kind === 'Job' && textAt(pod, 'status', 'phase') === 'Running')) return;
    await world.sandbox.clock.advance(60_000);
  }
  assert.fail('no Job runs');
}

async function active(world: EngineWorld): Promise<readonly boolean[]> {
  return Object.values(await keys(world));
}

suite('a rotation keeps the old key for', () => {
  test('a run of a CronJob until it has ended; the next run has the new key', () => {
    const cronJob: KubernetesObject = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'openhands', namespace },
      spec: { schedule: '0 10 * * *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'example.invalid/job:1', command: ['sleep', '7200'] }] } } } } },
    };
    return inApplied(
      async (world) => {
        const old = await otherKey(world);
        await untilRunning(world);
        const said = await rotate(world);
        assert.match(waitsFor(said), /Job openhands-\d+ to end openhands-\d+-\w+, started with the old key \(Job openhands-\d+: .*runs to its end/);
        assert.deepEqual(await active(world), both);
        await world.sandbox.clock.advance(2.5 * 3_600_000);
        assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
        assert.equal((await keys(world))[old], false);
      },
      over([{ kind: 'CronJob', name: 'openhands', client: 'boto3' }]),
      { objects: [store(), cronJob] },
    );
  });

  test('a Job that somebody made, until it has ended', () => {
    const job: KubernetesObject = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'openhands', namespace }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'example.invalid/job:1', command: ['sleep', '7200'], env: [reference] }] } } } };
    return inApplied(
      async (world) => {
        const old = await otherKey(world);
        await world.kubernetes.create(job);
        await untilRunning(world);
        assert.match(waitsFor(await rotate(world)), /Job openhands to end openhands-\w+, started with the old key \(Job openhands: it runs to its end/);
        assert.deepEqual(await active(world), both);
        await world.sandbox.clock.advance(2.5 * 3_600_000);
        assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
        assert.equal((await keys(world))[old], false);
      },
      over([{ kind: 'Job', name: 'openhands', client: 'boto3' }]),
      { objects: [store()] },
    );
  });

  test('a pod by itself that takes the Secret: it is named, and goes on', () =>
    inApplied(async (world) => {
      const old = await otherKey(world);
      const bare = { apiVersion: 'v1', kind: 'Pod', namespace, name: 'notebook' };
      await world.kubernetes.create({ ...bare, metadata: { namespace, name: bare.name }, spec: { containers: [{ name: 'notebook', image: 'example.invalid/notebook:1', envFrom: [{ secretRef: { name: 'bedrock-credentials' } }] }] } });
      await world.kubernetes.create({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name: 'stranger' }, spec: { containers: [{ name: 'app', image: 'example.invalid/app:1' }] } });
      await world.sandbox.clock.advance(10_000);
      const said = waitsFor(await rotate(world));
      assert.match(said, /Pod notebook to end notebook, started with the old key .*kubectl delete pod notebook -n openhands/);
      assert.doesNotMatch(said, /stranger|Deployment/);
      assert.deepEqual(await active(world), both);
      await world.kubernetes.remove(bare);
      await world.sandbox.clock.advance(60_000);
      assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
      assert.equal((await keys(world))[old], false);
    }));

  test('every workload that shares the access: it goes when all of them have moved', () => {
    const set: KubernetesObject = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'worker', namespace }, spec: { replicas: 1, serviceName: 'worker', selector: { matchLabels: { app: 'worker' } }, template: podTemplate('worker') } };
    return inApplied(
      async (world) => {
        const old = await otherKey(world);
        await world.kubernetes.patch({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'worker' }, { type: 'merge', body: { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } } });
        const said = waitsFor(await rotate(world));
        assert.match(said, /StatefulSet worker to end worker-0/);
        assert.doesNotMatch(said, /Deployment/, 'the others have moved');
        assert.deepEqual(await active(world), both);
        await world.kubernetes.remove({ apiVersion: 'v1', kind: 'Pod', namespace, name: 'worker-0' });
        await world.sandbox.clock.advance(60_000);
        assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
        assert.equal((await keys(world))[old], false);
      },
      over([{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }, { kind: 'Deployment', name: 'second', client: 'boto3' }, { kind: 'StatefulSet', name: 'worker', client: 'boto3' }]),
      { objects: [store(), deployment(), deployment('second'), set] },
    );
  });

  test('a workload that nobody is to restart (restart: never) until a person has', () =>
    inApplied(
      async (world) => {
        const old = await otherKey(world);
        const said = await rotate(world);
        assert.match(waitsFor(said), /spec\.restart is never: `kubectl rollout restart deployment\/openhands -n openhands`/);
        assert.deepEqual(await active(world), both);
        await world.kubernetes.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }, { type: 'strategic', body: { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } } } });
        await world.sandbox.clock.advance(60_000);
        assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
        assert.equal((await keys(world))[old], false);
      },
      over([{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], { restart: 'never' }),
    ));

  test('a Rollout, whose pause is a person\'s to end', () =>
    inApplied(async (world) => {
      const old = await otherKey(world);
      const argo = await installRollouts(world, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'canary', namespace }, spec: { replicas: 1, selector: { matchLabels: { app: 'canary' } }, strategy: { canary: {} }, template: podTemplate('canary') } });
      everySecond(world, argo.promote);
      const document = over([{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }, { kind: 'Rollout', name: 'canary', client: 'boto3' }]);
      assert.equal(summaryOf(await events(applyAccess(document, await world.run()))).outcome, 'done');
      // Of Argo's controller only the status is played: its pod is made here.
      const pod = { apiVersion: 'v1', kind: 'Pod', namespace, name: 'canary-1' };
      await world.kubernetes.create({ ...pod, metadata: { namespace, name: pod.name, labels: { app: 'canary' } }, spec: { containers: [{ name: 'canary', image: 'example.invalid/app:1', env: [reference] }] } });
      const paused = (value: boolean) => world.kubernetes.patch({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace, name: 'canary' }, { type: 'merge', body: { spec: { paused: value } } });
      await paused(true);
      await world.sandbox.clock.advance(10_000);
      assert.match(waitsFor(await rotate(world)), /^Rollout canary to end canary-1, started with the old key .*kubectl argo rollouts promote canary -n openhands/);
      assert.deepEqual(await active(world), both);
      await paused(false);
      await world.kubernetes.remove(pod);
      await world.sandbox.clock.advance(60_000);
      assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
      assert.equal((await keys(world))[old], false);
    }));
});

test('with Recreate the plan of a rotation says how long the gap is', () =>
  inApplied(
    async (world) => {
      const { gaps } = await planRotation(access, await world.run());
      assert.match(gaps.join(), /^Deployment openhands: Recreate: no pod runs while the old ones end \(up to 45 s\) and the new ones start \(the last took \d+ s\)$/);
    },
    plain(),
    { objects: [store(), recreated()] },
  ));

function recreated(): KubernetesObject {
  const object = deployment('openhands', {}, { terminationGracePeriodSeconds: 45 });
  return { ...object, spec: { ...Object(object['spec']), strategy: { type: 'Recreate' } } };
}
