import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { refused, startAws, userWith, type AwsSandbox, type Credentials } from './aws-sandbox.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
}

const targets = {
  sts: { path: '/', body: 'Action=GetCallerIdentity&Version=2011-06-15', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ssm: { path: '/', body: '{}', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.DescribeParameters' } },
  bedrock: { path: '/model/nothing/converse', body: '{}', headers: { 'content-type': 'application/json' } },
  eks: { path: '/clusters/lolice/addons', body: '{}', headers: { 'content-type': 'application/json' } },
};

/** A request signed by hand, changed after signing as a test likes. */
async function send(aws: AwsSandbox, service: keyof typeof targets, options: { credentials?: Credentials; at?: Date; change?: (headers: Record<string, string>) => void; body?: string } = {}): Promise<Answer> {
  const { path, body, headers } = targets[service];
  const { host } = new URL(aws.sandbox.aws.endpoint);
  const administrator = { accessKeyId: aws.sandbox.environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: aws.sandbox.environment['AWS_SECRET_ACCESS_KEY'] ?? '' };
  const signer = new SignatureV4({ service, region: 'us-west-2', credentials: options.credentials ?? administrator, sha256: Sha256 });
  const signed = await signer.sign(new HttpRequest({ method: 'POST', path, headers: { ...headers, host }, body }), { signingDate: options.at ?? new Date() });
  const sent: Record<string, string> = { ...signed.headers };
  options.change?.(sent);
  delete sent['host'];
  const response = await fetch(`${aws.sandbox.aws.endpoint}${path}`, { method: 'POST', headers: sent, body: options.body ?? body });
  return { status: response.status, text: await response.text() };
}

const bodies = (answers: readonly Answer[]): readonly string[] => answers.map((answer) => `${answer.status} ${answer.text}`);

async function everywhere(aws: AwsSandbox, options: Parameters<typeof send>[2]): Promise<readonly string[]> {
  return bodies(await Promise.all([send(aws, 'sts', options), send(aws, 'ssm', options), send(aws, 'bedrock', options)]));
}

test('an unknown key is refused by each service in its own words', async () => {
  await using aws = await startAws();
  const [sts, ssm, bedrock] = await everywhere(aws, { credentials: { accessKeyId: 'AKIA0000000000000000', secretAccessKey: 'x' } });
  assert.match(sts ?? '', /^403 .*<Code>InvalidClientTokenId<\/Code><Message>The security token included in the request is invalid\.</);
  assert.equal(ssm, '400 {"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}');
  assert.equal(bedrock, '403 {"Message":"The security token included in the request is invalid."}');
});

test('a wrong secret, a changed body and a changed header do not match the signature', async () => {
  await using aws = await startAws();
  const key = await userWith(aws, 'u');
  const [sts, ssm, bedrock] = await everywhere(aws, { credentials: { ...key, secretAccessKey: 'wrong' } });
  assert.match(sts ?? '', /^403 .*<Code>SignatureDoesNotMatch<\/Code><Message>The request signature we calculated does not match/);
  assert.match(ssm ?? '', /^400 \{"__type":"InvalidSignatureException"/);
  assert.match(bedrock ?? '', /^403 /);
  assert.match((await send(aws, 'ssm', { body: '{"MaxResults":1}' })).text, /InvalidSignatureException/);
  assert.match((await send(aws, 'ssm', { body: '{"MaxResults":1}', change: (headers) => delete headers['x-amz-content-sha256'] })).text, /InvalidSignatureException/);
  assert.match((await send(aws, 'ssm', { change: (headers) => void (headers['x-amz-target'] = 'AmazonSSM.PutParameter') })).text, /InvalidSignatureException/);
  assert.equal((await send(aws, 'ssm')).status, 200);
});

test('a signature is fresh for 15 minutes with STS and for 5 with the others, by the wall clock', async () => {
  await using aws = await startAws({ now: new Date('2025-03-08T00:00:00Z') });
  const old = new Date(Date.now() - 6 * 60_000);
  assert.equal((await send(aws, 'sts', { at: old })).status, 200);
  assert.match((await send(aws, 'ssm', { at: old })).text, /InvalidSignatureException.*Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)/);
  assert.match((await send(aws, 'sts', { at: new Date(Date.now() - 16 * 60_000) })).text, /SignatureDoesNotMatch.*Signature expired: .* - 15 min\.\)/);
  assert.match((await send(aws, 'bedrock', { at: new Date(Date.now() + 6 * 60_000) })).text, /Signature not yet current: .* \+ 5 min\.\)/);
});

