import type { Model } from '../../../bedrock/types.ts';
import { countTokens, tokensOf } from './tokens.ts';

/** What was asked, whatever the shape of the body that asked it. */
export interface Prompt {
  readonly system: readonly string[];
  /** In order; the last is the one to answer. */
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  readonly maxTokens: number;
}

export interface Completion {
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly stopReason: 'end_turn' | 'max_tokens';
}

/** Tokens that a message costs beside its text. */
const messageOverhead = 4;

/** The same answer to the same question: it names the model and repeats the question. */
export function complete(prompt: Prompt, model: Model): Completion {
  const question = prompt.messages.at(-1)?.text.trim() ?? '';
  const wanted = /^(?:please\s+)?(?:reply|answer|respond)\s+with\s+(?:only\s+|exactly\s+|just\s+)?(?:the\s+word\s+)?["'`]?([\p{L}\p{N}_-]+)["'`]?[.!]?$/iu.exec(question)?.[1];
  const full = wanted ?? `This is ${model.name ?? model.modelId} in the sandbox. You wrote: ${question}`;
  const pieces = tokensOf(full);
  const shown = pieces.slice(0, prompt.maxTokens);
  return {
    text: shown.join(''),
    inputTokens: promptTokens(prompt),
    outputTokens: shown.length,
    stopReason: shown.length < pieces.length ? 'max_tokens' : 'end_turn',
  };
}

export function promptTokens(prompt: Pick<Prompt, 'system' | 'messages'>): number {
  const system = prompt.system.reduce((sum, text) => sum + countTokens(text), 0);
  return system + prompt.messages.reduce((sum, message) => sum + countTokens(message.text) + messageOverhead, 0);
}

/** A text in the deltas that a stream sends. */
export function deltasOf(text: string): readonly string[] {
  const pieces = tokensOf(text);
  const deltas: string[] = [];
  for (let index = 0; index < pieces.length; index += 4) deltas.push(pieces.slice(index, index + 4).join(''));
  return deltas;
}
