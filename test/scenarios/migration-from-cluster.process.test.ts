import assert from 'node:assert/strict';
import { it } from 'node:test';
import { namespace } from './engine-world.ts';
import { inMigration, migrate, settledIn, times } from './migration-world.ts';
import { ended, findings } from './rotation-world.ts';

const image = 'registry.example/bedrock-access:0.1.0';

it('migrate --image: a Job with the new environment alone calls from within the cluster before the workload gets it', () =>
  inMigration(
    'accessKey',
    async (world) => {
      const from = world.sandbox.audit.length;
      ended(await migrate(world, { ...times, to: world.in('webIdentity'), image }));
      const calls = world.sandbox.audit.slice(from);
      const [job, gone] = ['create jobs', 'delete jobs'].map((action) => calls.findIndex((call) => call.action === action));
      assert.ok(job !== undefined && gone !== undefined && job >= 0 && gone > job, 'a Job was made and removed');
      // Before it there was a dry run alone.
      assert.ok(calls.findLastIndex(({ action }) => action === 'patch deployments') > gone, 'the workload was switched after it');
      const called = calls.slice(job, gone).filter(({ action, verdict, run }) => action.startsWith('bedrock:Invoke') && verdict === 'allow' && run === undefined);
      assert.ok(called.some(({ identity }) => identity.startsWith('arn:aws:sts::123456789012:assumed-role/bedrock-openhands-role/')), JSON.stringify(called));
      assert.deepEqual(await world.kubernetes.list('batch/v1', 'Job', { namespace }), []);
      await settledIn('webIdentity', world);
    },
    { workloads: 'processes', verifyFromCluster: true },
  ));

it('migrate --image: where the Job does not answer the workload goes on as it is', () =>
  inMigration('accessKey', async (world) => {
    // Containers are objects only here: the pod ends without a word.
    const said = await migrate(world, { ...times, to: world.in('webIdentity'), image });
    assert.deepEqual(findings(said), ['probe-silent', 'migration-stopped']);
    ended(await migrate(world, { undo: true }));
    await settledIn('accessKey', world);
  }, { verifyFromCluster: true }));
