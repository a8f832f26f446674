/** What stands in the way of a migration: said before the first write where it can be known then, and the workload goes on with what it has. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Access } from '../../src/access/types.ts';
import { migrationStatus } from '../../src/credentials/index.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import { AccessError } from '../../src/errors/error.ts';
import { access, namespace, serviceAccount, store, summaryOf, type EngineWorld } from './engine-world.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { footprint } from '../../src/engine/index.ts';
import { at, recordsAt } from '../../src/resources/json.ts';
import { everyPodCalls } from './migration-kill.ts';
import { inMigration, inMode, migrate, settledIn, times, workload } from './migration-world.ts';
import { ended, rotate, user } from './rotation-world.ts';
import { playReloader } from './workload-actors.ts';
import { issuer } from './keyless-world.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' };

function said(events: readonly RunEvent[]): string {
  return events.flatMap((event) => (event.type === 'finding' || event.type === 'step-failed' ? [`${event.finding.id}: ${event.finding.message} ${event.finding.cause} ${event.finding.remedy}`] : event.type === 'summary' ? [JSON.stringify(event)] : [])).join('\n');
}

/** Refused with that id before the first write, and every pod calls on. */
async function refusedAtOnce(world: EngineWorld, to: Access, id: string): Promise<void> {
  const before = await world.left();
  await assert.rejects(migrate(world, { ...times, to }), (error: unknown) => {
    assert.ok(error instanceof Error && 'id' in error, String(error));
    assert.equal(error.id, id, error.message);
    return true;
  });
  assert.deepEqual(await world.left(), before);
  await everyPodCalls(world);
}

suite('refused before the first write of a migration', () => {
  test('a ServiceAccount that does not exist, and one that the pods do not run as', () =>
    inMigration('accessKey', async (world) => {
      await refusedAtOnce(world, world.in('webIdentity', { credentials: { webIdentity: { issuer, serviceAccount: 'other' } } }), 'service-account-differs');
      await world.kubernetes.remove({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'openhands' });
      await refusedAtOnce(world, world.in('webIdentity'), 'service-account-missing');
    }));

  test('an issuer that AWS cannot reach, and one that is not the cluster’s', async () => {
    await inMigration('accessKey', (world) => refusedAtOnce(world, world.in('webIdentity'), 'issuer-not-public'), { issuer: 'https://kubernetes.default.svc.cluster.local' });
    await inMigration('accessKey', (world) => refusedAtOnce(world, world.in('webIdentity'), 'issuer-differs'), { issuer: 'https://oidc.other.example' });
  });

  test('a paused workload', () =>
    inMigration('webIdentity', async (world) => {
      await world.kubernetes.patch(target, { type: 'merge', body: { spec: { paused: true } } });
      await refusedAtOnce(world, world.in('accessKey'), 'workload-paused');
    }));

  test('a declaration that changes the models too', () =>
    inMigration('accessKey', (world) => refusedAtOnce(world, world.in('webIdentity', { models: [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }] }), 'migration-changes-more')));

  test('a key of somebody else’s, which is never touched', () =>
    inMigration('accessKey', async (world) => {
      const { aws } = await world.run();
      await aws.iam.createAccessKey(user);
      await refusedAtOnce(world, world.in('webIdentity'), 'unknown-access-key');
    }));

  test('a rotation under way', () =>
    inMigration('accessKey', async (world) => {
      ended(await rotate(world, { silence: 0 }));
      await refusedAtOnce(world, world.in('webIdentity'), 'rotation-under-way');
    }));

  test('a store that does not exist', () =>
    inMigration('webIdentity', async (world) => {
      await world.kubernetes.remove({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', name: 'parameterstore' });
      await refusedAtOnce(world, world.in('accessKey'), 'secret-store-missing');
    }));

  test('a client that starts containers of its own, with the modes that can work', () => {
    assert.throws(() => inMode('webIdentity', { workloads: [{ kind: 'Deployment', name: 'openhands', client: 'openhands' }] }), (error: unknown) => error instanceof AccessError && /accessKey/.test(`${error.details.cause} ${error.details.remedy}`));
  });
});

suite('in the way of a migration', () => {
  test('credentials that do not work are told, the workload never gets them, and the way back restarts nothing', () =>
    inMigration('accessKey', async (world) => {
      const pods = await world.kubernetes.list('v1', 'Pod', { namespace });
      world.sandbox.faults.add({ action: 'sts:AssumeRoleWithWebIdentity', fault: { kind: 'status', status: 403, code: 'AccessDenied' }, times: Infinity });
      const events = await migrate(world, { ...times, to: world.in('webIdentity') });
      assert.equal(summaryOf(events).outcome, 'failed');
      assert.match(said(events), /role-not-assumed: .*migration-stopped: .*migrate --undo/s);
      assert.equal((await migrationStatus(access, await world.run()))?.phase, 'prove');
      await everyPodCalls(world);
      world.sandbox.faults.clear();
      ended(await migrate(world, { undo: true }));
      assert.deepEqual((await world.kubernetes.list('v1', 'Pod', { namespace })).map(({ metadata }) => metadata.name), pods.map(({ metadata }) => metadata.name));
      await settledIn('accessKey', world);
    }));

  test('a pod that never ends keeps the earlier credentials valid, and is named', () =>
    inMigration('accessKey', async (world) => {
      const stuck = { apiVersion: 'v1', kind: 'Pod', namespace, name: 'openhands-from-before' };
      const key = (name: string): object => ({ name, valueFrom: { secretKeyRef: { name: 'bedrock-credentials', key: name } } });
      await world.kubernetes.create({ ...stuck, metadata: { namespace, name: stuck.name, labels: { of: 'somebody' } }, spec: { containers: [{ name: 'app', image: 'example.invalid/openhands:1', env: [key('AWS_ACCESS_KEY_ID'), key('AWS_SECRET_ACCESS_KEY')] }] } });
      await world.sandbox.clock.advance(10_000);
      const events = await migrate(world, { ...times, to: world.in('webIdentity') });
      assert.match(said(events), /openhands-from-before/);
      await everyPodCalls(world);
      await world.kubernetes.remove(stuck);
      await world.sandbox.clock.advance(60_000);
      ended(await migrate(world, times));
      await settledIn('webIdentity', world);
    }));

  test('where Reloader restarts, the program restarts nothing beside it', async () => {
    const annotated = workload();
    const object = { ...annotated, metadata: { ...annotated.metadata, annotations: { 'reloader.stakater.com/auto': 'true' } } };
    await inMigration(
      'accessKey',
      async (world) => {
        await playReloader(world, []);
        ended(await migrate(world, { ...times, to: world.in('webIdentity') }));
        await everyPodCalls(world);
        await settledIn('webIdentity', world);
      },
      { objects: [store(), serviceAccount(), object] },
    );
  });
});

suite('a workload that git keeps, in a migration', () => {
  test('gets its edit named, with both modes valid, and the next run goes on when the pods have moved', () =>
    inMigration('accessKey', async (world) => {
      await gitKeeps(world, world.in('accessKey'));
      const events = await migrate(world, { ...times, to: world.in('webIdentity') });
      assert.equal(summaryOf(events).outcome, 'done', said(events));
      assert.match(said(events), /Argo CD.* keeps it: put the new variables into its manifest in place of the earlier ones/);
      const generation = (await world.kubernetes.get(target))?.metadata.generation;
      await everyPodCalls(world);
      ended(await migrate(world, times));
      assert.equal((await world.kubernetes.get(target))?.metadata.generation, generation, 'git is fought');

      await gitKeeps(world, world.in('webIdentity'));
      await world.sandbox.clock.advance(60_000);
      ended(await migrate(world, times));
      await everyPodCalls(world);
      assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()).filter((sort) => sort === 'users'), []);
    }));
});

