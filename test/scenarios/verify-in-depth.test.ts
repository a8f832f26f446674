import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyAccess } from '../../src/engine/index.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import type { VerifyCheck } from '../../src/engine/types.ts';
import type { OutsidePolicies } from '../../src/sandbox/types.ts';
import { declared, events, failures, inSandbox, namespace, type EngineWorld } from './engine-world.ts';

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const denyModels = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 'bedrock:InvokeModel*', Resource: '*' }] };
const serviceControl = (...statements: readonly object[]): object => ({ Version: '2012-10-17', Statement: statements });

async function applied(world: EngineWorld): Promise<void> {
  assert.deepEqual(failures(await events(applyAccess(declared(), await world.run()))), []);
}

async function verified(world: EngineWorld): Promise<ReadonlyMap<string, VerifyCheck>> {
  const checks = new Map<string, VerifyCheck>();
  for await (const check of verifyAccess(declared(), { ...(await world.run()), call: true })) checks.set(check.id, check);
  return checks;
}

describe('what denies a call is told apart by what AWS answers', () => {
  const cases: readonly { readonly title: string; readonly policies: OutsidePolicies; readonly id: string; readonly asks: RegExp; readonly words: RegExp }[] = [
    {
      title: 'a Deny in a service control policy',
      policies: { serviceControl: [[everything, serviceControl({ Effect: 'Deny', Action: 'bedrock:InvokeModel*', Resource: '*' })]] },
      id: 'denied-by-service-control-policy',
      asks: /Ask the organisation's administrator .* take bedrock:InvokeModel out of its Deny/,
      words: /with an explicit deny in a service control policy/,
    },
    {
      title: 'a level of the organisation that does not allow it',
      policies: { serviceControl: [[everything], [serviceControl({ Effect: 'Allow', NotAction: 'bedrock:*', Resource: '*' })]] },
      id: 'denied-by-service-control-policy',
      asks: /Ask the organisation's administrator .* allow bedrock:InvokeModel in it/,
      words: /because no service control policy allows the bedrock:InvokeModel action/,
    },
    {
      title: 'a resource control policy',
      policies: { resourceControl: [denyModels] },
      id: 'denied-by-resource-control-policy',
      asks: /Ask the organisation's administrator/,
      words: /with an explicit deny in a resource control policy/,
    },
    {
      title: 'a VPC endpoint policy that denies it',
      policies: { vpcEndpoint: serviceControl({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }, ...denyModels.Statement) },
      id: 'denied-by-vpc-endpoint-policy',
      asks: /Ask the network team/,
      words: /with an explicit deny in a VPC endpoint policy/,
    },
    {
      title: 'a VPC endpoint policy that does not allow it',
      policies: { vpcEndpoint: serviceControl({ Effect: 'Allow', Principal: '*', NotAction: 'bedrock:*', Resource: '*' }) },
      id: 'denied-by-vpc-endpoint-policy',
      asks: /Ask the network team/,
      words: /because no VPC endpoint policy allows the bedrock:InvokeModel action/,
    },
  ];

  it('verify in depth: service control, resource control and VPC endpoint policies, each with whom to ask', async () => {
    await inSandbox(async (world) => {
      await applied(world);
      for (const { title, policies, id, asks, words } of cases) {
        world.sandbox.aws.restrict(policies);
        const checks = await verified(world);
        const [call] = checks.get('call')?.findings ?? [];
        assert.equal(call?.id, id, title);
        assert.match(call.remedy, asks, title);
        assert.match(call.cause, words, title);
        assert.deepEqual(checks.get('streamed-call')?.findings.map((finding) => finding.id), [id], title);
      }
      world.sandbox.aws.restrict({});
      assert.equal((await verified(world)).get('call')?.outcome, 'passed');
    });
  });

  it('verify in depth: a permissions boundary, whose owner is asked, also where nothing is called', async () => {
    await inSandbox(async (world) => {
      await applied(world);
      const { aws } = await world.run();
      const boundary = await aws.iam.createPolicy({ name: 'narrow', path: '/', description: '', tags: {}, document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ssm:*', Resource: '*' }] } });
      await aws.iam.putUserPermissionsBoundary('bedrock-openhands-user', boundary.arn);
      await world.advance(60_000);
      const checks = await verified(world);
      assert.match(checks.get('policy')?.findings[0]?.remedy ?? '', /whoever owns the boundary/);
      const [call] = checks.get('call')?.findings ?? [];
      assert.equal(call?.id, 'denied-by-permissions-boundary');
      assert.match(call.cause, /because no permissions boundary allows the bedrock:InvokeModel action/);
    });
  });

  it('verify in depth: a session policy, and who assumed the role is asked', async () => {
    await inSandbox(async (world) => {
      await applied(world);
      await holdSession(world);
      const [call] = (await verified(world)).get('call')?.findings ?? [];
      assert.equal(call?.id, 'denied-by-session-policy');
      assert.match(call.remedy, /Ask whoever or whatever assumed the role/);
      assert.match(call.cause, /because no session policy allows the bedrock:InvokeModel action/);
    });
  });

  it('verify in depth: the same of what the program itself may not do', async () => {
    await inSandbox(async (world) => {
      world.sandbox.aws.restrict({ serviceControl: [[everything, serviceControl({ Effect: 'Deny', Action: 'iam:CreateUser', Resource: '*' })]] });
      const said = await events(applyAccess(declared(), await world.run()));
      const failed = said.find((event) => event.type === 'step-failed');
      assert.match(JSON.stringify(failed), /ask the organisation's administrator/);
    });
  });
});

/** Somebody gives the workload the credentials of a session with a policy of its own. */
async function holdSession(world: EngineWorld): Promise<void> {
  const { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } = await import('@aws-sdk/client-iam');
  const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts');
  const { environment } = world.sandbox;
  const settings = {
    region: 'us-west-2',
    endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
    credentials: { accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' },
  };
  const iam = new IAMClient(settings);
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' }] };
  const role = await iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument: JSON.stringify(trust) }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'app', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }));
  iam.destroy();
  const sts = new STSClient(settings);
  const session = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:*', Resource: '*' }] };
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: role.Role?.Arn, RoleSessionName: 'app', Policy: JSON.stringify(session) }));
  sts.destroy();
  const env = [
    { name: 'AWS_ACCESS_KEY_ID', value: Credentials?.AccessKeyId, valueFrom: null },
    { name: 'AWS_SECRET_ACCESS_KEY', value: Credentials?.SecretAccessKey, valueFrom: null },
    { name: 'AWS_SESSION_TOKEN', value: Credentials?.SessionToken },
  ];
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' } as const;
  await world.kubernetes.patch(deployment, { type: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'openhands', env }] } } } } });
  await world.advance(30_000);
}
