import type { Model } from '../../../bedrock/types.ts';
import { AwsError } from '../error.ts';
import { isRecord } from '../fields.ts';
import { deltasOf, type Completion, type Prompt } from './completion.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a provider's models take and answer in the body of InvokeModel. */
export interface MessageFormat {
  read(body: Json, model: Model): Prompt;
  write(completion: Completion, model: Model, id: string): Json;
  /** The chunks of a stream. */
  events(completion: Completion, model: Model, id: string): readonly Json[];
}

/** Undefined for a provider whose format the sandbox does not speak. */
export function messageFormatOf(model: Model): MessageFormat | undefined {
  return { anthropic: anthropicMessages, amazon: novaMessages }[model.provider];
}

/** Bedrock user guide, "Anthropic Claude Messages API". */
const anthropicMessages: MessageFormat = {
  read(body) {
    const maxTokens = body['max_tokens'];
    if (body['anthropic_version'] === undefined) throw invalid('anthropic_version: Field required');
    if (typeof maxTokens !== 'number') throw invalid('max_tokens: Field required');
    const messages = readMessages(body['messages']);
    if (messages.length === 0) throw invalid('messages: at least one message is required');
    const system = body['system'];
    return { system: system === undefined ? [] : [textIn(system)], messages, maxTokens };
  },
  write: (completion, model, id) => ({
    model: model.modelId,
    id: `msg_bdrk_${id}`,
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: completion.text }],
    stop_reason: completion.stopReason,
    stop_sequence: null,
    usage: { input_tokens: completion.inputTokens, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: completion.outputTokens },
  }),
  events: (completion, model, id) => [
    {
      type: 'message_start',
      message: { model: model.modelId, id: `msg_bdrk_${id}`, type: 'message', role: 'assistant', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: completion.inputTokens, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...deltasOf(completion.text).map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: completion.stopReason, stop_sequence: null }, usage: { output_tokens: completion.outputTokens } },
    { type: 'message_stop', 'amazon-bedrock-invocationMetrics': metricsOf(completion) },
  ],
};

/** Amazon Nova user guide, "Complete request schema". */
const novaMessages: MessageFormat = {
  read(body, model) {
    const config = body['inferenceConfig'];
    const given = isRecord(config) ? (config['maxTokens'] ?? config['max_new_tokens']) : undefined;
    const messages = readMessages(body['messages']);
    if (messages.length === 0) throw invalid('Malformed input request: #: required key [messages] not found, please reformat your input and try again.');
    return { system: body['system'] === undefined ? [] : [textIn(body['system'])], messages, maxTokens: typeof given === 'number' ? given : (model.maxOutputTokens ?? 4096) };
  },
  write: (completion) => ({
    output: { message: { content: [{ text: completion.text }], role: 'assistant' } },
    stopReason: completion.stopReason,
    usage: { inputTokens: completion.inputTokens, outputTokens: completion.outputTokens, totalTokens: completion.inputTokens + completion.outputTokens },
  }),
  events: (completion) => [
    { messageStart: { role: 'assistant' } },
    ...deltasOf(completion.text).map((text) => ({ contentBlockDelta: { delta: { text }, contentBlockIndex: 0 } })),
    { contentBlockStop: { contentBlockIndex: 0 } },
    { messageStop: { stopReason: completion.stopReason } },
    { metadata: { usage: { inputTokens: completion.inputTokens, outputTokens: completion.outputTokens }, metrics: {}, trace: {} }, 'amazon-bedrock-invocationMetrics': metricsOf(completion) },
  ],
};

function readMessages(value: unknown): Prompt['messages'] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((message) => ({ role: String(message['role']), text: textIn(message['content']) }));
}

/** A text, or the text of blocks. */
function textIn(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((block) => (isRecord(block) && typeof block['text'] === 'string' ? block['text'] : JSON.stringify(block))).join('\n');
}

function metricsOf({ inputTokens, outputTokens }: Completion): Json {
  return { inputTokenCount: inputTokens, outputTokenCount: outputTokens, invocationLatency: 200 + 15 * outputTokens, firstByteLatency: 200 };
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
