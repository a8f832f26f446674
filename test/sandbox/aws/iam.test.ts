import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allow, policy, refused, startAws, userWith } from './aws-sandbox.ts';

const invoke = policy(allow('bedrock:InvokeModel'));

test('a user is created with path, tags and ARN, and read back', async () => {
  await using aws = await startAws();
  const { User: made } = await aws.iam.createUser({ UserName: 'bedrock-openhands-user', Path: '/service/', Tags: [{ Key: 'bedrock-access/name', Value: 'openhands' }] });
  assert.equal(made?.Arn, 'arn:aws:iam::123456789012:user/service/bedrock-openhands-user');
  assert.match(made?.UserId ?? '', /^AIDA[A-Z2-7]{16}$/);
  const { User: read } = await aws.iam.getUser({ UserName: 'BEDROCK-openhands-user' });
  assert.deepEqual(read, made, 'names do not differ by case');
  assert.deepEqual(read?.CreateDate, new Date('2026-11-24T09:00:00Z'), 'the world’s time');
  await aws.iam.tagUser({ UserName: 'bedrock-openhands-user', Tags: [{ Key: 'BEDROCK-ACCESS/NAME', Value: 'other' }, { Key: 'b', Value: '' }] });
  await aws.iam.untagUser({ UserName: 'bedrock-openhands-user', TagKeys: ['b'] });
  assert.deepEqual((await aws.iam.listUserTags({ UserName: 'bedrock-openhands-user' })).Tags, [{ Key: 'bedrock-access/name', Value: 'other' }], 'tag keys keep their first case');
});

test('users are refused as IAM refuses them', async () => {
  await using aws = await startAws();
  await aws.iam.createUser({ UserName: 'taken' });
  await refused(aws.iam.createUser({ UserName: 'Taken' }), 'EntityAlreadyExists', 'User with name Taken already exists.', 409);
  await refused(aws.iam.getUser({ UserName: 'absent' }), 'NoSuchEntity', 'The user with name absent cannot be found.', 404);
  await refused(aws.iam.createUser({ UserName: 'a b' }), 'ValidationError', /must contain only alphanumeric characters and\/or the following: \+=,\.@_-$/, 400);
  await refused(aws.iam.createUser({ UserName: 'x'.repeat(65) }), 'ValidationError', /at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64$/);
  await refused(aws.iam.createUser({ UserName: 'ok', Path: 'service' }), 'ValidationError', /path is invalid/);
  await refused(aws.iam.createUser({ UserName: 'ok', Tags: [{ Key: 'a', Value: '1' }, { Key: 'A', Value: '2' }] }), 'InvalidInput', /Duplicate tag keys/);
  await refused(aws.iam.createUser({ UserName: 'ok', Tags: [{ Key: 'aws:a', Value: '1' }] }), 'InvalidInput', /system tags/);
});

