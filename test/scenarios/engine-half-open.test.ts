/** Connections to the cluster that are dead without a word: no watch goes deaf, and a run comes to its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, planAccess } from '../../src/engine/index.ts';
import { asAccessError } from '../../src/engine/failure.ts';
import { openKubernetes } from '../../src/kubernetes/open.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { startDeafProxy, type DeafProxy } from './deaf-proxy.ts';
import { declared, events, failures, inSandbox, namespace, seeded, summaryOf, type EngineWorld } from './engine-world.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);
/** Milliseconds of real time after which a connection without a byte is given up: 30 s and 150 s in production. */
const patience = 200;

async function throughProxy(tell: (world: EngineWorld, proxy: DeafProxy) => Promise<void>): Promise<void> {
  await inSandbox(async (world) => {
    const proxy = await startDeafProxy(world.sandbox.kubernetes);
    try {
      await tell(world, proxy);
    } finally {
      await proxy.stop();
    }
  });
}

test('a watch over connections that go deaf again and again sees everything', () =>
  throughProxy(async (world, proxy) => {
    const kubernetes = await openKubernetes({ kubeconfig: proxy.kubeconfig, environment: {}, clock: world.sandbox.productClock, random: seeded(seed), silence: patience });
    const stop = new AbortController();
    const seen = new Set<string>();
    let wanted = Promise.withResolvers<void>();
    let waitsFor = '';
    const watching = (async () => {
      for await (const event of kubernetes.watch('v1', 'ConfigMap', { namespace, signal: stop.signal })) {
        const objects: readonly KubernetesObject[] = event.type === 'RESYNCED' ? event.objects : event.type === 'DELETED' ? [] : [event.object];
        for (const { metadata } of objects) seen.add(metadata.name ?? '');
        if (seen.has(waitsFor)) wanted.resolve();
      }
    })();
    for (let turn = 0; turn < 4; turn += 1) {
      waitsFor = `made-${turn}`;
      wanted = Promise.withResolvers();
      await world.kubernetes.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: waitsFor, namespace } });
      await wanted.promise;
      proxy.deafen();
    }
    assert.ok(proxy.deafened() >= 3);
    stop.abort();
    await watching.catch(() => undefined);
  }));

test(`a run whose connections go deaf in the middle of a call comes to its end (SEED=${seed})`, async (t) => {
  const random = seeded(seed);
  for (let turn = 0; turn < 3; turn += 1) {
    const bytes = 1000 + Math.floor(random() * 30_000);
    await t.test(`after ${bytes} bytes`, () =>
      throughProxy(async (world, proxy) => {
        const context = await world.run();
        const kubernetes = await openKubernetes({ kubeconfig: proxy.kubeconfig, environment: {}, clock: context.clock, random: context.random, timeout: patience });
        proxy.deafenAfter(bytes);
        const said = await events(applyAccess(declared(), { ...context, kubernetes }));
        assert.ok(proxy.deafened() > 0, 'nothing went deaf');
        assert.deepEqual(failures(said), []);
        assert.equal(summaryOf(said).outcome, 'done');
        const after = await world.run();
        const { plan } = await planAccess(declared(), after);
        assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
        assert.equal((await after.aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);
      }),
    );
  }
});

test('lists that are slower than the patience for one call are asked for again; one that is always slow ends the run with what to do, and nothing was changed', () =>
  inSandbox(async (world) => {
    const slowly = async () => {
      const context = await world.run();
      const kubernetes = await openKubernetes({ environment: world.sandbox.environment, clock: context.clock, random: context.random, timeout: patience });
      return { ...context, kubernetes };
    };
    world.faults.add({ action: 'list deployments', times: 2, fault: { kind: 'delay', milliseconds: 3 * patience } });
    world.faults.add({ action: 'list controllerrevisions', fault: { kind: 'delay', milliseconds: 3 * patience } });
    const said = await events(applyAccess(declared(), await slowly()));
    assert.deepEqual(failures(said), []);
    assert.equal(summaryOf(said).outcome, 'done');

    const before = await world.left();
    world.faults.add({ action: 'list controllerrevisions', times: Infinity, fault: { kind: 'delay', milliseconds: 3 * patience } });
    const other = declared({ models: [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }] });
    await assert.rejects(events(applyAccess(other, await slowly())), (error) => {
      const told = asAccessError(error);
      assert.equal(told.id, 'cluster-unreachable');
      assert.match(told.details.remedy, /\w/);
      return true;
    });
    world.faults.clear();
    assert.deepEqual(await world.left(), before);
    assert.equal(summaryOf(await events(applyAccess(other, await world.run()))).outcome, 'done');
  }));
