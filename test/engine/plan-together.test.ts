import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, kindsNamed, planAccess, planTogether } from '../../src/engine/index.ts';
import type { Plan } from '../../src/engine/types.ts';
import { declared, deployment, events, failures, inSandbox, store, summaryOf, type EngineWorld } from '../scenarios/engine-world.ts';

const many = 12;

function access(index: number): Access {
  const name = `app-${index}`;
  return declared(
    {
      workloads: [{ kind: 'Deployment', name, client: 'aws-sdk' }],
      names: { user: `bedrock-${name}-user`, policy: `bedrock-${name}-policy`, secret: `bedrock-${name}` },
      credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' } } },
    },
    name,
  );
}

const accesses = Array.from({ length: many }, (_, index) => access(index));
const objects = [store(), ...accesses.map(({ metadata }) => deployment(metadata.name))];

/** The AWS half of the first of them. */
async function apply(world: EngineWorld, count: number): Promise<void> {
  for (const one of accesses.slice(0, count)) {
    const said = await events(applyAccess(one, await world.run({ only: kindsNamed('user,policy,key,parameter') })));
    assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
  }
}

/** Plans of these in one run, and the AWS calls of that run. */
async function together(world: EngineWorld, planned: readonly Access[]): Promise<{ readonly plans: readonly Plan[]; readonly calls: readonly string[] }> {
  world.used.inPlay(planned);
  const context = await world.run();
  const planOf = planTogether(planned, context);
  const plans = await Promise.all(planned.map(planOf));
  return { plans, calls: context.aws.calls.map(({ action }) => action) };
}

const swept = (calls: readonly string[]): readonly string[] => calls.filter((action) => action !== 'iam:ListAccessKeys');

function countOf(calls: readonly string[], action: string): number {
  return calls.filter((call) => call === action).length;
}

test('calls to AWS grow with the pages of its lists and not with the accesses, but for one ListAccessKeys a user', () =>
  inSandbox(
    async (world) => {
      const half = many / 2;
      await apply(world, half);
      const few = await together(world, accesses.slice(0, 6));
      const all = await together(world, accesses);
      // One page each of users, policies and our parameters; then the names that are not among those, together.
      for (const calls of [swept(few.calls), swept(all.calls)]) {
        assert.equal(countOf(calls, 'iam:GetAccountAuthorizationDetails'), 2);
        assert.ok(countOf(calls, 'ssm:DescribeParameters') <= 2);
        for (const action of calls) assert.ok(countOf(calls, action) <= 2, `${action} ${countOf(calls, action)} times`);
      }
      assert.equal(few.calls.length - swept(few.calls).length, 6);
      assert.equal(all.calls.length - swept(all.calls).length, half);
    },
    { objects },
  ));

test('accesses planned together have the plans that each has by itself, where things are changed or of others too', () =>
  inSandbox(
    async (world) => {
      await apply(world, 5);
      const { aws } = await world.run();
      const policyOf = (index: number): string => `arn:aws:iam::123456789012:policy/service/bedrock-app-${index}-policy`;
      // One policy says something else, one lost its tags and hangs on a second user, one user is somebody else's, one parameter is too.
      await aws.iam.createPolicyVersion(policyOf(0), { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'bedrock:*', Resource: '*' }] });
      const foreign = await aws.iam.createPolicy({ name: 'bedrock-app-7-policy', path: '/service/', description: 'of others', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' }] }, tags: {} });
      await aws.iam.createUser({ name: 'bedrock-app-7-user', path: '/service/', tags: { team: 'other' } });
      await aws.iam.attachUserPolicy('bedrock-app-7-user', foreign.arn);
      await aws.iam.attachUserPolicy('bedrock-app-1-user', foreign.arn);
      await aws.iam.detachUserPolicy('bedrock-app-2-user', policyOf(2));
      const [key] = (await aws.iam.listAccessKeys('bedrock-app-3-user')) ?? [];
      await aws.iam.setAccessKeyActive('bedrock-app-3-user', key?.id ?? '', false);
      await aws.ssm('ap-northeast-1').deleteParameter('bedrock-app-4-credentials');
      const alone: Plan[] = [];
      for (const one of accesses) alone.push((await planAccess(one, await world.run())).plan);
      const { plans } = await together(world, accesses);
      assert.deepEqual(plans, alone);
      assert.ok(new Set(plans.flatMap(({ findings }) => findings.map(({ id }) => id))).size > 1);
    },
    { objects },
  ));

test('few accesses do not sweep the account', () =>
  inSandbox(
    async (world) => {
      const { calls } = await together(world, accesses.slice(0, 3));
      assert.ok(!calls.includes('iam:GetAccountAuthorizationDetails'));
    },
    { objects },
  ));
