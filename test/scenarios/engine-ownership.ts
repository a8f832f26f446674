import assert from 'node:assert/strict';
import { applyAccess, applyPlanFile, destroyAccess, planAccess, readPlanFile, rollbackAccess, writePlanFile } from '../../src/engine/index.ts';
import { access, changes, declared, deployment, events, failures, namespace, store, summaryOf, type Scenario } from './engine-world.ts';

const byArgo = { 'argocd.argoproj.io/tracking-id': 'openhands:apps/Deployment:openhands/openhands' };

export const ownership: readonly Scenario[] = [
  {
    name: 'a user that somebody made by hand is refused, taken over only when told, and a foreign key of it stays',
    async play(world) {
      const admin = await world.run();
      await admin.aws.iam.createUser({ name: 'bedrock-openhands-user', path: '/service/', tags: { team: 'platform' } });
      const foreign = await admin.aws.iam.createAccessKey('bedrock-openhands-user');
      const before = await world.inAws();
      await assert.rejects(events(applyAccess(declared(), await world.run())), { id: 'name-taken' });
      assert.deepEqual(await world.inAws(), before);

      const adopted = await events(applyAccess(declared(), await world.run({ adopt: true })));
      assert.deepEqual(failures(adopted), []);
      assert.ok(changes(adopted).includes('adopt iam-user bedrock-openhands-user'));
      assert.equal((await admin.aws.iam.getUser('bedrock-openhands-user'))?.tags['team'], 'platform');

      const removed = await events(destroyAccess(access, await world.run()));
      assert.equal(summaryOf(removed).outcome, 'failed');
      assert.deepEqual(summaryOf(removed).left, ['iam-user bedrock-openhands-user']);
      assert.deepEqual((await admin.aws.iam.listAccessKeys('bedrock-openhands-user'))?.map(({ id }) => id), [foreign.accessKeyId]);
    },
  },
  {
    name: 'another model is a new policy version and another ConfigMap; rollback goes back to the revision before',
    async play(world) {
      await events(applyAccess(declared(), await world.run()));
      const other = declared({ models: [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }] });
      const changed = await events(applyAccess(other, await world.run()));
      assert.deepEqual(failures(changed), []);
      assert.deepEqual(changes(changed), [
        'update managed-policy bedrock-openhands-policy',
        'update environment-config-map bedrock-openhands-environment',
        'update workload-environment Deployment openhands',
      ]);
      const back = await events(rollbackAccess(access, await world.run()));
      assert.equal(summaryOf(back).outcome, 'done');
      const { plan } = await planAccess(declared(), await world.run());
      assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none'), []);
    },
  },
  {
    name: 'from two parameters to one: a new key, the workload on it, and only then the old key and parameters go',
    async play(world) {
      await events(applyAccess(declared(), await world.run()));
      const single = declared({ credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' } } } });
      const moved = await events(applyAccess(single, await world.run()));
      assert.deepEqual(failures(moved), []);
      assert.equal(summaryOf(moved).outcome, 'done');
      const admin = await world.run();
      assert.equal((await admin.aws.iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);
      assert.deepEqual(await admin.aws.ssm('ap-northeast-1').describeParameters(['bedrock-access-key-id', 'bedrock-secret-access-key']), []);
      const order = world.audit.filter(({ action, verdict }) => verdict === 'allow' && (action === 'patch deployments' || action === 'iam:DeleteAccessKey')).map(({ action }) => action);
      assert.deepEqual(order.slice(-2), ['patch deployments', 'iam:DeleteAccessKey']);
    },
  },
  {
    name: 'a plan file is carried out once, is done the second time, and refused after somebody changed a thing',
    async play(world) {
      const { plan } = await planAccess(declared(), await world.run());
      const file = readPlanFile(writePlanFile(plan, declared(), '0.1.0'));
      assert.equal(summaryOf(await events(applyPlanFile(file, await world.run()))).outcome, 'done');
      assert.equal(summaryOf(await events(applyPlanFile(file, await world.run()))).done, 0);
      const admin = await world.run();
      await admin.aws.iam.createPolicyVersion('arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'bedrock:*', Resource: '*' }] });
      const before = await world.inAws();
      await assert.rejects(events(applyPlanFile(file, await world.run())), { id: 'plan-stale' });
      assert.deepEqual(await world.inAws(), before);
    },
  },
  {
    name: 'Ctrl-C finishes the step at hand and begins no other; the next run goes on',
    async play(world) {
      const stop = new AbortController();
      const said = [];
      for await (const event of applyAccess(declared(), await world.run({ signal: stop.signal }))) {
        said.push(event);
        if (event.type === 'step-started' && event.kind === 'iam-user') stop.abort();
      }
      assert.equal(summaryOf(said).outcome, 'interrupted');
      assert.ok(said.some((event) => event.type === 'step-done' && event.kind === 'iam-user'));
      assert.ok(summaryOf(said).left.includes('access-key of bedrock-openhands-user'));
      assert.equal(summaryOf(await events(applyAccess(declared(), await world.run()))).outcome, 'done');
    },
  },
  {
    name: 'a workload that Argo CD keeps is not written: the edit is named, the rest is in place',
    objects: [store(), { ...deployment(), metadata: { ...deployment().metadata, annotations: byArgo } }],
    async play(world) {
      const said = await events(applyAccess(declared(), await world.run()));
      assert.equal(summaryOf(said).outcome, 'failed');
      assert.deepEqual(summaryOf(said).left, ['workload-environment Deployment openhands']);
      assert.ok(said.some((event) => event.type === 'finding' && event.finding.id === 'workload-kept-by-git'));
      assert.ok(!world.audit.some(({ action }) => action === 'patch deployments'));
      assert.notEqual(await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-credentials' }), undefined);
    },
  },
  {
    name: 'two accesses over the same names: the second is refused, and nothing of the first is changed',
    objects: [store(), deployment(), deployment('other')],
    async play(world) {
      await events(applyAccess(declared(), await world.run()));
      const before = await world.inAws();
      const second = declared({ names: { user: 'bedrock-openhands-user' }, workloads: [{ kind: 'Deployment', name: 'other', client: 'boto3' }] }, 'other');
      world.used?.inPlay([second]);
      await assert.rejects(events(applyAccess(second, await world.run({ adopt: true }))), { id: 'owned-by-other-access' });
      assert.deepEqual(await world.inAws(), before);
    },
  },
  {
    name: 'while one run holds the Lease another is refused',
    async play(world) {
      const first = applyAccess(declared(), await world.run());
      await first.next();
      await assert.rejects(events(applyAccess(declared(), await world.run())), { id: 'lease-held' });
      await first.return(undefined);
      assert.equal(summaryOf(await events(applyAccess(declared(), await world.run()))).outcome, 'done');
    },
  },
];
