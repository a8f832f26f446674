import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyAccess, planAccess } from '../../src/engine/index.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import type { VerifyCheck } from '../../src/engine/types.ts';
import type { OutsidePolicies } from '../../src/sandbox/types.ts';
import { declared, deployment, events, failures, inSandbox, namespace, serviceAccount, type EngineWorld } from './engine-world.ts';
import { issuer } from './keyless-world.ts';

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

describe('quotas of IAM', () => {
  it('verify in depth: a plan that would exceed a quota is refused before anything changes', async () => {
    await inSandbox(async (world) => {
      await applied(world);
      const { aws } = await world.run();
      const user = 'bedrock-openhands-user';
      await aws.iam.detachUserPolicy(user, 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
      const document = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }] } as const;
      for (let number = 1; number <= 10; number += 1) {
        const { arn } = await aws.iam.createPolicy({ name: `by-hand-${number}`, path: '/', description: '', document, tags: {} });
        await aws.iam.attachUserPolicy(user, arn);
      }
      const before = await world.inAws();
      const { plan } = await planAccess(declared(), await world.run());
      assert.deepEqual(plan.findings.filter(({ severity }) => severity === 'error').map(({ id, severity, message }) => ({ id, severity, message })), [
        { id: 'quota-exceeded', severity: 'error', message: `the user ${user} has 10 of at most 10 managed policies, and 1 more is to be made` },
      ]);
      await assert.rejects(events(applyAccess(declared(), await world.run())), { id: 'quota-exceeded' });
      assert.deepEqual(await world.inAws(), before);
    });
  });

  it('verify in depth: the quotas of a role are looked at where the pods call as one', async () => {
    await inSandbox(
      async (world) => {
        const keyless = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { webIdentity: { issuer, serviceAccount: 'openhands' } } });
        assert.deepEqual(failures(await events(applyAccess(keyless, await world.run()))), []);
        const { aws } = await world.run();
        const role = 'bedrock-openhands-role';
        await aws.webIdentity.detachPolicy(role, 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
        const document = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:*', Resource: '*' }] } as const;
        for (let number = 1; number <= 10; number += 1) {
          const { arn } = await aws.iam.createPolicy({ name: `by-hand-${number}`, path: '/', description: '', document, tags: {} });
          await aws.webIdentity.attachPolicy(role, arn);
        }
        const before = await world.inAws();
        await assert.rejects(events(applyAccess(keyless, await world.run())), { id: 'quota-exceeded', message: /the role bedrock-openhands-role has 10 of at most 10 managed policies/ });
        assert.deepEqual(await world.inAws(), before);
      },
      { issuer, externalSecrets: false, objects: [serviceAccount(), deployment('openhands', {}, { serviceAccountName: 'openhands' })] },
    );
  });

  it('verify in depth: where quotas may not be looked at the plan goes on, and only a note says so', async () => {
    await inSandbox(async (world) => {
      world.sandbox.aws.restrict({ serviceControl: [[everything, serviceControl({ Effect: 'Deny', Action: 'iam:GetAccountSummary', Resource: '*' })]] });
      const { plan } = await planAccess(declared(), await world.run());
      assert.deepEqual(plan.findings.filter(({ id }) => id.startsWith('quota')).map(({ id, severity }) => [id, severity]), [['quotas-not-looked-at', 'info']]);
      await applied(world);
    });
  });

  it('verify in depth: a plan without changes asks for no quotas', async () => {
    await inSandbox(async (world) => {
      await applied(world);
      const run = await world.run();
      await planAccess(declared(), run);
      assert.ok(!run.aws.calls.some(({ action }) => action === 'iam:GetAccountSummary'));
    });
  });
});

describe("AWS's own simulation beside the evaluator", () => {
  const region = (checks: ReadonlyMap<string, VerifyCheck>): string => checks.get('policy')?.findings.map(({ id, message }) => `${id}: ${message}`).join('\n') ?? '';

  it('verify in depth: every destination region is simulated by AWS itself, and agrees', async () => {
    await inSandbox(async (world) => {
      await applied(world);
      const before = world.sandbox.audit.length;
      const checks = await verified(world);
      assert.match(checks.get('policy')?.detail ?? '', /AWS's own simulation agrees in (\d+) of \1$/);
      const simulations = world.sandbox.audit.slice(before).filter(({ action }) => action === 'iam:SimulatePrincipalPolicy');
      // The profile in the source region, the model in each of the three destinations.
      assert.deepEqual(simulations.map(({ resource, verdict }) => [resource, verdict]), Array.from({ length: 4 }, () => ['arn:aws:iam::123456789012:user/service/bedrock-openhands-user', 'allow']));
    });
  });

  it('verify in depth: a region that the organisation leaves out is named by simulation, before any call', async () => {
    await inSandbox(async (world) => {
      await applied(world);
      const outsideUsEast2 = serviceControl({ Effect: 'Deny', NotAction: 'iam:*', Resource: '*', Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-2' } } });
      world.sandbox.aws.restrict({ serviceControl: [[everything, outsideUsEast2]] });
      const checks = await verified(world);
      assert.match(region(checks), /^denied-by-service-control-policy: a service control policy stands against .*foundation-model\/.* \(us-east-2\), by AWS's own simulation$/);
      assert.equal(checks.get('policy')?.outcome, 'failed');
    });
  });

  it('verify in depth: what a group of the user allows is said to differ, and what may not be simulated is only noted', async () => {
    await inSandbox(async (world) => {
      await applied(world);
      const { aws } = await world.run();
      await aws.iam.detachUserPolicy('bedrock-openhands-user', 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
      await joinGroup(world, 'bedrock-openhands-user');
      const checks = await verified(world);
      assert.match(region(checks), /simulation-differs: AWS's own simulation allows bedrock:InvokeModel and/);
      world.sandbox.aws.restrict({ serviceControl: [[everything, serviceControl({ Effect: 'Deny', Action: 'iam:SimulatePrincipalPolicy', Resource: '*' })]] });
      await aws.iam.attachUserPolicy('bedrock-openhands-user', 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
      const noted = await verified(world);
      assert.match(region(noted), /^simulation-not-made: .*\(AccessDenied\)$/);
      assert.equal(noted.get('policy')?.outcome, 'passed');
    });
  });
});

/** A group that allows everything. */
async function joinGroup(world: EngineWorld, user: string): Promise<void> {
  const { AddUserToGroupCommand, AttachGroupPolicyCommand, CreateGroupCommand, IAMClient } = await import('@aws-sdk/client-iam');
  const iam = new IAMClient(clientSettings(world));
  await iam.send(new CreateGroupCommand({ GroupName: 'everybody' }));
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'everybody', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }));
  await iam.send(new AddUserToGroupCommand({ GroupName: 'everybody', UserName: user }));
  iam.destroy();
}

function clientSettings({ sandbox: { environment } }: EngineWorld): { readonly region: string; readonly endpoint: string; readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } } {
  return {
    region: 'us-west-2',
    endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
    credentials: { accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' },
  };
}

/** Somebody gives the workload the credentials of a session with a policy of its own. */
async function holdSession(world: EngineWorld): Promise<void> {
  const { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } = await import('@aws-sdk/client-iam');
  const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts');
  const settings = clientSettings(world);
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
