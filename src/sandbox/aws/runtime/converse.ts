import type { Model } from '../../../bedrock/types.ts';
import type { Call, Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import { isRecord, type Fields } from '../fields.ts';
import { complete, deltasOf, type Completion, type Prompt } from './completion.ts';
import { streamBody } from './frames.ts';
import { admit, invocationChecks } from './target.ts';

/** Needs bedrock:InvokeModel (Bedrock user guide, "Carry out a conversation with the Converse API operations"). */
export const converse: Operation = {
  action: 'bedrock:InvokeModel',
  checks: (call) => invocationChecks(call, 'bedrock:InvokeModel'),
  run(call) {
    const completion = answer(call);
    return {
      output: { message: { role: 'assistant', content: [{ text: completion.text }] } },
      stopReason: completion.stopReason,
      usage: usageOf(completion),
      metrics: { latencyMs: latencyOf(completion) },
    };
  },
};

/** Needs bedrock:InvokeModelWithResponseStream. */
export const converseStream: Operation = {
  action: 'bedrock:InvokeModelWithResponseStream',
  checks: (call) => invocationChecks(call, 'bedrock:InvokeModelWithResponseStream'),
  run(call) {
    const completion = answer(call);
    return streamBody([
      { type: 'messageStart', payload: { role: 'assistant' } },
      ...deltasOf(completion.text).map((text) => ({ type: 'contentBlockDelta', payload: { contentBlockIndex: 0, delta: { text } } })),
      { type: 'contentBlockStop', payload: { contentBlockIndex: 0 } },
      { type: 'messageStop', payload: { stopReason: completion.stopReason } },
      { type: 'metadata', payload: { usage: usageOf(completion), metrics: { latencyMs: latencyOf(completion) } } },
    ]);
  },
};

/** Also of CountTokens, whose input nests the same members. */
export function readConversation(input: Fields): Pick<Prompt, 'system' | 'messages'> {
  const messages = input.structures('messages').map((message, index) => {
    const role = message.text('role', { oneOf: ['user', 'assistant'] });
    const blocks = message.structures('content');
    if (blocks.length === 0) throw invalid(`The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`);
    return { role, text: blocks.map((block, place) => textOf(block, `messages.${index}.content.${place}`)).join('\n') };
  });
  if (messages[0]?.role !== 'user') throw invalid('A conversation must start with a user message. Try again with a conversation that starts with a user message.');
  return { system: input.structures('system').map((block) => block.optionalText('text') ?? ''), messages };
}

function answer(call: Call): Completion {
  const { model } = admit(call);
  const conversation = readConversation(call.input);
  const maxTokens = call.input.optionalStructure('inferenceConfig')?.optionalNumber('maxTokens', { min: 1 }) ?? model.maxOutputTokens ?? 4096;
  checkMaxTokens(maxTokens, model);
  const completion = complete({ ...conversation, maxTokens }, model);
  checkContext(completion.inputTokens, model);
  return completion;
}

export function checkMaxTokens(maxTokens: number, model: Model): void {
  if (model.maxOutputTokens !== undefined && maxTokens > model.maxOutputTokens) {
    throw invalid(`The maximum tokens you requested exceeds the model limit of ${model.maxOutputTokens}. Try again with a maximum tokens value that is lower than ${model.maxOutputTokens}.`);
  }
}

export function checkContext(inputTokens: number, model: Model): void {
  if (model.contextTokens !== undefined && inputTokens > model.contextTokens) throw invalid('Input is too long for requested model.');
}

/** Other blocks than text are taken and count by their length. */
function textOf(block: Fields, place: string): string {
  const text = block.optionalText('text');
  if (text !== undefined) {
    if (text.trim() === '') throw invalid(`The text field in the ContentBlock object at ${place} is blank. Add text to the text field, and try again.`);
    return text;
  }
  const kind = ['image', 'document', 'toolUse', 'toolResult', 'reasoningContent', 'guardContent', 'cachePoint', 'video', 'audio', 'citationsContent', 'searchResult'].find((name) => block.has(name));
  if (kind === undefined) throw invalid(`The ContentBlock object at ${place} must set one of the following keys: text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult.`);
  const value = block.raw(kind);
  return isRecord(value) ? JSON.stringify(value) : '';
}

function usageOf({ inputTokens, outputTokens }: Completion): Readonly<Record<string, number>> {
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens, cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };
}

/** Made of the tokens, so that the same call is answered alike. */
function latencyOf({ outputTokens }: Completion): number {
  return 200 + 15 * outputTokens;
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
