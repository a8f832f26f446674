import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { KubernetesCallError } from '../../src/kubernetes/error.ts';
import { acquireLease } from '../../src/kubernetes/lease.ts';
import { openKubernetes } from '../../src/kubernetes/open.ts';
import { rolloutStatus } from '../../src/kubernetes/rollout.ts';
import type { Kubernetes, KubernetesObject, WatchEvent } from '../../src/kubernetes/types.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { Sandbox } from '../../src/sandbox/types.ts';

describe('against the sandbox', () => {
  let sandbox: Sandbox;
  let kubernetes: Kubernetes;
  before(async () => {
    sandbox = await startSandbox({ ticking: false, now: new Date('2026-11-24T09:00:00Z') });
    kubernetes = await openKubernetes({ environment: sandbox.environment, clock: sandbox.productClock, random: () => 0.5 });
    await kubernetes.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
  });
  after(() => sandbox.stop());

  const configMap = (name: string, data: Record<string, string>): KubernetesObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'n', name }, data });
  const referenceTo = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n', name });

  async function failureOf(call: Promise<unknown>): Promise<KubernetesCallError> {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof KubernetesCallError, String(error));
    return error;
  }

  it('speaks TLS with the client certificate or token of the kubeconfig', async () => {
    assert.match(kubernetes.server, /^https:/);
    assert.match((await kubernetes.version()).gitVersion, /^v1\./);
  });

  it('creates, reads, replaces, patches and removes an object', async () => {
    const made = await kubernetes.create(configMap('a', { one: '1' }));
    assert.equal((await failureOf(kubernetes.create(configMap('a', {})))).kind, 'already-exists');
    const replaced = await kubernetes.replace({ ...made, data: { two: '2' } });
    assert.equal((await failureOf(kubernetes.replace({ ...made, data: {} }))).kind, 'conflict');
    assert.deepEqual((await kubernetes.patch(referenceTo('a'), { type: 'merge', body: { data: { three: '3' } } }))['data'], { two: '2', three: '3' });
    assert.deepEqual((await kubernetes.patch(referenceTo('a'), { type: 'json', body: [{ op: 'remove', path: '/data/two' }] }))['data'], { three: '3' });
    assert.equal((await failureOf(kubernetes.remove(referenceTo('a'), { uid: 'another' }))).kind, 'conflict');
    await kubernetes.remove(referenceTo('a'), { uid: replaced.metadata.uid! });
    assert.equal(await kubernetes.get(referenceTo('a')), undefined);
    assert.equal((await failureOf(kubernetes.remove(referenceTo('a')))).kind, 'not-found');
  });

  it('tells a missing namespace from a kind that is not served', async () => {
    assert.equal((await failureOf(kubernetes.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'none', name: 'a' } }))).kind, 'not-found');
    assert.equal((await failureOf(kubernetes.create({ apiVersion: 'example.dev/v1', kind: 'Thing', metadata: { name: 'a' } }))).kind, 'kind-not-served');
  });

  it('applies its own fields, keeps others, and is told whose field it wanted', async () => {
    await kubernetes.apply(configMap('b', { theirs: '1' }), { fieldManager: 'argocd-controller' });
    assert.deepEqual((await kubernetes.apply(configMap('b', { ours: '2' })))['data'], { theirs: '1', ours: '2' });
    const refused = await failureOf(kubernetes.apply(configMap('b', { ours: '2', theirs: '3' })));
    assert.deepEqual(refused.conflicts, [{ field: '.data.theirs', manager: 'argocd-controller' }]);
    await kubernetes.apply(configMap('b', {}), {});
    assert.deepEqual((await kubernetes.get(referenceTo('b')))?.['data'], { theirs: '1' });
    const dry = await kubernetes.apply(configMap('dry', { a: 'b' }), { dryRun: true });
    assert.equal(dry.metadata.name, 'dry');
    assert.equal(await kubernetes.get(referenceTo('dry')), undefined);
  });

  it('lists by label and watches what comes after', async () => {
    await kubernetes.create({ ...configMap('c', {}), metadata: { namespace: 'n', name: 'c', labels: { x: 'y' } } });
    const options = { namespace: 'n', labelSelector: 'x=y' };
    assert.deepEqual((await kubernetes.list('v1', 'ConfigMap', options)).map((object) => [object.kind, object.metadata.name]), [['ConfigMap', 'c']]);
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const event of kubernetes.watch('v1', 'ConfigMap', { ...options, signal: stop.signal })) {
      seen.push(told(event));
      if (seen.length === 1) await kubernetes.patch(referenceTo('c'), { type: 'merge', body: { data: { a: 'b' } } });
      if (seen.length === 2) await kubernetes.remove(referenceTo('c'));
      if (seen.length === 3) stop.abort();
    }
    assert.deepEqual(seen, ['RESYNCED c', 'MODIFIED c', 'DELETED c']);
  });

  it('knows the served versions of a kind, and none of one that is missing', async () => {
    assert.ok((await kubernetes.servedVersions('external-secrets.io', 'ExternalSecret')).includes('v1'));
    assert.deepEqual(await kubernetes.servedVersions('apps', 'Deployment'), ['v1']);
    assert.deepEqual(await kubernetes.servedVersions('', 'ConfigMap'), ['v1']);
    assert.deepEqual(await kubernetes.servedVersions('example.dev', 'Thing'), []);
  });

  it('asks for a token of a service account', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'n', name: 'sa' };
    await kubernetes.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'n', name: 'sa' } });
    const request: KubernetesObject = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: ['sts.amazonaws.com'], expirationSeconds: 600 } };
    const answer = await kubernetes.createSubresource(account, 'token', request);
    assert.match(String(Object(answer['status'])['token']), /^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('follows a roll-out to its end', async () => {
    const container = { name: 'app', image: 'example.invalid/app:1' };
    const template = { metadata: { labels: { app: 'w' } }, spec: { containers: [container] } };
    const reference = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'n', name: 'w' };
    await kubernetes.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'n', name: 'w' }, spec: { replicas: 2, selector: { matchLabels: { app: 'w' } }, template } });
    await sandbox.clock.advance(30_000);
    const done = await kubernetes.get(reference);
    assert.equal(rolloutStatus(done!).done, true);
    const [pod] = await kubernetes.list('v1', 'Pod', { namespace: 'n', labelSelector: 'app=w' });
    assert.equal(typeof (await kubernetes.podLogs('n', pod!.metadata.name!)), 'string');
  });

  it('goes on reading over faults, and sends a change once', async () => {
    sandbox.kubernetes.faults.add({ action: 'get configmaps', fault: { kind: 'drop', when: 'before' }, times: 2 });
    assert.ok(await kubernetes.get(referenceTo('b')));
    sandbox.kubernetes.faults.add({ action: 'create configmaps', fault: { kind: 'drop', when: 'after' } });
    const lost = await failureOf(kubernetes.create(configMap('lost', {})));
    assert.deepEqual([lost.kind, lost.uncertain], ['unreachable', true]);
    assert.ok(await kubernetes.get(referenceTo('lost')));
    sandbox.kubernetes.faults.clear();
  });

  it('holds a Lease against another run, and leaves nothing of it', async () => {
    const request = { namespace: 'n', name: 'bedrock-access-x', seconds: 60, clock: sandbox.productClock };
    const held = await acquireLease(kubernetes, { ...request, holder: 'one' });
    await assert.rejects(acquireLease(kubernetes, { ...request, holder: 'two' }), { id: 'lease-held' });
    await sandbox.clock.advance(30_000);
    await held.renew();
    await sandbox.clock.advance(45_000);
    await assert.rejects(acquireLease(kubernetes, { ...request, holder: 'two' }), { id: 'lease-held' });
    await held.release();
    assert.equal(await kubernetes.get({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'n', name: 'bedrock-access-x' }), undefined);
  });
});

function told(event: WatchEvent): string {
  return event.type === 'RESYNCED' ? `RESYNCED ${event.objects.map((object) => object.metadata.name).join(' ')}` : `${event.type} ${event.object.metadata.name}`;
}