/** Its manifest, with the references and volumes that the access needs, as Argo CD applies it; the program owns nothing in it. */
async function gitKeeps({ kubernetes }: EngineWorld, access: Access): Promise<void> {
  const { resources } = footprint(access, { catalog: loadCatalog(), clusterId: 'any', now: new Date('2026-11-24') });
  const desired = resources.find(({ kind }) => kind === 'workload-environment')?.desired;
  const { secret, environment } = access.spec.names;
  const env = recordsAt(desired, 'variables').map(({ name, key, in: where }) => ({ name, valueFrom: where === 'secret' ? { secretKeyRef: { name: secret, key } } : { configMapKeyRef: { name: environment, key } } }));
  const volumes = recordsAt(desired, 'identity', 'volumes');
  const object = workload();
  const [container] = recordsAt(object, 'spec', 'template', 'spec', 'containers');
  const template = Object(at(object, 'spec', 'template'));
  const spec = { ...template.spec, ...(volumes.length === 0 ? {} : { volumes: volumes.map(({ name, source }) => ({ name, ...Object(source) })) }), containers: [{ ...container, env: [...recordsAt(container, 'env'), ...env], ...(volumes.length === 0 ? {} : { volumeMounts: volumes.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })) }) }] };
  const manifest = { ...object, metadata: { ...object.metadata, annotations: { 'argocd.argoproj.io/tracking-id': 'openhands:apps/Deployment:openhands/openhands', 'bedrock-access.dev/access': 'openhands' } }, spec: { ...Object(object['spec']), template: { ...template, spec } } };
  await kubernetes.apply(manifest, { fieldManager: 'argocd-controller', force: true });
  const there = await kubernetes.get(target);
  const others = (there?.metadata.managedFields ?? []).filter(({ manager }) => manager !== 'bedrock-access' && manager !== 'test-administrator');
  await kubernetes.patch(target, { type: 'json', body: [{ op: 'replace', path: '/metadata/managedFields', value: others }] });
  await kubernetes.apply(manifest, { fieldManager: 'argocd-controller', force: true });
}
