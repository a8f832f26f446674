/** What stands in the way of a rotation: each is said with what to do, and the workload goes on with the old key. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RunEvent } from '../../src/engine/types.ts';
import { recordsAt } from '../../src/resources/json.ts';
import { declared, deployment, namespace, store, summaryOf, type EngineWorld } from './engine-world.ts';
import { ended, findings, inApplied, keys, otherKey, plain, podKeys, rotate } from './rotation-world.ts';
import { playReloader } from './workload-actors.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' };

/** What a person reads: every finding with its remedy, and what the run waits for. */
function said(events: readonly RunEvent[]): string {
  return events.flatMap((event) => (event.type === 'finding' || event.type === 'step-failed' ? [`${event.finding.id}: ${event.finding.message} ${event.finding.cause} ${event.finding.remedy}`] : event.type === 'summary' ? [JSON.stringify(event)] : [])).join('\n');
}

/** The pods call on with the old key, which is active. */
async function goesOn(world: EngineWorld, old: string): Promise<void> {
  assert.equal((await keys(world))[old], true);
  assert.ok((await podKeys(world)).has(old));
}

const annotated = { ...deployment(), metadata: { name: 'openhands', namespace, annotations: { 'reloader.stakater.com/auto': 'true' } } };
const byGit = declared({
  workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }],
  credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' }, layout: 'single' } },
});

suite('bad input of a rotation', () => {
  test('rotateAfter shorter than a rotation takes is said when it begins, and it goes on', () =>
    inApplied(async (world) => {
      await world.sandbox.clock.advance(3_600_000);
      const events = await rotate(world, { begin: 'due' });
      assert.match(said(events), /rotate-after-too-short: rotateAfter is 1h, and a rotation takes about .* Declare a longer rotateAfter, or give --silence and --grace/);
      ended(events);
    }, plain('1h')));

  test('a paused Deployment: both keys stay, and the way on is named', () =>
    inApplied(async (world) => {
      const old = await otherKey(world);
      await world.kubernetes.patch(target, { type: 'merge', body: { spec: { paused: true } } });
      const events = await rotate(world);
      assert.match(said(events), /it is paused: `kubectl rollout resume deployment\/openhands -n openhands`/);
      await goesOn(world, old);
      assert.deepEqual(Object.values(await keys(world)), [true, true]);
    }));

  test('a PodDisruptionBudget that allows no eviction does not hold a roll-out up, which evicts nothing', () =>
    inApplied(async (world) => {
      await world.kubernetes.create({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { namespace, name: 'openhands' }, spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'openhands' } } } });
      assert.equal(ended(await rotate(world))['phase'], 'delete');
    }));

  test('a pod of an old ReplicaSet that never ends keeps the old key active, and is named', () =>
    inApplied(async (world) => {
      const old = await otherKey(world);
      // It matches the Deployment's selector and no ReplicaSet's that is left.
      const stuck = { apiVersion: 'v1', kind: 'Pod', namespace, name: 'openhands-from-before' };
      await world.kubernetes.create({
        ...stuck,
        metadata: { namespace, name: stuck.name, labels: { app: 'openhands' }, annotations: { 'bedrock-access.dev/credential': old } },
        spec: { containers: [{ name: 'openhands', image: 'example.invalid/openhands:1' }] },
      });
      await world.sandbox.clock.advance(10_000);
      const events = await rotate(world);
      assert.equal(summaryOf(events).outcome, 'failed');
      assert.match(said(events), /old-pods-remain: .*openhands-from-before.*kubectl get pods.*rotate --undo/s);
      assert.deepEqual(Object.values(await keys(world)), [true, true]);
      await world.kubernetes.remove(stuck);
      await world.sandbox.clock.advance(60_000);
      assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
      assert.equal((await keys(world))[old], false);
    }));

  test('an operator that does not sync: the Secret keeps the old key, both are active, and the run says where it stands', () =>
    inApplied(async (world) => {
      const old = await otherKey(world);
      const { aws } = await world.run();
      world.sandbox.faults.add({ action: 'ssm:GetParameter', fault: { kind: 'status', status: 400, code: 'AccessDeniedException' }, times: Infinity });
      const events = await rotate(world);
      assert.equal(summaryOf(events).outcome, 'failed');
      assert.match(said(events), /rotation-stopped: .*both work.*rotate --undo/s);
      await goesOn(world, old);
      world.sandbox.faults.clear();
      assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
      assert.equal((await aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 2);
    }));

  test('a parameter that AWS throttles for a while is put later; one that it throttles on and on stops the run with the old key in use', () =>
    inApplied(async (world) => {
      const old = await otherKey(world);
      world.sandbox.faults.add({ action: 'ssm:PutParameter', fault: { kind: 'throttle' }, times: Infinity });
      const events = await rotate(world);
      assert.equal(summaryOf(events).outcome, 'failed');
      assert.match(said(events), /aws-throttled: /);
      await goesOn(world, old);
      world.sandbox.faults.clear();
      world.sandbox.faults.add({ action: 'ssm:PutParameter', fault: { kind: 'throttle' }, times: 3 });
      assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
      assert.deepEqual(Object.values(await keys(world)).toSorted((a, b) => Number(a) - Number(b)), [false, true]);
    }));

  test('no room for a second key, since somebody made one: it is named, and how to find its user', () =>
    inApplied(async (world) => {
      const old = await otherKey(world);
      const { aws } = await world.run();
      const foreign = await aws.iam.createAccessKey('bedrock-openhands-user');
      await assert.rejects(rotate(world), (error: { id?: string; message?: string }) => error.id === 'unknown-access-key' && error.message?.includes(foreign.accessKeyId) === true);
      await goesOn(world, old);
      assert.equal((await keys(world))[foreign.accessKeyId], true);
    }));

  test('a clock that is wrong is told as that, and nothing is changed', () =>
    inApplied(async (world) => {
      const old = await otherKey(world);
      world.sandbox.faults.add({ action: 'iam:*', fault: { kind: 'status', status: 403, code: 'RequestTimeTooSkewed' }, times: Infinity });
      await assert.rejects(rotate(world), /clock|Skewed/i);
      world.sandbox.faults.clear();
      assert.deepEqual(await keys(world), { [old]: true });
    }));
});

