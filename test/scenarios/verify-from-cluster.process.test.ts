import assert from 'node:assert/strict';
import { it } from 'node:test';
import { applyAccess } from '../../src/engine/index.ts';
import type { RunContext, VerifyCheck } from '../../src/engine/types.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import { declared, deployment, events, failures, inSandbox, namespace, serviceAccount, type EngineWorld } from './engine-world.ts';
import { issuer } from './keyless-world.ts';

const image = 'registry.example/bedrock-access:0.1.0';

async function fromCluster(world: EngineWorld, changes: Partial<RunContext> = {}): Promise<VerifyCheck | undefined> {
  let found: VerifyCheck | undefined;
  for await (const check of verifyAccess(declared(), { ...(await world.run(changes)), call: false, fromCluster: { image } })) if (check.id === 'call-from-cluster') found = check;
  return found;
}

async function jobsAndPods(world: EngineWorld): Promise<readonly (string | undefined)[]> {
  await world.advance(5000);
  const [jobs, pods] = [await world.kubernetes.list('batch/v1', 'Job', { namespace }), await world.kubernetes.list('v1', 'Pod', { namespace, labelSelector: 'bedrock-access.dev/verify' })];
  return [...jobs, ...pods].map(({ metadata }) => metadata.name);
}

async function applied(world: EngineWorld): Promise<void> {
  assert.deepEqual(failures(await events(applyAccess(declared(), await world.run()))), []);
}

it('verify in depth: a Job in the place of the workload makes a real call from within the cluster, and nothing of it stays', async () => {
  await inSandbox(
    async (world) => {
      await applied(world);
      const before = world.sandbox.audit.length;
      const check = await fromCluster(world);
      assert.equal(check?.outcome, 'passed', JSON.stringify(check));
      assert.match(check.detail, /from a Job in openhands, in the place of Deployment openhands: answered, \d+ tokens in/);
      const calls = world.sandbox.audit.slice(before).filter(({ action, identity }) => action === 'bedrock:InvokeModel' && identity.endsWith('user/service/bedrock-openhands-user'));
      assert.ok(calls.length > 0);
      const changing = world.sandbox.audit.slice(before).filter(({ service, action, identity }) => service === 'kubernetes' && !identity.startsWith('system:') && /^(create|delete|patch|update) |log/.test(action));
      assert.deepEqual([...new Set(changing.map(({ action }) => action))], ['create jobs', 'get pods/log', 'delete jobs'], 'what `permissions --from-cluster` grants beyond the rest');
      assert.deepEqual(await jobsAndPods(world), []);
      const shown = JSON.stringify(check);
      for (const secret of world.sandbox.aws.issuedSecrets()) assert.ok(!shown.includes(secret));

      world.sandbox.aws.restrict({ vpcEndpoint: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', NotAction: 'bedrock:Invoke*', Resource: '*' }] } });
      const denied = await fromCluster(world);
      assert.deepEqual(denied?.findings.map(({ id }) => id), ['denied-by-vpc-endpoint-policy']);
      assert.deepEqual(await jobsAndPods(world), []);
    },
    { workloads: 'processes', verifyFromCluster: true },
  );
});

it('verify in depth: Ctrl-C and a Job that prints nothing leave no Job behind', async () => {
  await inSandbox(async (world) => {
    await applied(world);
    // Containers are objects only here: the pod ends without a word.
    const silent = await fromCluster(world);
    assert.deepEqual(silent?.findings.map(({ id }) => id), ['probe-silent']);
    assert.deepEqual(await jobsAndPods(world), []);
    const interrupt = new AbortController();
    const { clock } = await world.run();
    const sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> => {
      interrupt.abort(new Error('interrupted'));
      return clock.sleep(milliseconds, signal);
    };
    const check = await fromCluster(world, { signal: interrupt.signal, clock: { now: () => clock.now(), sleep } });
    assert.equal(check?.outcome, 'skipped');
    assert.deepEqual(await jobsAndPods(world), []);
    const made = world.sandbox.audit.filter(({ action }) => action === 'create jobs');
    const removed = world.sandbox.audit.filter(({ action }) => action === 'delete jobs');
    assert.deepEqual([made.length, removed.length], [2, 2]);
  }, { verifyFromCluster: true });
});

it('verify in depth: a Job in the place of a keyless workload calls as its role, with a token of its own', async () => {
  const keyless = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { webIdentity: { issuer, serviceAccount: 'openhands' } } });
  const objects = [serviceAccount(), deployment('openhands', {}, { serviceAccountName: 'openhands' })];
  await inSandbox(
    async (world) => {
      assert.deepEqual(failures(await events(applyAccess(keyless, await world.run()))), []);
      const before = world.sandbox.audit.length;
      const checks: VerifyCheck[] = [];
      for await (const check of verifyAccess(keyless, { ...(await world.run()), call: false, fromCluster: { image } })) checks.push(check);
      const check = checks.find(({ id }) => id === 'call-from-cluster');
      assert.equal(check?.outcome, 'passed', JSON.stringify(check));
      const calls = world.sandbox.audit.slice(before).filter(({ action }) => action.startsWith('bedrock:Invoke'));
      assert.ok(calls.some(({ identity, verdict }) => verdict === 'allow' && identity.startsWith('arn:aws:sts::123456789012:assumed-role/bedrock-openhands-role/')), JSON.stringify(calls));
      await world.advance(5000);
      assert.deepEqual(await world.kubernetes.list('batch/v1', 'Job', { namespace }), []);
    },
    { workloads: 'processes', verifyFromCluster: true, issuer, externalSecrets: false, objects },
  );
});
