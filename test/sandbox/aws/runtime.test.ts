import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BedrockRuntime, ConverseCommandInput, ConverseCommandOutput } from '@aws-sdk/client-bedrock-runtime';
import { allow, policy, refused, startAws, userWith } from './aws-sandbox.ts';

const sonnet = 'anthropic.claude-sonnet-4-6';
const haiku = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const claude37 = 'anthropic.claude-3-7-sonnet-20250219-v1:0';
const nova = 'us.amazon.nova-lite-v1:0';
const account = '123456789012';
const modelIn = (region: string, id = sonnet): string => `arn:aws:bedrock:${region}::foundation-model/${id}`;
const profileOf = (id: string): string => `arn:aws:bedrock:us-west-2:${account}:inference-profile/${id}`;

function ask(runtime: BedrockRuntime, modelId: string, text = 'Hello there'): Promise<ConverseCommandOutput> {
  return runtime.converse({ modelId, messages: [{ role: 'user', content: [{ text }] }] });
}

test('a conversation is answered alike each time, its tokens counted from the text', async () => {
  await using aws = await startAws();
  const [first, second] = [await ask(aws.runtime, `us.${sonnet}`), await ask(aws.runtime, `us.${sonnet}`)];
  assert.deepEqual([first.output, first.usage, first.stopReason], [second.output, second.usage, 'end_turn']);
  assert.match(first.output?.message?.content?.[0]?.text ?? '', /Claude Sonnet 4\.6.*Hello there/);
  const longer = await ask(aws.runtime, `us.${sonnet}`, 'Hello there '.repeat(20));
  assert.ok((longer.usage?.inputTokens ?? 0) > (first.usage?.inputTokens ?? 0) + 30);
  assert.equal((first.usage?.inputTokens ?? 0) + (first.usage?.outputTokens ?? 0), first.usage?.totalTokens);
  const cut = await aws.runtime.converse({ modelId: `us.${sonnet}`, messages: [{ role: 'user', content: [{ text: 'Hello' }] }], inferenceConfig: { maxTokens: 3 } });
  assert.deepEqual([cut.stopReason, cut.usage?.outputTokens], ['max_tokens', 3]);
  assert.equal((await ask(aws.runtime, `us.${sonnet}`, 'Reply with the word OK.')).output?.message?.content?.[0]?.text, 'OK');
});

test('a stream brings the same text in deltas, then the usage', async () => {
  await using aws = await startAws();
  const whole = await ask(aws.runtime, haiku);
  const { stream } = await aws.runtime.converseStream({ modelId: haiku, messages: [{ role: 'user', content: [{ text: 'Hello there' }] }] });
  const events: string[] = [];
  let text = '';
  for await (const event of stream ?? []) {
    events.push(Object.keys(event)[0] ?? '');
    text += event.contentBlockDelta?.delta?.text ?? '';
    if (event.metadata !== undefined) assert.deepEqual(event.metadata.usage, whole.usage);
  }
  assert.equal(text, whole.output?.message?.content?.[0]?.text);
  assert.deepEqual([events[0], ...events.slice(-3)], ['messageStart', 'contentBlockStop', 'messageStop', 'metadata']);
});

test('InvokeModel takes and answers the provider’s own body, whole and streamed', async () => {
  await using aws = await startAws();
  const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 100, system: 'Be short.', messages: [{ role: 'user', content: 'Hello' }] });
  const claude = await aws.runtime.invokeModel({ modelId: haiku, body });
  const answer = JSON.parse(claude.body.transformToString());
  assert.deepEqual([answer.type, answer.role, answer.stop_reason, answer.content[0].type], ['message', 'assistant', 'end_turn', 'text']);
  const streamed = await aws.runtime.invokeModelWithResponseStream({ modelId: haiku, body });
  let text = '';
  for await (const event of streamed.body ?? []) {
    const chunk = JSON.parse(Buffer.from(event.chunk?.bytes ?? []).toString());
    text += chunk.delta?.text ?? '';
  }
  assert.equal(text, answer.content[0].text);

  const novaBody = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hello' }] }], inferenceConfig: { maxTokens: 5 } });
  const novaAnswer = JSON.parse((await aws.runtime.invokeModel({ modelId: nova, body: novaBody })).body.transformToString());
  assert.deepEqual([novaAnswer.stopReason, novaAnswer.usage.outputTokens, novaAnswer.output.message.role], ['max_tokens', 5, 'assistant']);

  await refused(aws.runtime.invokeModel({ modelId: haiku, body: '{"messages":[]}' }), 'ValidationException', 'anthropic_version: Field required', 400);
  await refused(aws.runtime.invokeModel({ modelId: haiku, body: '{"anthropic_version":"bedrock-2023-05-31","messages":[]}' }), 'ValidationException', 'max_tokens: Field required');
  await refused(aws.runtime.invokeModel({ modelId: haiku, body: 'hello' }), 'ValidationException', /^Malformed input request/);
});

