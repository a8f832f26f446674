import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allow, policy, refused, startAws, userWith, type Credentials } from './aws-sandbox.ts';

const sonnet = 'anthropic.claude-sonnet-4-6';
const claude37 = 'anthropic.claude-3-7-sonnet-20250219-v1:0';

test('models are offered in the world’s time: launched, legacy, then gone', async () => {
  await using aws = await startAws({ now: new Date('2025-02-18T00:00:00Z') });
  const statusOf = async (modelId: string): Promise<string | undefined> =>
    (await aws.bedrock.listFoundationModels({ byProvider: 'anthropic' })).modelSummaries?.find((model) => model.modelId === modelId)?.modelLifecycle?.status;
  assert.equal(await statusOf(claude37), undefined);
  await aws.sandbox.clock.set(new Date('2025-03-08T00:00:00Z'));
  assert.equal(await statusOf(claude37), 'ACTIVE');
  await aws.sandbox.clock.set(new Date('2025-11-01T00:00:00Z'));
  assert.equal(await statusOf(claude37), 'LEGACY');
  assert.deepEqual((await aws.bedrock.getFoundationModel({ modelIdentifier: claude37 })).modelDetails?.modelLifecycle?.endOfLifeTime, new Date('2026-04-28T00:00:00Z'));
  await aws.sandbox.clock.set(new Date('2026-04-28T00:00:00Z'));
  assert.equal(await statusOf(claude37), undefined);
  await refused(aws.bedrock.getFoundationModel({ modelIdentifier: claude37 }), 'ResourceNotFoundException', undefined, 404);
});

test('a geographic profile names the model in each destination region of its source', async () => {
  await using aws = await startAws();
  const profile = await aws.bedrock.getInferenceProfile({ inferenceProfileIdentifier: `us.${sonnet}` });
  assert.equal(profile.inferenceProfileArn, `arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.${sonnet}`);
  assert.deepEqual(profile.models?.map((model) => model.modelArn), ['us-east-1', 'us-east-2', 'us-west-2'].map((region) => `arn:aws:bedrock:${region}::foundation-model/${sonnet}`));
  const byArn = await aws.bedrock.getInferenceProfile({ inferenceProfileIdentifier: profile.inferenceProfileArn });
  assert.equal(byArn.inferenceProfileId, `us.${sonnet}`);
  await refused(aws.in('ap-northeast-1').bedrock.getInferenceProfile({ inferenceProfileIdentifier: `us.${sonnet}` }), 'ResourceNotFoundException', undefined, 404);
});

test('a global profile names the model without a region', async () => {
  await using aws = await startAws();
  const profile = await aws.bedrock.getInferenceProfile({ inferenceProfileIdentifier: `global.${sonnet}` });
  assert.deepEqual(profile.models?.map((model) => model.modelArn), [`arn:aws:bedrock:::foundation-model/${sonnet}`, `arn:aws:bedrock:us-west-2::foundation-model/${sonnet}`]);
});

test('profiles are listed by type and in pages', async () => {
  await using aws = await startAws();
  const all = (await aws.bedrock.listInferenceProfiles({ typeEquals: 'SYSTEM_DEFINED' })).inferenceProfileSummaries?.length ?? 0;
  const first = await aws.bedrock.listInferenceProfiles({ typeEquals: 'SYSTEM_DEFINED', maxResults: all - 1 });
  const second = await aws.bedrock.listInferenceProfiles({ typeEquals: 'SYSTEM_DEFINED', nextToken: first.nextToken });
  assert.deepEqual([first.inferenceProfileSummaries?.length, second.inferenceProfileSummaries?.length, second.nextToken], [all - 1, 1, undefined]);
  assert.deepEqual((await aws.bedrock.listInferenceProfiles({ typeEquals: 'APPLICATION' })).inferenceProfileSummaries, []);
});