suite('who restarts the workload in a rotation', () => {
  test('where Reloader restarts, the rotation waits for its roll-out and the program restarts nothing', () =>
    inApplied(
      async (world) => {
        const reloader = await playReloader(world, []);
        const before = (await world.kubernetes.get(target))?.metadata.generation ?? 0;
        assert.equal(ended(await rotate(world))['phase'], 'delete');
        assert.equal(reloader.restarts, 1);
        assert.equal((await world.kubernetes.get(target))?.metadata.generation, before + 1);
        assert.deepEqual(Object.values(await keys(world)).toSorted((a, b) => Number(a) - Number(b)), [false, true]);
      },
      plain(),
      { objects: [store(), annotated] },
    ));

  test('where git keeps the workload and nothing restarts it, the rotation says what to do, with both keys, and goes on after it', () =>
    inApplied(async (world) => {
      const old = await otherKey(world);
      const pods = await world.kubernetes.list('v1', 'Pod', { namespace });
      assert.ok(recordsAt(pods[0], 'spec', 'containers').length > 0);
      await handToGit(world);
      const first = await rotate(world);
      assert.equal(summaryOf(first).outcome, 'done');
      assert.match(said(first), /kubectl annotate externalsecret bedrock-credentials -n openhands force-sync=/);
      await goesOn(world, old);
      await world.kubernetes.patch({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', namespace, name: 'bedrock-credentials' }, { type: 'merge', body: { metadata: { annotations: { 'force-sync': '1' } } } });
      await world.sandbox.clock.advance(30_000);
      const events = await rotate(world, { begin: 'due' });
      assert.equal(summaryOf(events).outcome, 'done');
      assert.match(said(events), /kubectl rollout restart deployment\/openhands -n openhands/);
      assert.deepEqual(findings(events), []);
      assert.deepEqual(Object.values(await keys(world)), [true, true]);
      await world.kubernetes.patch(target, { type: 'strategic', body: { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } } } });
      await world.sandbox.clock.advance(60_000);
      assert.equal(ended(await rotate(world, { begin: 'due' }))['phase'], 'delete');
      assert.equal((await keys(world))[old], false);
    }, byGit));
});

/** The access is declared anew, as one whose cluster objects are git's. */
async function handToGit(world: EngineWorld): Promise<void> {
  const { applyAccess } = await import('../../src/engine/index.ts');
  const { events } = await import('./engine-world.ts');
  const { credentials, workloads } = byGit.spec;
  assert.ok(credentials.accessKey !== undefined && workloads.length > 0);
  const result = await events(applyAccess({ ...byGit, spec: { ...byGit.spec, managedBy: { ...byGit.spec.managedBy, cluster: 'manifests' } } }, await world.run()));
  assert.equal(summaryOf(result).outcome, 'done', said(result));
}