test('a user goes only when nothing hangs on it', async () => {
  await using aws = await startAws();
  const { accessKeyId } = await userWith(aws, 'u', invoke);
  await aws.iam.attachUserPolicy({ UserName: 'u', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  await refused(aws.iam.deleteUser({ UserName: 'u' }), 'DeleteConflict', 'Cannot delete entity, must delete access keys first.', 409);
  await aws.iam.deleteAccessKey({ UserName: 'u', AccessKeyId: accessKeyId });
  await refused(aws.iam.deleteUser({ UserName: 'u' }), 'DeleteConflict', 'Cannot delete entity, must detach all policies first.');
  await aws.iam.detachUserPolicy({ UserName: 'u', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  await refused(aws.iam.deleteUser({ UserName: 'u' }), 'DeleteConflict', 'Cannot delete entity, must delete policies first.');
  await aws.iam.deleteUserPolicy({ UserName: 'u', PolicyName: 'inline' });
  await aws.iam.deleteUser({ UserName: 'u' });
  assert.deepEqual(aws.sandbox.aws.snapshot(), {});
});

test('a user holds two access keys at most, and an inactive one does not open', async () => {
  await using aws = await startAws();
  const first = await userWith(aws, 'u');
  await aws.iam.createAccessKey({ UserName: 'u' });
  await refused(aws.iam.createAccessKey({ UserName: 'u' }), 'LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2', 409);
  assert.equal((await aws.as(first).sts.getCallerIdentity({})).Arn, 'arn:aws:iam::123456789012:user/service/u');
  await aws.iam.updateAccessKey({ UserName: 'u', AccessKeyId: first.accessKeyId, Status: 'Inactive' });
  await refused(aws.as(first).sts.getCallerIdentity({}), 'InvalidClientTokenId', undefined, 403);
  const { AccessKeyMetadata: keys } = await aws.iam.listAccessKeys({ UserName: 'u' });
  assert.deepEqual(keys?.map((key) => key.Status).sort(), ['Active', 'Inactive']);
  assert.ok(!JSON.stringify(keys).includes(first.secretAccessKey));
  await refused(aws.iam.deleteAccessKey({ UserName: 'u', AccessKeyId: 'AKIA0000000000000000' }), 'NoSuchEntity', 'The Access Key with id AKIA0000000000000000 cannot be found.');
});

test('the last use of a key is shown with service and region, and late where IAM is eventual', async () => {
  await using aws = await startAws({ consistency: { propagation: 1, lastUsedLag: 60_000 } });
  const key = await userWith(aws, 'u');
  await aws.sandbox.clock.advance(1000);
  await aws.as(key, 'eu-west-1').sts.getCallerIdentity({});
  const unseen = await aws.iam.getAccessKeyLastUsed({ AccessKeyId: key.accessKeyId });
  assert.deepEqual([unseen.AccessKeyLastUsed?.ServiceName, unseen.AccessKeyLastUsed?.LastUsedDate], ['N/A', undefined]);
  await aws.sandbox.clock.advance(60_000);
  const seen = await aws.iam.getAccessKeyLastUsed({ AccessKeyId: key.accessKeyId });
  assert.deepEqual([seen.UserName, seen.AccessKeyLastUsed?.ServiceName, seen.AccessKeyLastUsed?.Region], ['u', 'sts', 'eu-west-1']);
  await refused(aws.iam.getAccessKeyLastUsed({ AccessKeyId: 'AKIA0000000000000000' }), 'AccessDenied');
});

test('a policy holds five versions, and goes only alone and detached', async () => {
  await using aws = await startAws();
  const { Policy: made } = await aws.iam.createPolicy({ PolicyName: 'p', Path: '/service/', Description: 'd', PolicyDocument: invoke, Tags: [{ Key: 'a', Value: 'b' }] });
  const PolicyArn = made?.Arn ?? '';
  assert.equal(PolicyArn, 'arn:aws:iam::123456789012:policy/service/p');
  assert.equal(made?.Description, undefined, 'CreatePolicy does not answer the description');
  assert.equal((await aws.iam.getPolicy({ PolicyArn })).Policy?.Description, 'd');
  for (let version = 2; version <= 5; version += 1) await aws.iam.createPolicyVersion({ PolicyArn, PolicyDocument: invoke, SetAsDefault: true });
  await refused(aws.iam.createPolicyVersion({ PolicyArn, PolicyDocument: invoke }), 'LimitExceeded', /up to 5 versions/, 409);
  await refused(aws.iam.deletePolicyVersion({ PolicyArn, VersionId: 'v5' }), 'DeleteConflict', 'Cannot delete the default version of a policy.');
  assert.deepEqual((await aws.iam.listPolicyVersions({ PolicyArn })).Versions?.map((version) => version.VersionId), ['v5', 'v4', 'v3', 'v2', 'v1']);
  const { PolicyVersion: read } = await aws.iam.getPolicyVersion({ PolicyArn, VersionId: 'v1' });
  assert.equal(decodeURIComponent(read?.Document ?? ''), invoke);

  await aws.iam.createUser({ UserName: 'u' });
  await aws.iam.attachUserPolicy({ UserName: 'u', PolicyArn });
  await aws.iam.attachUserPolicy({ UserName: 'u', PolicyArn });
  assert.equal((await aws.iam.getPolicy({ PolicyArn })).Policy?.AttachmentCount, 1, 'attaching twice is attaching');
  await refused(aws.iam.deletePolicy({ PolicyArn }), 'DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
  await aws.iam.detachUserPolicy({ UserName: 'u', PolicyArn });
  await refused(aws.iam.detachUserPolicy({ UserName: 'u', PolicyArn }), 'NoSuchEntity', `Policy ${PolicyArn} was not found.`);
  await refused(aws.iam.deletePolicy({ PolicyArn }), 'DeleteConflict', /more than one version/);
  for (const VersionId of ['v1', 'v2', 'v3', 'v4']) await aws.iam.deletePolicyVersion({ PolicyArn, VersionId });
  await aws.iam.deletePolicy({ PolicyArn });
  await refused(aws.iam.getPolicy({ PolicyArn }), 'NoSuchEntity', undefined, 404);
});

test('policies are refused for their words, size and number', async () => {
  await using aws = await startAws();
  const create = (PolicyDocument: string): Promise<unknown> => aws.iam.createPolicy({ PolicyName: 'p', PolicyDocument });
  await refused(create('{'), 'MalformedPolicyDocument', /^Syntax errors in policy\./, 400);
  await refused(create(policy({ Effect: 'Allow', Action: 'bedrock:InvokeModel' })), 'MalformedPolicyDocument', 'Policy statement must contain resources.');
  await refused(create(policy(allow('InvokeModel'))), 'MalformedPolicyDocument', /prefaced by a vendor/);
  await refused(create(policy(allow('bedrock:InvokeModel', 'anthropic.claude-sonnet-4-6'))), 'MalformedPolicyDocument', 'Resource anthropic.claude-sonnet-4-6 must be in ARN format or "*".');
  await refused(create(policy({ ...allow('bedrock:InvokeModel'), Principal: '*' })), 'MalformedPolicyDocument', 'Policy document should not specify a principal.');
  await refused(create(policy(allow('bedrock:InvokeModel', `arn:aws:bedrock:us-west-2::foundation-model/${'x'.repeat(6144)}`))), 'LimitExceeded', 'Cannot exceed quota for PolicySize: 6144', 409);
  await create(invoke);
  await refused(create(invoke), 'EntityAlreadyExists', 'A policy called p already exists. Duplicate names are not allowed.', 409);

  await aws.iam.createUser({ UserName: 'u' });
  await refused(aws.iam.attachUserPolicy({ UserName: 'u', PolicyArn: 'arn:aws:iam::123456789012:policy/absent' }), 'NoSuchEntity', /does not exist or is not attachable/);
  const long = policy(allow('bedrock:InvokeModel', `arn:aws:bedrock:us-west-2::foundation-model/${'x'.repeat(2048)}`));
  await refused(aws.iam.putUserPolicy({ UserName: 'u', PolicyName: 'i', PolicyDocument: long }), 'LimitExceeded', 'Maximum policy size of 2048 bytes exceeded for user u', 409);
  for (let index = 0; index < 10; index += 1) {
    const { Policy: made } = await aws.iam.createPolicy({ PolicyName: `p${index}`, PolicyDocument: invoke });
    await aws.iam.attachUserPolicy({ UserName: 'u', PolicyArn: made?.Arn ?? '' });
  }
  await refused(aws.iam.attachUserPolicy({ UserName: 'u', PolicyArn: 'arn:aws:iam::123456789012:policy/p' }), 'LimitExceeded', 'Cannot exceed quota for PoliciesPerUser: 10', 409);
});

test('lists come in pages', async () => {
  await using aws = await startAws();
  for (const name of ['c', 'a', 'b']) await aws.iam.createUser({ UserName: name, Path: '/service/' });
  const first = await aws.iam.listUsers({ PathPrefix: '/service/', MaxItems: 2 });
  assert.deepEqual([first.Users?.map((user) => user.UserName), first.IsTruncated], [['a', 'b'], true]);
  const second = await aws.iam.listUsers({ PathPrefix: '/service/', MaxItems: 2, Marker: first.Marker });
  assert.deepEqual([second.Users?.map((user) => user.UserName), second.IsTruncated], [['c'], false]);
});

test('the authorization details hold users with tags and attachments, and no access keys', async () => {
  await using aws = await startAws();
  const key = await userWith(aws, 'u', invoke);
  await aws.iam.tagUser({ UserName: 'u', Tags: [{ Key: 'a', Value: 'b' }] });
  await aws.iam.attachUserPolicy({ UserName: 'u', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  const { UserDetailList: users, RoleDetailList: roles } = await aws.iam.getAccountAuthorizationDetails({ Filter: ['User'] });
  const user = users?.find((one) => one.UserName === 'u');
  assert.deepEqual(user?.Tags, [{ Key: 'a', Value: 'b' }]);
  assert.deepEqual(user?.AttachedManagedPolicies, [{ PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }]);
  assert.equal(user?.UserPolicyList?.[0]?.PolicyName, 'inline');
  assert.deepEqual(roles, []);
  assert.ok(!JSON.stringify(users).includes(key.accessKeyId));
});

test('a permissions boundary limits, also when its policy is gone', async () => {
  await using aws = await startAws();
  const { Policy: boundary } = await aws.iam.createPolicy({ PolicyName: 'boundary', PolicyDocument: policy(allow('iam:GetUser')) });
  const key = await userWith(aws, 'u', policy(allow('iam:*')));
  await aws.iam.putUserPermissionsBoundary({ UserName: 'u', PermissionsBoundary: boundary?.Arn });
  const bounded = aws.as(key).iam;
  assert.equal((await bounded.getUser({})).User?.PermissionsBoundary?.PermissionsBoundaryArn, boundary?.Arn);
  await refused(bounded.listUsers({}), 'AccessDenied', /because no permissions boundary allows the iam:ListUsers action$/);
  await refused(aws.iam.deletePolicy({ PolicyArn: boundary?.Arn }), 'DeleteConflict');
  await aws.iam.deleteUserPermissionsBoundary({ UserName: 'u' });
  assert.ok((await bounded.listUsers({})).Users);
});

test('a group’s policies are its members’', async () => {
  await using aws = await startAws();
  const key = await userWith(aws, 'u');
  await aws.iam.createGroup({ GroupName: 'g' });
  await aws.iam.putGroupPolicy({ GroupName: 'g', PolicyName: 'i', PolicyDocument: policy(allow('iam:ListUsers')) });
  await refused(aws.as(key).iam.listUsers({}), 'AccessDenied', /no identity-based policy allows the iam:ListUsers action$/, 403);
  await aws.iam.addUserToGroup({ GroupName: 'g', UserName: 'u' });
  assert.ok((await aws.as(key).iam.listUsers({})).Users);
  assert.deepEqual((await aws.iam.listGroupsForUser({ UserName: 'u' })).Groups?.map((group) => group.GroupName), ['g']);
  await refused(aws.iam.deleteGroup({ GroupName: 'g' }), 'DeleteConflict', /remove users from group/);
});

test('tags of request and resource decide where a policy asks for them', async () => {
  await using aws = await startAws();
  const document = policy(
    { ...allow('iam:CreateUser'), Condition: { StringEquals: { 'aws:RequestTag/owner': 'me' } } },
    allow('iam:TagUser'),
    { ...allow('iam:DeleteUser'), Condition: { StringEquals: { 'aws:ResourceTag/owner': 'me' } } },
  );
  const mine = aws.as(await userWith(aws, 'u', document)).iam;
  await refused(mine.createUser({ UserName: 'v' }), 'AccessDenied');
  await mine.createUser({ UserName: 'v', Tags: [{ Key: 'owner', Value: 'me' }] });
  await refused(mine.deleteUser({ UserName: 'u' }), 'AccessDenied');
  await mine.deleteUser({ UserName: 'v' });
});

test('a call that makes a thing with tags is judged on the tagging action too, and without tags it is not', async () => {
  await using aws = await startAws();
  const Tags = [{ Key: 'owner', Value: 'me' }];
  const document = policy(allow('iam:CreateUser'), allow('iam:CreatePolicy'), allow('iam:CreateRole'), allow('iam:CreateOpenIDConnectProvider'));
  const mine = aws.as(await userWith(aws, 'u', document)).iam;
  const any = JSON.stringify(policy(allow('*')));
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' }] });
  await refused(mine.createUser({ UserName: 'v', Tags }), 'AccessDenied', /iam:TagUser/);
  await refused(mine.createPolicy({ PolicyName: 'p', PolicyDocument: any, Tags }), 'AccessDenied', /iam:TagPolicy/);
  await refused(mine.createRole({ RoleName: 'r', AssumeRolePolicyDocument: trust, Tags }), 'AccessDenied', /iam:TagRole/);
  await refused(mine.createOpenIDConnectProvider({ Url: 'https://oidc.example.com', Tags }), 'AccessDenied', /iam:TagOpenIDConnectProvider/);
  await mine.createUser({ UserName: 'v' });
  await mine.createRole({ RoleName: 'r', AssumeRolePolicyDocument: trust });
});

test('the simulator answers with the evaluator’s verdict', async () => {
  await using aws = await startAws();
  await userWith(aws, 'u', policy(allow('bedrock:InvokeModel', 'arn:aws:bedrock:us-west-2::foundation-model/a')));
  const { EvaluationResults: results } = await aws.iam.simulatePrincipalPolicy({
    PolicySourceArn: 'arn:aws:iam::123456789012:user/service/u',
    ActionNames: ['bedrock:InvokeModel'],
    ResourceArns: ['arn:aws:bedrock:us-west-2::foundation-model/a', 'arn:aws:bedrock:us-west-2::foundation-model/b'],
  });
  assert.deepEqual(results?.map((result) => result.EvalDecision), ['allowed', 'implicitDeny']);
});

test('what the sandbox does not do answers 501', async () => {
  await using aws = await startAws();
  await refused(aws.iam.generateCredentialReport({}), 'NotImplemented', 'The sandbox does not do iam:GenerateCredentialReport.', 501);
});
