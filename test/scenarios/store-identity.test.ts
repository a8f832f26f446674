import assert from 'node:assert/strict';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand, PutUserPolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { test } from 'node:test';
import { storeIdentityActions } from '../../src/engine/permissions/action-places.ts';
import { applyAccess, planAccess } from '../../src/engine/index.ts';
import { planTogether } from '../../src/engine/plan-together.ts';
import { programPermissions } from '../../src/engine/permissions/index.ts';
import type { RunContext, VerifyCheck } from '../../src/engine/types.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import { AccessError } from '../../src/errors/error.ts';
import type { Finding } from '../../src/finding.ts';
import type { PolicyStatement } from '../../src/policy/types.ts';
import { declared, deployment, events, failures, inSandbox, namespace, store, summaryOf, type EngineWorld } from './engine-world.ts';
import { programIdentity, startLeastWorld } from './permissions-world.ts';

const account = '123456789012';
const role = `arn:aws:iam::${account}:role/service/parameter-reader`;
const operator = `arn:aws:iam::${account}:user/sandbox/external-secrets`;
const parameter = `arn:aws:ssm:ap-northeast-1:${account}:parameter/bedrock-openhands-credentials`;
const key = `arn:aws:kms:ap-northeast-1:${account}:key/0c0ffee0-0000-4000-8000-000000000000`;
const secretStore = { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' } as const;
const single = (spec: Parameters<typeof declared>[0] = {}): ReturnType<typeof declared> => declared({ credentials: { accessKey: { secretStore } }, ...spec });

const trust = (principal: PolicyStatement['Principal'], condition?: PolicyStatement['Condition']): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal, ...(condition === undefined ? {} : { Condition: condition }) }],
});
const reads = (resource = parameter): PolicyStatement => ({ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: resource });

/** A cluster's store that reads with a role, for one namespace. */
const withRole = (more: object = {}) => ({ ...store(), spec: { conditions: [{ namespaces: [namespace] }], provider: { aws: { service: 'ParameterStore', region: 'ap-northeast-1', role } }, ...more } });

