import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { inspect } from 'node:util';
import { AwsCallError } from '../../src/aws/error.ts';
import { openAws } from '../../src/aws/open.ts';
import type { Aws } from '../../src/aws/types.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { Sandbox } from '../../src/sandbox/types.ts';

const model = 'us.anthropic.claude-sonnet-4-6';
const statements = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream', 'bedrock:CallWithBearerToken'].map((Action) => ({ Effect: 'Allow', Action, Resource: '*' }) as const);

let sandbox: Sandbox;
let aws: Aws;

before(async () => {
  sandbox = await startSandbox({ kubernetes: false, ticking: false, now: new Date('2026-11-24T09:00:00Z') });
  // A token of this machine's own must not be taken for the given one.
  aws = openAws({ region: 'us-west-2', environment: { ...sandbox.environment, AWS_BEARER_TOKEN_BEDROCK: 'ABSKsomebody' }, clock: sandbox.productClock, random: () => 0.5 });
  const user = await aws.iam.createUser({ name: 'u', path: '/', tags: {} });
  const policy = await aws.iam.createPolicy({ name: 'p', path: '/', description: '', document: { Version: '2012-10-17', Statement: statements }, tags: {} });
  await aws.iam.attachUserPolicy(user.name, policy.arn);
});
after(() => sandbox.stop());

it('makes, lists, switches and removes API keys, of which a list shows end and state', async () => {
  const { id, token } = await aws.apiKeys.create('u', 30);
  assert.deepEqual(await aws.apiKeys.list('u'), [{ id, active: true, createdAt: new Date('2026-11-24T09:00:00Z'), expiresAt: new Date('2026-12-24T09:00:00Z') }]);
  assert.doesNotMatch(inspect(token), /ABSK/);
  await aws.apiKeys.setActive('u', id, false);
  assert.deepEqual((await aws.apiKeys.list('u'))?.map(({ active }) => active), [false]);
  await aws.apiKeys.remove('u', id);
  assert.deepEqual(await aws.apiKeys.list('u'), []);
  assert.equal(await aws.apiKeys.list('nobody'), undefined);
});

it('calls with a token and no signature, whole and streamed, and opens nothing but Amazon Bedrock', async () => {
  const { id, token } = await aws.apiKeys.create('u');
  const { runtime, bedrock } = aws.withToken(token);
  assert.ok((await runtime('us-west-2').converse(model, 'Hello', 16)).outputTokens > 0);
  assert.ok((await runtime('us-west-2').converseStream(model, 'Hello', 16)).outputTokens > 0);
  assert.deepEqual(sandbox.audit.slice(-2).map(({ accessKeyId, identity }) => [accessKeyId, identity]), [0, 1].map(() => [id, 'arn:aws:iam::123456789012:user/u']));
  await assert.rejects(bedrock('us-west-2').getInferenceProfile(model), (error: unknown) => error instanceof AwsCallError && error.kind === 'denied');
  await aws.apiKeys.setActive('u', id, false);
  await assert.rejects(runtime('us-west-2').converse(model, 'Hello', 16), (error: unknown) => error instanceof AwsCallError && error.kind === 'denied');
  await aws.apiKeys.remove('u', id);
});
