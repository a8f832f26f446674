import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { AwsCallError } from '../../src/aws/error.ts';
import type { ModelAnswer } from '../../src/aws/types.ts';
import { jsonError, queryAnswer, inTurn, wire } from './wire.ts';
import type { Reply } from './wire.ts';

const codec = new EventStreamCodec((bytes) => Buffer.from(bytes).toString('utf8'), (text) => Buffer.from(text, 'utf8'));

function frame(type: string, body: object, kind: 'event' | 'exception' = 'event'): Uint8Array {
  return codec.encode({
    headers: {
      ':message-type': { type: 'string', value: kind },
      [kind === 'event' ? ':event-type' : ':exception-type']: { type: 'string', value: type },
      ':content-type': { type: 'string', value: 'application/json' },
    },
    body: Buffer.from(JSON.stringify(body)),
  });
}

function stream(frames: readonly Uint8Array[], end: 'ends' | 'breaks' = 'ends'): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    response.write(Buffer.concat(frames), () => (end === 'ends' ? response.end() : response.destroy()));
  };
}

async function converse(reply: Reply, told: string[] = []): Promise<ModelAnswer | AwsCallError> {
  const server = await wire(reply);
  try {
    return await server.open().runtime('us-west-2').converseStream('us.anthropic.claude-sonnet-4-6', 'hi', 5, (delta) => told.push(delta));
  } catch (error) {
    if (error instanceof AwsCallError) return error;
    throw error;
  } finally {
    await server.stop();
  }
}

const text = (words: string): Uint8Array => frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: words } });
const stop = frame('messageStop', { stopReason: 'end_turn' });
const metadata = frame('metadata', { usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 }, metrics: { latencyMs: 1 } });

describe('a streamed answer', () => {
  it('is told as it comes and put together at its end', async () => {
    const told: string[] = [];
    const answer = await converse(stream([frame('messageStart', { role: 'assistant' }), text('rea'), text('dy'), stop, metadata]), told);
    assert.deepEqual(answer, { text: 'ready', inputTokens: 3, outputTokens: 2, stopReason: 'end_turn' });
    assert.deepEqual(told, ['rea', 'dy']);
  });

  it('that turns into an exception fails as that exception', async () => {
    const answer = await converse(stream([text('rea'), frame('throttlingException', { message: 'Too many tokens, please wait before trying again.' }, 'exception')]));
    assert.ok(answer instanceof AwsCallError);
    assert.equal(answer.kind, 'throttled');
  });

  it('that ends too early or breaks off is no answer', async () => {
    const early = await converse(stream([text('rea')]));
    assert.ok(early instanceof AwsCallError);
    assert.equal(early.code, 'IncompleteStream');
    const broken = await converse(stream([text('rea')], 'breaks'));
    assert.ok(broken instanceof AwsCallError);
    assert.equal(broken.uncertain, true);
  });

  it('that is denied is denied, with the action that IAM asks for', async () => {
    const answer = await converse(jsonError(403, 'AccessDeniedException', 'User: x is not authorized'));
    assert.ok(answer instanceof AwsCallError);
    assert.deepEqual([answer.kind, answer.action], ['denied', 'bedrock:InvokeModelWithResponseStream']);
  });
});

it('lists of IAM are followed by their marker', async () => {
  const page = (id: string, marker?: string): Reply =>
    queryAnswer(
      'ListAccessKeys',
      `<AccessKeyMetadata><member><AccessKeyId>${id}</AccessKeyId><Status>Active</Status><CreateDate>2026-11-24T00:00:00Z</CreateDate></member></AccessKeyMetadata><IsTruncated>${String(marker !== undefined)}</IsTruncated>${marker === undefined ? '' : `<Marker>${marker}</Marker>`}`,
    );
  const server = await wire(inTurn(page('AKIA1', 'next'), page('AKIA2')));
  try {
    assert.deepEqual((await server.open().iam.listAccessKeys('x'))?.map(({ id }) => id), ['AKIA1', 'AKIA2']);
    assert.match(server.received[1]!.body, /Marker=next/);
  } finally {
    await server.stop();
  }
});
