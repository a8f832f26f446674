import { bedrock } from '@ai-sdk/amazon-bedrock';
import { generateText, streamText } from 'ai';
import { denied, model, prompt, step } from './outcome.mjs';

const call = async (id) => {
  const { text, usage } = await generateText({ model: bedrock(id), prompt, maxRetries: 0 });
  return { text, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };
};

await step('call', () => call(model));
await step('stream', async () => {
  const result = streamText({ model: bedrock(model), prompt, maxRetries: 0, onError: ({ error }) => { throw error; } });
  let text = '';
  for await (const piece of result.textStream) text += piece;
  const usage = await result.usage;
  return { text, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };
});
await step('denied', () => call(denied));