async function inIam<Answer>({ sandbox: { environment } }: Pick<EngineWorld, 'sandbox'>, ask: (client: IAMClient) => Promise<Answer>): Promise<Answer> {
  const client = new IAMClient({ region: 'us-east-1', endpoint: environment['AWS_ENDPOINT_URL'] ?? '', credentials: { accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' } });
  try {
    return await ask(client);
  } finally {
    client.destroy();
  }
}

const makeRole = (world: Pick<EngineWorld, 'sandbox'>, trusted: object, ...statements: readonly PolicyStatement[]): Promise<void> =>
  inIam(world, async (iam) => {
    await iam.send(new CreateRoleCommand({ RoleName: 'parameter-reader', Path: '/service/', AssumeRolePolicyDocument: JSON.stringify(trusted) }));
    await permit(world, ...statements);
  });

const permit = (world: Pick<EngineWorld, 'sandbox'>, ...statements: readonly PolicyStatement[]): Promise<void> =>
  inIam(world, async (iam) => void (await iam.send(new PutRolePolicyCommand({ RoleName: 'parameter-reader', PolicyName: 'read', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }))));

async function planned(context: RunContext, access = single()): Promise<readonly Finding[]> {
  return (await planAccess(access, context)).plan.findings.filter(({ id }) => id.startsWith('secret-store-'));
}

async function readers(context: RunContext, access = single()): Promise<VerifyCheck> {
  for await (const check of verifyAccess(access, { ...context, call: false })) if (check.id === 'store-readers') return check;
  throw new Error('verify has no check of the store');
}

const ids = (findings: readonly Finding[]): string[] => findings.map(({ id, severity }) => `${severity} ${id}`);

test('where it lies: plan and verify follow the store to its role and say who can read: trust, permissions and namespaces', () =>
  inSandbox(
    async (world) => {
      await makeRole(world, trust({ AWS: operator }), reads());
      await world.advance(300_000);
      const [note, ...more] = await planned(await world.run());
      assert.deepEqual([note?.severity, note?.id, more], ['info', 'secret-store-readers', []]);
      assert.equal(note?.message, `who can read through ClusterSecretStore parameterstore: ${role} (spec.provider.aws.role) reads the parameter, assumed by ${operator}; the store admits ExternalSecrets of namespace openhands`);
      // Planned together, many accesses of one store ask for its role once.
      const many = await world.run();
      const together = planTogether(Array.from({ length: 5 }, () => single()), many);
      for (let turn = 0; turn < 5; turn += 1) assert.ok((await together(single())).findings.some(({ id }) => id === 'secret-store-readers'));
      assert.equal(many.aws.calls.filter(({ action }) => action === 'iam:GetRole').length, 1);
      const said = await events(applyAccess(single(), await world.run()));
      assert.deepEqual([failures(said), summaryOf(said).outcome], [[], 'done']);
      const check = await readers(await world.run());
      assert.deepEqual([check.outcome, check.findings], ['passed', []]);
      assert.match(check.detail, /parameter-reader .* reads the parameter, assumed by .*external-secrets; .* namespace openhands$/);
    },
    { objects: [withRole(), deployment()] },
  ));

test('where it lies: a role that any principal can assume is refused before the first write, unless told', () =>
  inSandbox(
    async (world) => {
      // A condition that a stranger meets narrows nothing.
      await makeRole(world, trust({ AWS: '*' }, { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*' } }), reads());
      await world.advance(300_000);
      const before = JSON.stringify(await world.inAws());
      await assert.rejects(events(applyAccess(single(), await world.run())), (error) => error instanceof AccessError && error.id === 'secret-store-open' && /any principal of any AWS account/.test(error.message));
      assert.equal(JSON.stringify(await world.inAws()), before);
      const check = await readers(await world.run());
      assert.deepEqual([check.outcome, ids(check.findings)], ['failed', ['error secret-store-open']]);

      assert.deepEqual(ids(await planned(await world.run({ allowOpenStore: true }))), ['warning secret-store-open', 'info secret-store-readers']);
      const said = await events(applyAccess(single(), await world.run({ allowOpenStore: true })));
      assert.deepEqual([failures(said), summaryOf(said).outcome], [[], 'done']);

      await inIam(world, (iam) => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'parameter-reader', PolicyDocument: JSON.stringify(trust({ AWS: '*' }, { StringEquals: { 'aws:PrincipalArn': operator } })) })));
      assert.match((await readers(await world.run())).detail, /assumed by everybody \(with conditions on aws:PrincipalArn\)/);
      assert.deepEqual(await planned(await world.run()), [], 'a plan that changes nothing has nothing to say');
    },
    { objects: [withRole(), deployment()] },
  ));

test("where it lies: what the store's identity may not read is explained, the encryption context of the key with it", () =>
  inSandbox(
    async (world) => {
      const access = single({ parameterKmsKeyId: key });
      const decrypts = (arn: string): PolicyStatement => ({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: key, Condition: { StringEquals: { 'kms:EncryptionContext:PARAMETER_ARN': arn } } });
      await makeRole(world, trust({ AWS: operator }), reads(`arn:aws:ssm:ap-northeast-1:${account}:parameter/another`), decrypts(`${parameter}-another`));
      await world.advance(300_000);
      // Said before it is applied: Terraform may put it right in the meantime.
      assert.deepEqual(ids(await planned(await world.run(), access)), ['warning secret-store-cannot-read', 'info secret-store-readers']);
      assert.equal((await readers(await world.run(), access)).outcome, 'failed');

      await permit(world, reads(), decrypts(`${parameter}-another`));
      const [denied] = await planned(await world.run(), access);
      assert.match(denied?.message ?? '', new RegExp(`is not allowed kms:Decrypt on ${key}$`));
      assert.match(denied?.cause ?? '', /kms:EncryptionContext:PARAMETER_ARN/);
      const run = await world.run();
      const stopped = await events(applyAccess(access, { ...run, clock: world.patientClock }, { wait: false }));
      assert.deepEqual(failures(stopped), []);
      await world.advance(60_000);
      const externalSecret = await world.kubernetes.get({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', namespace, name: 'bedrock-credentials' });
      assert.match(JSON.stringify(externalSecret?.['status']), /SecretSyncedError/);

      const remedy = /this statement: (\[.*\])$/.exec(denied?.remedy ?? '')?.[1];
      const given: PolicyStatement[] = JSON.parse(remedy ?? '[]');
      await permit(world, reads(), ...given);
      await world.advance(3_600_000);
      assert.deepEqual((await readers(await world.run(), access)).findings, []);
      assert.notEqual(await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-credentials' }), undefined);
    },
    { objects: [withRole(), deployment()] },
  ));

test("where it lies: a service account's role and a static key's user are followed too; the operator's own identity is said undecided", () =>
  inSandbox(async (world) => {
    const store = async (spec: object): Promise<void> => {
      const object = await world.kubernetes.get({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', name: 'parameterstore' });
      await world.kubernetes.replace({ ...object!, spec });
    };
    const aws = { service: 'ParameterStore', region: 'ap-northeast-1' };
    const own = await readers(await world.run());
    assert.deepEqual([own.outcome, ids(own.findings)], ['skipped', ['warning secret-store-open', 'info secret-store-identity-undecided']]);
    assert.match(own.detail, /undecided: .*own identity.*every namespace$/);

    await makeRole(world, trust({ AWS: operator }), reads(`arn:aws:ssm:*:${account}:parameter/*`));
    await world.kubernetes.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'reader', annotations: { 'eks.amazonaws.com/role-arn': role } } });
    await store({ conditions: [{ namespaceRegexes: ['^openhands.*$'] }], provider: { aws: { ...aws, auth: { jwt: { serviceAccountRef: { name: 'reader', namespace } } } } } });
    const byToken = await readers(await world.run());
    assert.deepEqual([byToken.outcome, ids(byToken.findings)], ['passed', ['warning secret-store-open']]);
    assert.match(byToken.detail, /auth\.jwt, service account openhands\/reader\) reads every parameter of the account.*namespaces like \^openhands/);

    const { accessKeyId, secretAccessKey } = await world.sandbox.aws.createIdentity('static-reader', { Version: '2012-10-17', Statement: [reads()] });
    await world.kubernetes.create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'static' }, stringData: { id: accessKeyId, secret: secretAccessKey } });
    const reference = (name: string): object => ({ name: 'static', key: name, namespace });
    await store({ conditions: [{ namespaces: [namespace] }], provider: { aws: { ...aws, auth: { secretRef: { accessKeyIDSecretRef: reference('id'), secretAccessKeySecretRef: reference('secret') } } } } });
    const byKey = await readers(await world.run());
    assert.deepEqual([byKey.outcome, byKey.findings], ['passed', []]);
    assert.match(byKey.detail, /user\/sandbox\/static-reader \(auth\.secretRef, Secret openhands\/static\) reads the parameter/);

    await inIam(world, (iam) => iam.send(new PutUserPolicyCommand({ UserName: 'static-reader', PolicyName: 'policy', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [reads(), { ...reads('*'), Effect: 'Deny' }] }) })));
    const denied = await readers(await world.run());
    assert.deepEqual([denied.outcome, ids(denied.findings)], ['failed', ['error secret-store-cannot-read']]);
  }));

