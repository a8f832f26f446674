import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, CountTokensCommand } from '@aws-sdk/client-bedrock-runtime';
import type { Message, TokenUsage } from '@aws-sdk/client-bedrock-runtime';
import { present } from './answer.ts';
import { classify } from './classify.ts';
import type { CallPlace } from './classify.ts';
import { clientSettings } from './client-settings.ts';
import { AwsCallError } from './call-error.ts';
import { changing, reading } from './session.ts';
import type { Session } from './session.ts';
import type { BedrockRuntimeCalls, ModelAnswer } from './types.ts';

/** A model may think for a while before its first word. */
const modelTimeout = 120_000;

/** Bedrock's runtime in one region, through the SDK. The actions are those that IAM asks for (Converse is no action of its own). */
export function runtimeCalls(session: Session, region: string): BedrockRuntimeCalls {
  const client = new BedrockRuntimeClient(clientSettings(session, 'BEDROCK_RUNTIME', region, Math.max(session.timeout, modelTimeout)));

  return {
    converse(modelId, prompt, maxTokens) {
      const where: CallPlace = { action: 'bedrock:InvokeModel', region, resource: modelId };
      return reading(session, where, async () => {
        const answer = await client.send(new ConverseCommand({ modelId, messages: oneMessage(prompt), inferenceConfig: { maxTokens } }));
        const text = (answer.output?.message?.content ?? []).map((block) => block.text ?? '').join('');
        return toAnswer(text, answer.usage, answer.stopReason, where);
      });
    },
    converseStream(modelId, prompt, maxTokens, onText) {
      const where: CallPlace = { action: 'bedrock:InvokeModelWithResponseStream', region, resource: modelId };
      // Sent once: what has been told to `onText` cannot be taken back.
      return changing(session, where, async () => {
        const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages: oneMessage(prompt), inferenceConfig: { maxTokens } }));
        let text = '';
        let usage: TokenUsage | undefined;
        let stopReason: string | undefined;
        for await (const event of present(stream, 'stream', where)) {
          const failure = event.internalServerException ?? event.modelStreamErrorException ?? event.serviceUnavailableException ?? event.throttlingException ?? event.validationException;
          if (failure !== undefined) throw classify(failure, where);
          const delta = event.contentBlockDelta?.delta?.text;
          if (delta !== undefined) {
            text += delta;
            onText?.(delta);
          }
          stopReason ??= event.messageStop?.stopReason;
          usage ??= event.metadata?.usage;
        }
        if (stopReason === undefined) {
          throw new AwsCallError(`${where.action} in ${region}: the stream ended before the answer did`, { ...where, kind: 'unavailable', code: 'IncompleteStream', uncertain: true });
        }
        return toAnswer(text, usage, stopReason, where);
      });
    },
    countTokens(modelId, prompt) {
      const where: CallPlace = { action: 'bedrock:CountTokens', region, resource: modelId };
      return reading(session, where, async () => {
        const answer = await client.send(new CountTokensCommand({ modelId, input: { converse: { messages: oneMessage(prompt) } } }));
        return present(answer.inputTokens, 'inputTokens', where);
      });
    },
  };
}

function oneMessage(prompt: string): Message[] {
  return [{ role: 'user', content: [{ text: prompt }] }];
}

function toAnswer(text: string, usage: TokenUsage | undefined, stopReason: string | undefined, where: CallPlace): ModelAnswer {
  const counted = present(usage, 'usage', where);
  return { text, inputTokens: counted.inputTokens ?? 0, outputTokens: counted.outputTokens ?? 0, stopReason: stopReason ?? '' };
}
