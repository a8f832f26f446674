import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IAM } from '@aws-sdk/client-iam';
import { SSM } from '@aws-sdk/client-ssm';
import { refused, startAws, userWith, type AwsSandbox } from './aws-sandbox.ts';

const hello = { modelId: 'us.anthropic.claude-sonnet-4-6', messages: [{ role: 'user' as const, content: [{ text: 'Hi' }] }] };

function run(aws: AwsSandbox, id: string): { readonly iam: IAM; readonly ssm: SSM } {
  const credentials = { accessKeyId: aws.sandbox.environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: aws.sandbox.environment['AWS_SECRET_ACCESS_KEY'] ?? '' };
  const config = { endpoint: aws.sandbox.aws.endpoint, region: 'us-west-2', credentials, maxAttempts: 1, customUserAgent: [['bedrock-access', '0.1.0'], ['run', id]] satisfies [string, string][] };
  return { iam: new IAM(config), ssm: new SSM(config) };
}

test('throttling comes in each service’s words, once unless told otherwise', async () => {
  await using aws = await startAws();
  const { faults } = aws.sandbox.aws;
  faults.add({ action: 'iam:*', fault: { kind: 'throttle' } });
  await refused(aws.iam.listUsers({}), 'Throttling', 'Rate exceeded', 400);
  assert.ok(await aws.iam.listUsers({}));
  faults.add({ action: 'bedrock:InvokeModel', fault: { kind: 'throttle' }, times: Infinity });
  await refused(aws.runtime.converse(hello), 'ThrottlingException', 'Too many tokens, please wait before trying again.', 429);
  await refused(aws.runtime.converse(hello), 'ThrottlingException');
  faults.clear();
  assert.ok(await aws.runtime.converse(hello));
});

test('a status is answered without executing, after as many calls as asked', async () => {
  await using aws = await startAws();
  aws.sandbox.aws.faults.add({ action: 'iam:CreateUser', skip: 1, fault: { kind: 'status', status: 503, code: 'ServiceUnavailable' } });
  await aws.iam.createUser({ UserName: 'a' });
  await refused(aws.iam.createUser({ UserName: 'b' }), 'ServiceUnavailable', undefined, 503);
  await refused(aws.iam.getUser({ UserName: 'b' }), 'NoSuchEntity');
  assert.deepEqual(aws.sandbox.audit.at(-2)?.verdict, 'error');
});

test('a dropped connection leaves the call undone, or done without an answer, over both versions of HTTP', async () => {
  await using aws = await startAws();
  aws.sandbox.aws.faults.add({ action: 'iam:CreateUser', fault: { kind: 'drop', when: 'before' } });
  await assert.rejects(aws.iam.createUser({ UserName: 'a' }));
  await refused(aws.iam.getUser({ UserName: 'a' }), 'NoSuchEntity');
  aws.sandbox.aws.faults.add({ action: 'iam:CreateUser', fault: { kind: 'drop', when: 'after' } });
  await assert.rejects(aws.iam.createUser({ UserName: 'a' }));
  assert.ok((await aws.iam.getUser({ UserName: 'a' })).User);
  aws.sandbox.aws.faults.add({ action: 'bedrock:Converse', fault: { kind: 'drop', when: 'after' } });
  await assert.rejects(aws.runtime.converse(hello));
  assert.ok(await aws.runtime.converse(hello));
});

test('a killed run gets no more answers from either service, and another run goes on', async () => {
  await using aws = await startAws();
  const [first, second] = [run(aws, 'one'), run(aws, 'two')];
  aws.sandbox.faults.add({ action: '*', skip: 1, fault: { kind: 'kill', when: 'after' } });
  await first.iam.createUser({ UserName: 'a' });
  await assert.rejects(first.iam.createAccessKey({ UserName: 'a' }));
  await assert.rejects(first.iam.deleteUser({ UserName: 'a' }));
  await assert.rejects(first.ssm.describeParameters({}));
  assert.equal((await second.iam.listAccessKeys({ UserName: 'a' })).AccessKeyMetadata?.length, 1, 'the call that killed it was executed');
  const refusedCalls = aws.sandbox.audit.filter((entry) => entry.run === 'one' && entry.code === 'ConnectionDropped');
  assert.equal(refusedCalls.length, 3);
});

test('a kill before the call leaves it undone', async () => {
  await using aws = await startAws();
  const { iam } = run(aws, 'one');
  aws.sandbox.faults.add({ action: 'iam:CreateUser', fault: { kind: 'kill', when: 'before' } });
  await assert.rejects(iam.createUser({ UserName: 'a' }));
  assert.deepEqual(aws.sandbox.aws.snapshot(), {});
});

test('a new key is unknown for a while where IAM is eventual: now here, now there, then everywhere', async () => {
  await using aws = await startAws({ consistency: { propagation: 10_000 }, seed: 3 });
  const key = await userWith(aws, 'u');
  const { sts } = aws.as(key);
  await refused(sts.getCallerIdentity({}), 'InvalidClientTokenId');
  const outcomes = new Set<string>();
  for (let second = 0; second < 10; second += 1) {
    for (let call = 0; call < 4; call += 1) outcomes.add(await sts.getCallerIdentity({}).then(() => `${second} known`, () => `${second} unknown`));
    await aws.sandbox.clock.advance(1000);
  }
  assert.ok(Array.from({ length: 10 }, (_, second) => second).some((second) => outcomes.has(`${second} known`) && outcomes.has(`${second} unknown`)), [...outcomes].join(', '));
  for (let call = 0; call < 6; call += 1) assert.ok((await sts.getCallerIdentity({})).Arn);
});
