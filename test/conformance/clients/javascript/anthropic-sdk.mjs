import AnthropicBedrock from '@anthropic-ai/bedrock-sdk';
import { denied, model, prompt, step } from './outcome.mjs';

const client = new AnthropicBedrock({ maxRetries: 0 });
const input = (id) => ({ model: id, max_tokens: 100, messages: [{ role: 'user', content: prompt }] });
const call = async (id) => {
  const { content, usage } = await client.messages.create(input(id));
  return { text: content[0].text, inputTokens: usage.input_tokens, outputTokens: usage.output_tokens };
};

await step('call', () => call(model));
await step('stream', async () => {
  let text = '';
  const usage = {};
  for await (const event of await client.messages.create({ ...input(model), stream: true })) {
    if (event.type === 'content_block_delta') text += event.delta.text;
    if (event.type === 'message_start') usage.input = event.message.usage.input_tokens;
    if (event.type === 'message_delta') usage.output = event.usage.output_tokens;
  }
  return { text, inputTokens: usage.input, outputTokens: usage.output };
});
await step('denied', () => call(denied));