test('a request without a signature, or half of one, is refused', async () => {
  await using aws = await startAws();
  const [sts, ssm, bedrock] = await everywhere(aws, { change: (headers) => delete headers['authorization'] });
  assert.match(sts ?? '', /^403 .*<Code>MissingAuthenticationToken</);
  assert.match(ssm ?? '', /^400 \{"__type":"MissingAuthenticationTokenException"/);
  assert.equal(bedrock, '403 {"Message":"Missing Authentication Token"}');
  const half = await send(aws, 'sts', { change: (headers) => void (headers['authorization'] = (headers['authorization'] ?? '').replace(/, Signature=.*/, '')) });
  assert.match(half.text, /<Code>IncompleteSignature<\/Code><Message>Authorization header requires &#39;Signature&#39; parameter\.|<Code>IncompleteSignature<\/Code><Message>Authorization header requires 'Signature' parameter\./);
  const denied = aws.sandbox.audit.filter((entry) => entry.verdict === 'deny');
  assert.deepEqual([denied.length, denied[0]?.identity], [4, 'anonymous']);
});

test('a service that the sandbox does not play answers 501', async () => {
  await using aws = await startAws();
  const signer = new SignatureV4({ service: 's3', region: 'us-west-2', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, sha256: Sha256 });
  const { host } = new URL(aws.sandbox.aws.endpoint);
  const { headers } = await signer.sign(new HttpRequest({ method: 'GET', path: '/bucket', headers: { host } }));
  delete headers['host'];
  const response = await fetch(`${aws.sandbox.aws.endpoint}/bucket`, { headers });
  assert.deepEqual([response.status, await response.json()], [501, { message: 'The sandbox does not do the service s3.' }]);
});

test('the audit log names identity, key, action, resource and verdict of every call', async () => {
  await using aws = await startAws();
  const key = await userWith(aws, 'u');
  await refused(aws.as(key).iam.listUsers({}), 'AccessDenied');
  await refused(aws.iam.getUser({ UserName: 'absent' }), 'NoSuchEntity');
  const [denied, missing] = aws.sandbox.audit.slice(-2);
  assert.deepEqual({ ...denied, explanation: [] }, {
    at: '2026-11-24T09:00:00.000Z',
    service: 'aws',
    action: 'iam:ListUsers',
    operation: 'ListUsers',
    identity: 'arn:aws:iam::123456789012:user/service/u',
    accessKeyId: key.accessKeyId,
    region: 'us-west-2',
    resource: 'arn:aws:iam::123456789012:user/',
    verdict: 'deny',
    status: 403,
    code: 'AccessDenied',
    explanation: [],
  });
  assert.deepEqual([missing?.verdict, missing?.code, missing?.resource], ['error', 'NoSuchEntity', 'arn:aws:iam::123456789012:user/absent']);
  assert.ok(!JSON.stringify(aws.sandbox.audit).includes(key.secretAccessKey));
});

test('the snapshot says whose key a parameter holds, and shows no secret and no id', async () => {
  await using aws = await startAws();
  const key = await userWith(aws, 'u');
  await aws.ssm.putParameter({ Name: 'p', Type: 'SecureString', Value: JSON.stringify({ AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey }), Description: `key ${key.accessKeyId}` });
  const snapshot = aws.sandbox.aws.snapshot();
  assert.deepEqual(snapshot, {
    users: { u: { path: '/service/', attached: [], inline: {}, tags: {}, boundary: undefined, keys: ['Active'] } },
    parameters: { 'us-west-2': { p: { type: 'SecureString', keyId: 'alias/aws/ssm', description: 'key <key 1 of u>', tags: {}, holds: ['<key 1 of u>'] } } },
  });
  assert.ok(aws.sandbox.aws.issuedSecrets().includes(key.secretAccessKey));
});

test('what the sandbox does not do of a service says of which', async () => {
  await using aws = await startAws();
  const { status, text } = await send(aws, 'eks');
  assert.equal(status, 501);
  assert.match(text, /The sandbox does not do POST \/clusters\/lolice\/addons of the service eks\./);
});
