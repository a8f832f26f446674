import { ChatBedrockConverse } from '@langchain/aws';
import { denied, model, prompt, step } from './outcome.mjs';

const chat = (id) => new ChatBedrockConverse({ model: id, maxRetries: 0 });
const call = async (id) => {
  const { text, usage_metadata: usage } = await chat(id).invoke(prompt);
  return { text, inputTokens: usage.input_tokens, outputTokens: usage.output_tokens };
};

await step('call', () => call(model));
await step('stream', async () => {
  let text = '';
  let usage;
  for await (const piece of await chat(model).stream(prompt)) {
    text += piece.text;
    usage = piece.usage_metadata ?? usage;
  }
  return { text, inputTokens: usage?.input_tokens, outputTokens: usage?.output_tokens };
});
await step('denied', () => call(denied));