test('a bare id where only a profile works is refused in Bedrock’s words', async () => {
  await using aws = await startAws();
  await refused(
    ask(aws.runtime, sonnet),
    'ValidationException',
    `Invocation of model ID ${sonnet} with on-demand throughput isn\u2019t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
    400,
  );
  await refused(ask(aws.runtime, 'anthropic.claude-sonnet-99'), 'ValidationException', 'The provided model identifier is invalid.', 400);
  await refused(ask(aws.in('ap-northeast-1').runtime, `us.${sonnet}`), 'ValidationException', 'The provided model identifier is invalid.');
});

test('a model answers until its end of life, by the world’s clock', async () => {
  await using aws = await startAws({ now: new Date('2025-03-08T00:00:00Z') });
  assert.ok((await ask(aws.runtime, `us.${claude37}`)).output);
  await aws.sandbox.clock.set(new Date('2026-04-27T23:59:59Z'));
  assert.ok((await ask(aws.runtime, `us.${claude37}`)).output, 'legacy still answers');
  await aws.sandbox.clock.set(new Date('2026-04-28T00:00:00Z'));
  await refused(
    ask(aws.runtime, `us.${claude37}`),
    'ResourceNotFoundException',
    'This model version has reached the end of its life. Please refer to the AWS documentation for more details.',
    404,
  );
});

test('a policy that lacks one destination region is refused now and then', async () => {
  await using aws = await startAws();
  const document = policy(allow('bedrock:InvokeModel', [profileOf(`us.${sonnet}`), modelIn('us-west-2'), modelIn('us-east-1')]));
  const { runtime } = aws.as(await userWith(aws, 'u', document));
  const outcomes: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    try {
      await ask(runtime, `us.${sonnet}`);
      outcomes.push('answered');
    } catch (error) {
      outcomes.push(error instanceof Error ? error.message : '');
    }
  }
  const words = `User: arn:aws:iam::${account}:user/service/u is not authorized to perform: bedrock:InvokeModel on resource: ${modelIn('us-east-2')} because no identity-based policy allows the bedrock:InvokeModel action`;
  assert.deepEqual(outcomes.toSorted(), [...Array.from({ length: 2 }, () => words), ...Array.from({ length: 4 }, () => 'answered')].toSorted());
});

test('the seed’s policy, which names the model alone, is denied the profile', async () => {
  await using aws = await startAws({ now: new Date('2025-03-08T00:00:00Z') });
  const document = policy(allow(['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'], `arn:aws:bedrock:*::foundation-model/${claude37}`));
  const { runtime } = aws.as(await userWith(aws, 'u', document));
  await refused(ask(runtime, claude37), 'ValidationException', /on-demand throughput isn’t supported/);
  await refused(ask(runtime, `us.${claude37}`), 'AccessDeniedException', new RegExp(`on resource: ${profileOf(`us.${claude37}`)} because no identity-based policy allows`), 403);
  const denied = aws.sandbox.audit.at(-1);
  assert.deepEqual(
    [denied?.action, denied?.operation, denied?.verdict, denied?.status, denied?.resource],
    ['bedrock:InvokeModel', 'Converse', 'deny', 403, profileOf(`us.${claude37}`)],
  );
  assert.ok((denied?.explanation?.length ?? 0) > 0);
});

test('streams need the stream’s own permission', async () => {
  await using aws = await startAws();
  const { runtime } = aws.as(await userWith(aws, 'u', policy(allow('bedrock:InvokeModel'))));
  assert.ok((await ask(runtime, haiku)).output);
  await refused(runtime.converseStream({ modelId: haiku, messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }), 'AccessDeniedException', /perform: bedrock:InvokeModelWithResponseStream on resource/);
});

test('the model beneath a profile may be granted under that profile alone', async () => {
  await using aws = await startAws();
  const models = ['us-east-1', 'us-east-2', 'us-west-2'].map((region) => modelIn(region));
  const document = policy(allow('bedrock:InvokeModel', profileOf(`us.${sonnet}`)), { ...allow('bedrock:InvokeModel', models), Condition: { StringEquals: { 'bedrock:InferenceProfileArn': profileOf(`us.${sonnet}`) } } });
  const { runtime } = aws.as(await userWith(aws, 'u', document));
  for (let round = 0; round < 3; round += 1) assert.ok((await ask(runtime, `us.${sonnet}`)).output);
  await refused(ask(runtime, `global.${sonnet}`), 'AccessDeniedException');
  await refused(ask(runtime, sonnet), 'AccessDeniedException');
});

test('a global profile asks for the model without a region, under the region `unspecified`', async () => {
  await using aws = await startAws();
  const regionless = { ...allow('bedrock:InvokeModel', modelIn('')), Condition: { StringEquals: { 'aws:RequestedRegion': 'unspecified' } } };
  const { runtime } = aws.as(await userWith(aws, 'u', policy(allow('bedrock:InvokeModel', [profileOf(`global.${sonnet}`), modelIn('us-west-2')]))));
  await refused(ask(runtime, `global.${sonnet}`), 'AccessDeniedException', /on resource: arn:aws:bedrock:::foundation-model\//);
  await aws.iam.putUserPolicy({ UserName: 'u', PolicyName: 'more', PolicyDocument: policy(regionless) });
  assert.ok((await ask(runtime, `global.${sonnet}`)).output);
});

test('tokens are counted for a foundation model’s id, not for a profile', async () => {
  await using aws = await startAws();
  const converse = { messages: [{ role: 'user' as const, content: [{ text: 'Hello there' }] }] };
  const { inputTokens } = await aws.runtime.countTokens({ modelId: sonnet, input: { converse } });
  assert.equal(inputTokens, (await ask(aws.runtime, `us.${sonnet}`)).usage?.inputTokens);
  const body = Buffer.from(JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 1, messages: [{ role: 'user', content: 'Hello there' }] }));
  assert.equal((await aws.runtime.countTokens({ modelId: sonnet, input: { invokeModel: { body } } })).inputTokens, inputTokens);
  await refused(aws.runtime.countTokens({ modelId: `us.${sonnet}`, input: { converse } }), 'ValidationException', "The provided model doesn't support counting tokens.", 400);
});

test('conversations are refused that Bedrock refuses', async () => {
  await using aws = await startAws();
  const converse = (input: Omit<ConverseCommandInput, 'modelId'>): Promise<unknown> => aws.runtime.converse({ modelId: haiku, ...input });
  await refused(converse({ messages: [{ role: 'assistant', content: [{ text: 'Hi' }] }] }), 'ValidationException', /^A conversation must start with a user message/);
  await refused(converse({ messages: [{ role: 'user', content: [{ text: ' ' }] }] }), 'ValidationException', 'The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, and try again.');
  await refused(converse({ messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 10_000_000 } }), 'ValidationException', /^The maximum tokens you requested exceeds the model limit of \d+/);
});

test('the same calls work by ARN, and over HTTP/1.1', async () => {
  await using aws = await startAws();
  const { BedrockRuntime: Client } = await import('@aws-sdk/client-bedrock-runtime');
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  const credentials = await aws.sandbox.aws.createIdentity('caller', { Version: '2012-10-17', Statement: [allow('bedrock:*')] });
  const client = new Client({ endpoint: aws.sandbox.aws.endpoint, region: 'us-west-2', credentials, requestHandler: new NodeHttpHandler() });
  assert.ok((await ask(client, profileOf(haiku))).output);
  const { stream } = await client.converseStream({ modelId: haiku, messages: [{ role: 'user', content: [{ text: 'Hi' }] }] });
  let events = 0;
  for await (const event of stream ?? []) events += Object.keys(event).length;
  assert.ok(events > 4);
  client.destroy();
});
