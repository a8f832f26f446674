import assert from 'node:assert/strict';
import { applyAccess, destroyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import { recordsAt } from '../../src/resources/json.ts';
import { access, changes, declared, deployment, events, failures, forgetRevisions, namespace, store, summaryOf, type Scenario, type ScenarioWorld } from './engine-world.ts';

export async function apply(world: ScenarioWorld, document = declared()): Promise<string[]> {
  const said = await events(applyAccess(document, await world.run()));
  assert.deepEqual(failures(said), []);
  assert.equal(summaryOf(said).outcome, 'done');
  const { plan } = await planAccess(document, await world.run());
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), [], 'a second apply would have nothing to do');
  return changes(said);
}

export const changing: readonly Scenario[] = [
  {
    name: 'a key that somebody deleted is made anew, stored, delivered, and the pods are restarted with it',
    async play(world) {
      await apply(world);
      const admin = await world.run();
      const [key] = (await admin.aws.iam.listAccessKeys('bedrock-openhands-user')) ?? [];
      await admin.aws.iam.deleteAccessKey('bedrock-openhands-user', key!.id);
      assert.deepEqual(await apply(world), [
        'create access-key of bedrock-openhands-user',
        'update ssm-parameter bedrock-secret-access-key',
        'update ssm-parameter bedrock-access-key-id',
        'update external-secret bedrock-credentials',
        'update workload-environment Deployment openhands',
      ]);
      const pods = await world.kubernetes.list('v1', 'Pod', { namespace });
      const [current] = (await admin.aws.iam.listAccessKeys('bedrock-openhands-user')) ?? [];
      assert.deepEqual(new Set(pods.map(({ metadata }) => metadata.annotations?.['bedrock-access.dev/credential'])), new Set([current!.id]));
    },
  },
  {
    name: 'a renamed user is a new one with its own key; the old one goes with its key and policy, and no other',
    async play(world) {
      await apply(world);
      const admin = await world.run();
      await admin.aws.iam.createUser({ name: 'bedrock-openhands-user-2', path: '/service/', tags: {} });
      const made = await apply(world, declared({ names: { user: 'openhands-bedrock' } }));
      assert.ok(made.includes('create iam-user openhands-bedrock'));
      assert.equal(await admin.aws.iam.getUser('bedrock-openhands-user'), undefined);
      assert.notEqual(await admin.aws.iam.getUser('bedrock-openhands-user-2'), undefined);
    },
  },
  {
    name: 'parameters that move to another region are removed where they were',
    objects: [store(), { ...store(), metadata: { name: 'virginia' }, spec: { provider: { aws: { service: 'ParameterStore', region: 'us-east-1' } } } }, deployment()],
    async play(world) {
      await apply(world);
      const moved = declared({ credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'virginia', service: 'ParameterStore', region: 'us-east-1' }, layout: 'pair' } } });
      await apply(world, moved);
      const admin = await world.run();
      assert.deepEqual(await admin.aws.ssm('ap-northeast-1').describeParameters(['bedrock-access-key-id', 'bedrock-secret-access-key']), []);
      assert.equal((await admin.aws.ssm('us-east-1').describeParameters(['bedrock-access-key-id', 'bedrock-secret-access-key'])).length, 2);
      assert.equal((await admin.aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);
    },
  },
  {
    name: 'a workload that is not declared any more loses its variables',
    objects: [store(), deployment(), deployment('other')],
    async play(world) {
      const both = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'openhands' }, { kind: 'Deployment', name: 'other', client: 'boto3' }] });
      await apply(world, both);
      assert.ok((await apply(world)).includes('delete workload-environment Deployment other'));
      const other = await world.kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'other' });
      assert.ok(!JSON.stringify(other?.['spec']).includes('AWS_REGION'));
    },
  },
  {
    name: 'only the named container of several gets variables, and a StatefulSet works as a Deployment does',
    objects: [
      store(),
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'agent', namespace },
        spec: {
          replicas: 1,
          serviceName: 'agent',
          selector: { matchLabels: { app: 'agent' } },
          template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'app', image: 'example.invalid/app:1' }, { name: 'proxy', image: 'example.invalid/proxy:1' }] } },
        },
      },
    ],
    async play(world) {
      await apply(world, declared({ workloads: [{ kind: 'StatefulSet', name: 'agent', containers: ['app'], client: 'boto3' }] }));
      const object = await world.kubernetes.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'agent' });
      const containers = recordsAt(object, 'spec', 'template', 'spec', 'containers');
      assert.deepEqual(containers.map((container) => [container['name'], recordsAt(container, 'env').length > 0]), [['app', true], ['proxy', false]]);
    },
  },
  {
    name: 'without any revision destroy finds everything by tags and labels',
    async play(world) {
      const empty = await world.left();
      await apply(world);
      await forgetRevisions(world);
      const said = await events(destroyAccess(access, await world.run()));
      assert.deepEqual(failures(said), []);
      assert.equal(summaryOf(said).outcome, 'done');
      await world.advance(10_000);
      assert.deepEqual(await world.left(), empty);
    },
  },
  {
    name: 'after the namespace was deleted, what lies in AWS can still be destroyed',
    async play(world) {
      await apply(world);
      await world.kubernetes.remove({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      await world.advance(60_000);
      const said = await events(destroyAccess(access, await world.run()));
      assert.equal(summaryOf(said).outcome, 'done');
      assert.deepEqual(await world.inAws(), {});
    },
  },
  {
    name: 'while the namespace is being deleted destroy goes on without a Lease, and apply is refused by name',
    async play(world) {
      await apply(world);
      const keeper = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'kept-by-somebody' };
      await world.kubernetes.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: keeper.name, finalizers: ['example.com/keep'] } });
      await world.kubernetes.remove({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      await world.advance(60_000);
      await assert.rejects(events(applyAccess(declared(), await world.run())), { id: 'namespace-terminating' });
      const said = await events(destroyAccess(access, await world.run()));
      assert.deepEqual(failures(said), []);
      assert.equal(summaryOf(said).outcome, 'done');
      assert.deepEqual(await world.inAws(), {});
      await world.kubernetes.patch(keeper, { type: 'merge', body: { metadata: { finalizers: null } } });
    },
  },
  {
    name: 'destroy takes the key away only when the pods run without it',
    async play(world) {
      await apply(world);
      const start = world.audit.length;
      let podsAtRemoval: readonly string[] = [];
      for await (const event of destroyAccess(access, await world.run())) {
        if (event.type !== 'step-started' || event.kind !== 'access-key') continue;
        const pods = await world.kubernetes.list('v1', 'Pod', { namespace });
        podsAtRemoval = pods.filter((pod) => JSON.stringify(pod['spec']).includes('AWS_ACCESS_KEY_ID')).map(({ metadata }) => metadata.name ?? '');
      }
      assert.ok(world.audit.slice(start).some(({ action }) => action === 'iam:DeleteAccessKey'));
      assert.deepEqual(podsAtRemoval, []);
    },
  },
  {
    name: 'destroy waits no longer than five minutes for a workload that never rolls out',
    async play(world) {
      await apply(world);
      await world.kubernetes.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }, { type: 'merge', body: { spec: { template: { spec: { nodeSelector: { no: 'such' } } } } } });
      await world.advance(60_000);
      const clock = world.patientClock;
      const from = clock.now().getTime();
      const said = await events(destroyAccess(access, await world.run({ clock })));
      assert.equal(summaryOf(said).outcome, 'done');
      assert.ok(said.some((event) => event.type === 'finding' && event.finding.id === 'roll-out-not-done' && event.finding.severity === 'warning'));
      assert.ok(clock.now().getTime() - from < 400_000);
      assert.deepEqual(await world.inAws(), {});
    },
  },
  {
    name: 'there is no earlier revision to roll back to after the first apply',
    async play(world) {
      await apply(world);
      await assert.rejects(events(rollbackAccess(access, await world.run())), { id: 'no-earlier-revision' });
    },
  },
  {
    name: 'ten revisions are kept',
    async play(world) {
      const models = ['us.anthropic.claude-sonnet-4-6', 'us.anthropic.claude-haiku-4-5-20251001-v1:0'];
      for (let turn = 0; turn < 12; turn += 1) await events(applyAccess(declared({ models: [{ id: models[turn % 2]!, role: 'default' }] }), await world.run()));
      const revisions = (await world.kubernetes.list('apps/v1', 'ControllerRevision', { namespace })).filter(({ metadata }) => metadata.labels?.['bedrock-access.dev/name'] !== undefined);
      assert.deepEqual(revisions.map((object) => object['revision']).sort((a, b) => Number(a) - Number(b)), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      assert.ok(!JSON.stringify(revisions).includes('SecretAccessKey'));
    },
  },
];
