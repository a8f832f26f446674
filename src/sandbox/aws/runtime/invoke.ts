import { Body, type Call, type Operation } from '../call.ts';
import { AwsError, notImplemented } from '../error.ts';
import { isRecord } from '../fields.ts';
import type { Model } from '../../../bedrock/types.ts';
import { complete, type Completion } from './completion.ts';
import { checkContext, checkMaxTokens } from './converse.ts';
import { streamBody } from './frames.ts';
import { messageFormatOf, type MessageFormat } from './message-formats.ts';
import { admit, invocationChecks } from './target.ts';

export const invokeModel: Operation = {
  action: 'bedrock:InvokeModel',
  checks: (call) => invocationChecks(call, 'bedrock:InvokeModel'),
  run(call) {
    const { completion, format, model } = answer(call);
    return new Body('application/json', Buffer.from(JSON.stringify(format.write(completion, model, messageId(call)))), {
      'x-amzn-bedrock-input-token-count': String(completion.inputTokens),
      'x-amzn-bedrock-output-token-count': String(completion.outputTokens),
      'x-amzn-bedrock-invocation-latency': String(200 + 15 * completion.outputTokens),
    });
  },
};

export const invokeModelWithResponseStream: Operation = {
  action: 'bedrock:InvokeModelWithResponseStream',
  checks: (call) => invocationChecks(call, 'bedrock:InvokeModelWithResponseStream'),
  run(call) {
    const { completion, format, model } = answer(call);
    const chunks = format.events(completion, model, messageId(call)).map((event) => ({ type: 'chunk', payload: { bytes: Buffer.from(JSON.stringify(event)).toString('base64') } }));
    return streamBody(chunks, { 'x-amzn-bedrock-content-type': 'application/json' });
  },
};

/** The body of an InvokeModel request: JSON of the provider's format. */
export function readModelBody(value: unknown): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(Buffer.isBuffer(value) ? value.toString('utf8') : String(value));
    if (isRecord(body)) return body;
  } catch {
    // answered below
  }
  throw new AwsError('ValidationException', 400, 'Malformed input request, please reformat your input and try again.');
}

function answer(call: Call): { readonly completion: Completion; readonly format: MessageFormat; readonly model: Model } {
  const { model } = admit(call);
  const format = messageFormatOf(model);
  if (format === undefined) throw notImplemented(`InvokeModel for models of ${model.provider}`);
  const prompt = format.read(readModelBody(call.input.raw('body')), model);
  checkMaxTokens(prompt.maxTokens, model);
  const completion = complete(prompt, model);
  checkContext(completion.inputTokens, model);
  return { completion, format, model };
}

function messageId(call: Call): string {
  return call.requestId.replaceAll('-', '').slice(0, 24);
}