test('an application profile is made once per token, tagged, called by its ARN and deleted', async () => {
  await using aws = await startAws();
  const input = {
    inferenceProfileName: 'openhands',
    clientRequestToken: 'token-1',
    modelSource: { copyFrom: `arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.${sonnet}` },
    tags: [{ key: 'bedrock-access/name', value: 'openhands' }],
  };
  const { inferenceProfileArn: arn = '' } = await aws.bedrock.createInferenceProfile(input);
  assert.match(arn, /^arn:aws:bedrock:us-west-2:123456789012:application-inference-profile\/[a-z0-9]{12}$/);
  assert.equal((await aws.bedrock.createInferenceProfile(input)).inferenceProfileArn, arn);
  const made = await aws.bedrock.getInferenceProfile({ inferenceProfileIdentifier: arn });
  assert.deepEqual([made.type, made.models?.length, made.inferenceProfileName], ['APPLICATION', 3, 'openhands']);
  assert.deepEqual((await aws.bedrock.listTagsForResource({ resourceARN: arn })).tags, input.tags);
  await aws.bedrock.tagResource({ resourceARN: arn, tags: [{ key: 'b', value: '2' }] });
  await aws.bedrock.untagResource({ resourceARN: arn, tagKeys: ['bedrock-access/name'] });
  assert.deepEqual((await aws.bedrock.listTagsForResource({ resourceARN: arn })).tags, [{ key: 'b', value: '2' }]);
  assert.ok((await aws.runtime.converse({ modelId: arn, messages: [{ role: 'user', content: [{ text: 'Hi' }] }] })).output);
  await refused(aws.bedrock.deleteInferenceProfile({ inferenceProfileIdentifier: `us.${sonnet}` }), 'ValidationException');
  await aws.bedrock.deleteInferenceProfile({ inferenceProfileIdentifier: arn });
  await refused(aws.bedrock.deleteInferenceProfile({ inferenceProfileIdentifier: arn }), 'ResourceNotFoundException');
  await refused(aws.bedrock.createInferenceProfile({ ...input, modelSource: { copyFrom: 'arn:aws:bedrock:us-west-2::foundation-model/none' } }), 'ValidationException', 'The provided model identifier is invalid.');
  assert.deepEqual(aws.sandbox.aws.snapshot(), {});
});

test('listing needs * and getting needs the one: the seed’s scoped list never matches', async () => {
  await using aws = await startAws();
  const seed = allow(['bedrock:ListFoundationModels', 'bedrock:GetFoundationModel'], `arn:aws:bedrock:*::foundation-model/${sonnet}`);
  const { bedrock } = aws.as(await userWith(aws, 'u', policy(seed)));
  assert.ok((await bedrock.getFoundationModel({ modelIdentifier: sonnet })).modelDetails);
  await refused(
    bedrock.listFoundationModels({}),
    'AccessDeniedException',
    'User: arn:aws:iam::123456789012:user/service/u is not authorized to perform: bedrock:ListFoundationModels on resource: * because no identity-based policy allows the bedrock:ListFoundationModels action',
    403,
  );
});

test('a call through an application profile is judged on the profile, by its ARN, and on the model beneath, which knows through which profile it is called', async () => {
  await using aws = await startAws();
  const make = async (name: string): Promise<string> =>
    (await aws.bedrock.createInferenceProfile({ inferenceProfileName: name, clientRequestToken: name, modelSource: { copyFrom: `arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.${sonnet}` } })).inferenceProfileArn ?? '';
  const [own, another] = [await make('own'), await make('another')];
  const model = `arn:aws:bedrock:*::foundation-model/${sonnet}`;
  const through = { ...allow('bedrock:InvokeModel', model), Condition: { StringEquals: { 'bedrock:InferenceProfileArn': own } } };
  const call = (keys: Credentials, modelId: string) => aws.as(keys).runtime.converse({ modelId, messages: [{ role: 'user', content: [{ text: 'Hi' }] }] });
  const both = await userWith(aws, 'both', policy(allow('bedrock:InvokeModel', own), through));
  assert.ok((await call(both, own)).output);
  // Not through another profile, nor through what it copies, nor by the bare id.
  for (const other of [another, `us.${sonnet}`]) await refused(call(both, other), 'AccessDeniedException', undefined, 403);
  await refused(call(await userWith(aws, 'profile', policy(allow('bedrock:InvokeModel', own))), own), 'AccessDeniedException', new RegExp(`foundation-model/${sonnet}`), 403);
  await refused(call(await userWith(aws, 'model', policy(allow('bedrock:InvokeModel', model))), own), 'AccessDeniedException', /application-inference-profile/, 403);
  await refused(call(await userWith(aws, 'pattern', policy(allow('bedrock:InvokeModel', 'arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/*'), through)), another), 'AccessDeniedException', new RegExp(`foundation-model/${sonnet}`), 403);
});
