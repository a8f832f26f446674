import { getTokenProvider } from '@aws/bedrock-token-generator';
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { denied, model, prompt, step } from './outcome.mjs';

// A short-term key is made of the static ones, which then are taken away: the call is the token's own.
process.env.AWS_BEARER_TOKEN_BEDROCK = await getTokenProvider({ expiresInSeconds: 900 })();
delete process.env.AWS_ACCESS_KEY_ID;
delete process.env.AWS_SECRET_ACCESS_KEY;

const client = new BedrockRuntimeClient({ maxAttempts: 1 });
const input = (modelId) => ({ modelId, messages: [{ role: 'user', content: [{ text: prompt }] }] });
const call = async (modelId) => {
  const { output, usage } = await client.send(new ConverseCommand(input(modelId)));
  return { text: output.message.content[0].text, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };
};

await step('call', () => call(model));
await step('stream', async () => {
  const { stream } = await client.send(new ConverseStreamCommand(input(model)));
  let text = '';
  let usage;
  for await (const event of stream) {
    text += event.contentBlockDelta?.delta.text ?? '';
    usage = event.metadata?.usage ?? usage;
  }
  return { text, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };
});
await step('denied', () => call(denied));
client.destroy();
