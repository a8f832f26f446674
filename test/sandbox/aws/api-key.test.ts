import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allow, policy, refused, startAws, userWith, type AwsSandbox } from './aws-sandbox.ts';

const ServiceName = 'bedrock.amazonaws.com';
const withBearer = (condition: object = {}): string => policy(allow('bedrock:InvokeModel'), { ...allow('bedrock:CallWithBearerToken'), ...condition });

interface MadeKey {
  readonly id: string;
  readonly token: string;
}

async function apiKeyOf(aws: AwsSandbox, user: string, days?: number): Promise<MadeKey> {
  const { ServiceSpecificCredential: made } = await aws.iam.createServiceSpecificCredential({ UserName: user, ServiceName, ...(days === undefined ? {} : { CredentialAgeDays: days }) });
  assert.ok(made?.ServiceCredentialSecret !== undefined && made.ServiceSpecificCredentialId !== undefined);
  return { id: made.ServiceSpecificCredentialId, token: made.ServiceCredentialSecret };
}

async function converse({ sandbox }: AwsSandbox, token: string): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`${sandbox.aws.endpoint}/model/us.anthropic.claude-sonnet-4-6/converse`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }),
  });
  return { status: response.status, body: await response.text() };
}

test('a long-term API key calls as its user, and the audit log names the user and the id of the key', async () => {
  await using aws = await startAws();
  await userWith(aws, 'u', withBearer({ Condition: { StringEquals: { 'bedrock:BearerTokenType': 'LONG_TERM' } } }));
  const key = await apiKeyOf(aws, 'u');
  assert.match(key.id, /^ACCA[A-Z2-7]{16}$/);
  assert.match(key.token, /^ABSK/);
  assert.equal((await converse(aws, key.token)).status, 200);
  const call = aws.sandbox.audit.findLast(({ operation }) => operation === 'Converse');
  assert.deepEqual([call?.identity, call?.accessKeyId], ['arn:aws:iam::123456789012:user/service/u', key.id]);
  assert.ok(!JSON.stringify(aws.sandbox.audit).includes(key.token));
});

test('bedrock:CallWithBearerToken is asked for beside the model’s own action, with the type of the token', async () => {
  await using aws = await startAws();
  await userWith(aws, 'without', policy(allow('bedrock:InvokeModel')));
  await userWith(aws, 'short-only', withBearer({ Condition: { StringEquals: { 'bedrock:BearerTokenType': 'SHORT_TERM' } } }));
  await userWith(aws, 'bearer-only', policy(allow('bedrock:CallWithBearerToken')));
  for (const [user, action] of [['without', 'bedrock:CallWithBearerToken'], ['short-only', 'bedrock:CallWithBearerToken'], ['bearer-only', 'bedrock:InvokeModel']] as const) {
    const { status, body } = await converse(aws, (await apiKeyOf(aws, user)).token);
    assert.equal(status, 403, user);
    assert.match(body, new RegExp(`not authorized to perform: ${action} `), user);
  }
});

test('a user holds two API keys at most, and one of another service is not made', async () => {
  await using aws = await startAws();
  await aws.iam.createUser({ UserName: 'u' });
  await apiKeyOf(aws, 'u');
  await apiKeyOf(aws, 'u');
  await refused(aws.iam.createServiceSpecificCredential({ UserName: 'u', ServiceName }), 'LimitExceeded', undefined, 409);
  await refused(aws.iam.createServiceSpecificCredential({ UserName: 'u', ServiceName: 'codecommit.amazonaws.com' }), 'ServiceNotSupported', undefined, 404);
  await refused(aws.iam.createServiceSpecificCredential({ UserName: 'u', ServiceName, CredentialAgeDays: 0 }), 'ValidationError');
});

test('an inactive, reset, deleted or forged key opens nothing, and a list shows no secret', async () => {
  await using aws = await startAws();
  await userWith(aws, 'u', withBearer());
  const { id, token } = await apiKeyOf(aws, 'u');
  const of = { UserName: 'u', ServiceSpecificCredentialId: id };
  const listed = await aws.iam.listServiceSpecificCredentials({ UserName: 'u', ServiceName });
  assert.deepEqual(listed.ServiceSpecificCredentials?.map((key) => [key.ServiceSpecificCredentialId, key.Status]), [[id, 'Active']]);
  assert.ok(!JSON.stringify(listed).includes(token));
  await aws.iam.updateServiceSpecificCredential({ ...of, Status: 'Inactive' });
  assert.equal((await converse(aws, token)).status, 403);
  await aws.iam.updateServiceSpecificCredential({ ...of, Status: 'Active' });
  const { ServiceSpecificCredential: reset } = await aws.iam.resetServiceSpecificCredential(of);
  assert.match((await converse(aws, token)).body, /API Key is valid/, 'the earlier secret');
  assert.equal((await converse(aws, reset?.ServiceCredentialSecret ?? '')).status, 200);
  await refused(aws.iam.deleteUser({ UserName: 'u' }), 'DeleteConflict');
  await aws.iam.deleteServiceSpecificCredential(of);
  for (const dead of [reset?.ServiceCredentialSecret ?? '', 'ABSKbm9uc2Vuc2U=', `ABSK${Buffer.from('nobody-at-1:secret').toString('base64')}`]) assert.equal((await converse(aws, dead)).status, 403);
  await refused(aws.iam.deleteServiceSpecificCredential(of), 'NoSuchEntity', undefined, 404);
});

test('a key with an age ends when the world has come to it', async () => {
  await using aws = await startAws();
  await userWith(aws, 'u', withBearer());
  const { token } = await apiKeyOf(aws, 'u', 30);
  await aws.sandbox.clock.advance(30 * 86_400_000 - 1000);
  assert.equal((await converse(aws, token)).status, 200);
  await aws.sandbox.clock.advance(1000);
  const { status, body } = await converse(aws, token);
  assert.deepEqual([status, /expired/.test(body)], [403, true]);
  const { ServiceSpecificCredentials: keys } = await aws.iam.listServiceSpecificCredentials({ UserName: 'u' });
  assert.deepEqual(keys?.map((key) => [key.Status, key.ExpirationDate]), [['Expired', new Date('2026-12-24T09:00:00Z')]]);
});

test('a policy may bound which keys may be made, by service and by age', async () => {
  await using aws = await startAws();
  const bounded = { ...allow('iam:CreateServiceSpecificCredential'), Condition: { StringEquals: { 'iam:ServiceSpecificCredentialServiceName': ServiceName }, NumericLessThanEquals: { 'iam:ServiceSpecificCredentialAgeDays': '90' } } };
  const maker = aws.as(await userWith(aws, 'maker', policy(bounded))).iam;
  await aws.iam.createUser({ UserName: 'u' });
  await maker.createServiceSpecificCredential({ UserName: 'u', ServiceName, CredentialAgeDays: 90 });
  await refused(maker.createServiceSpecificCredential({ UserName: 'u', ServiceName, CredentialAgeDays: 91 }), 'AccessDenied');
  await refused(maker.createServiceSpecificCredential({ UserName: 'u', ServiceName }), 'AccessDenied');
});
