import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allow, policy, refused, startAws, userWith, type Credentials } from './aws-sandbox.ts';
import type { Credentials as StsCredentials } from '@aws-sdk/client-sts';

const account = '123456789012';
const trust = (principal: string, condition?: object): string =>
  policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: principal }, ...(condition === undefined ? {} : { Condition: condition }) });

function credentialsOf(given: StsCredentials | undefined): Credentials {
  assert.ok(given?.AccessKeyId !== undefined && given.SecretAccessKey !== undefined && given.SessionToken !== undefined);
  return { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken };
}

test('anyone with valid credentials learns who they are, even where a policy forbids it', async () => {
  await using aws = await startAws();
  const key = await userWith(aws, 'u', policy({ Effect: 'Deny', Action: '*', Resource: '*' }));
  const { Account, Arn } = await aws.as(key).sts.getCallerIdentity({});
  assert.deepEqual([Account, Arn], [account, `arn:aws:iam::${account}:user/service/u`]);
});

test('a role is assumed when its trust names the user, or names the account and the user may', async () => {
  await using aws = await startAws();
  const plain = aws.as(await userWith(aws, 'plain')).sts;
  const permitted = aws.as(await userWith(aws, 'permitted', policy(allow('sts:AssumeRole')))).sts;
  const assume = { RoleArn: `arn:aws:iam::${account}:role/service/store`, RoleSessionName: 'eso' };
  await refused(permitted.assumeRole(assume), 'AccessDenied', `User: arn:aws:iam::${account}:user/service/permitted is not authorized to perform: sts:AssumeRole on resource: ${assume.RoleArn}`, 403);

  await aws.iam.createRole({ RoleName: 'store', Path: '/service/', AssumeRolePolicyDocument: trust(`arn:aws:iam::${account}:root`) });
  await aws.iam.putRolePolicy({ RoleName: 'store', PolicyName: 'read', PolicyDocument: policy(allow('ssm:GetParameter*')) });
  await refused(plain.assumeRole(assume), 'AccessDenied');
  const { AssumedRoleUser: assumed, Credentials: session } = await permitted.assumeRole(assume);
  assert.equal(assumed?.Arn, `arn:aws:sts::${account}:assumed-role/store/eso`);
  const role = aws.as(credentialsOf(session));
  assert.equal((await role.sts.getCallerIdentity({})).Arn, assumed?.Arn);
  await refused(role.ssm.getParameter({ Name: 'absent' }), 'ParameterNotFound');
  await refused(role.ssm.describeParameters({}), 'AccessDenied', new RegExp(`^User: arn:aws:sts::${account}:assumed-role/store/eso is not authorized to perform: ssm:DescribeParameters`));

  await aws.iam.updateAssumeRolePolicy({ RoleName: 'store', PolicyDocument: trust(`arn:aws:iam::${account}:user/service/plain`) });
  assert.ok((await plain.assumeRole(assume)).Credentials);
  await refused(permitted.assumeRole(assume), 'AccessDenied');
});

test('a condition of the trust holds for callers of the same account too', async () => {
  await using aws = await startAws();
  await aws.iam.createRole({ RoleName: 'r', AssumeRolePolicyDocument: trust(`arn:aws:iam::${account}:root`, { StringEquals: { 'sts:ExternalId': 'secret-word' } }) });
  const assume = { RoleArn: `arn:aws:iam::${account}:role/r`, RoleSessionName: 'me' };
  await refused(aws.sts.assumeRole(assume), 'AccessDenied');
  assert.ok((await aws.sts.assumeRole({ ...assume, ExternalId: 'secret-word' })).Credentials);
});

test('a session policy limits what the role allows', async () => {
  await using aws = await startAws();
  await aws.iam.createRole({ RoleName: 'r', AssumeRolePolicyDocument: trust(`arn:aws:iam::${account}:root`) });
  await aws.iam.putRolePolicy({ RoleName: 'r', PolicyName: 'all', PolicyDocument: policy(allow('*')) });
  const { Credentials: session } = await aws.sts.assumeRole({ RoleArn: `arn:aws:iam::${account}:role/r`, RoleSessionName: 'me', Policy: policy(allow('iam:GetUser')) });
  const limited = aws.as(credentialsOf(session)).iam;
  assert.ok((await limited.getUser({ UserName: 'administrator' })).User);
  await refused(limited.listUsers({}), 'AccessDenied', /because no session policy allows the iam:ListUsers action$/);
});

test('temporary credentials expire by the wall clock, whatever the world’s clock says', async () => {
  await using aws = await startAws({ now: new Date('2025-03-08T00:00:00Z') });
  const { Credentials: session } = await aws.sts.getSessionToken({ DurationSeconds: 900 });
  const left = (session?.Expiration?.getTime() ?? 0) - Date.now();
  assert.ok(left > 895_000 && left <= 901_000, `${left} ms left`);
  await aws.sandbox.clock.advance(24 * 3600_000);
  assert.ok((await aws.as(credentialsOf(session)).sts.getCallerIdentity({})).Arn);
});

test('session credentials without their token are unknown, and IAM refuses those of GetSessionToken', async () => {
  await using aws = await startAws();
  const { Credentials: session } = await aws.sts.getSessionToken({});
  const { accessKeyId, secretAccessKey } = credentialsOf(session);
  await refused(aws.as({ accessKeyId, secretAccessKey }).sts.getCallerIdentity({}), 'InvalidClientTokenId', undefined, 403);
  await refused(aws.as(credentialsOf(session)).iam.listUsers({}), 'InvalidClientTokenId');
  await refused(aws.as(credentialsOf(session)).sts.getSessionToken({}), 'AccessDenied', 'Cannot call GetSessionToken with session credentials');
  assert.ok((await aws.as(credentialsOf(session)).ssm.describeParameters({})).Parameters);
});

test('a role that is gone leaves its sessions without rights', async () => {
  await using aws = await startAws();
  await aws.iam.createRole({ RoleName: 'r', AssumeRolePolicyDocument: trust(`arn:aws:iam::${account}:root`) });
  await aws.iam.putRolePolicy({ RoleName: 'r', PolicyName: 'all', PolicyDocument: policy(allow('*')) });
  const { Credentials: session } = await aws.sts.assumeRole({ RoleArn: `arn:aws:iam::${account}:role/r`, RoleSessionName: 'me' });
  await refused(aws.iam.deleteRole({ RoleName: 'r' }), 'DeleteConflict');
  await aws.iam.deleteRolePolicy({ RoleName: 'r', PolicyName: 'all' });
  await aws.iam.deleteRole({ RoleName: 'r' });
  await refused(aws.as(credentialsOf(session)).iam.listUsers({}), 'AccessDenied');
});