test("where it lies: under a key of one's own, by id or alias, what is printed for program and store suffices, and the pod gets its Secret", async () => {
  const boundary = `arn:aws:iam::${account}:policy/bedrock-access/bedrock-access-boundary`;
  for (const parameterKmsKeyId of [key, 'alias/bedrock']) {
    const access = single({ permissionsBoundary: boundary, parameterKmsKeyId });
    const world = await startLeastWorld(access);
    try {
      await makeRole(world, trust({ AWS: operator }), ...(programPermissions(access).store?.Statement ?? []));
      const object = await world.kubernetes.get({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', name: 'parameterstore' });
      await world.kubernetes.replace({ ...object!, spec: withRole().spec });
      await world.advance(300_000);
      const said = await events(applyAccess(access, await world.least()));
      assert.deepEqual([failures(said), summaryOf(said).outcome], [[], 'done'], parameterKmsKeyId);
      const check = await readers(await world.least(), access);
      assert.deepEqual([check.outcome, check.findings], ['passed', []], parameterKmsKeyId);
      const decrypted = world.sandbox.audit.filter(({ identity, action }) => identity.includes('parameter-reader') && action === 'ssm:GetParameter');
      assert.ok(decrypted.length > 0 && decrypted.every(({ verdict }) => verdict === 'allow'), parameterKmsKeyId);
    } finally {
      await world.stop();
    }
  }
});

test('where it lies: the printed permissions suffice to follow a role; without them it is undecided and the missing action is named', async () => {
  const boundary = `arn:aws:iam::${account}:policy/bedrock-access/bedrock-access-boundary`;
  const access = single({ permissionsBoundary: boundary });
  for (const without of [undefined, 'iam:ListRolePolicies']) {
    const world = await startLeastWorld(access, without);
    try {
      await makeRole(world, trust({ AWS: operator }), reads());
      const object = await world.kubernetes.get({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', name: 'parameterstore' });
      await world.kubernetes.replace({ ...object!, spec: withRole().spec });
      await world.advance(300_000);
      const [finding, ...more] = await planned(await world.least(), access);
      assert.deepEqual(more, []);
      const used = new Set(world.sandbox.audit.filter(({ identity }) => identity === programIdentity).map(({ action }) => action));
      if (without === undefined) {
        assert.equal(finding?.id, 'secret-store-readers');
        assert.deepEqual(storeIdentityActions.filter((action) => !used.has(action)), []);
      } else {
        assert.deepEqual([finding?.severity, finding?.id], ['info', 'secret-store-identity-undecided']);
        assert.match(finding?.cause ?? '', /iam:ListRolePolicies/);
        assert.equal((await readers(await world.least(), access)).outcome, 'skipped');
      }
    } finally {
      await world.stop();
    }
  }
});
