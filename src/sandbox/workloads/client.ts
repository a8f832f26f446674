/**
 * What a workload's container runs in the sandbox: a plain client of Amazon Bedrock. It takes region, credentials and endpoint from its
 * environment as the AWS SDK does, asks the model that the environment names, and logs one JSON line an answer. It ends with its parent;
 * as an init container (`once`) it ends when it was answered once, and where it names no model at once.
 */
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';

const between = 2000;
const once = process.argv[2] === 'once';

process.stdin.on('end', () => process.exit(0));
process.stdin.on('close', () => process.exit(0));
process.stdin.resume();

const model = modelOf(process.env);
if (model === undefined) {
  write({ level: once ? 'info' : 'error', message: 'the environment names no model' });
  if (once) process.exit(0);
} else {
  const client = new BedrockRuntimeClient({ maxAttempts: 1 });
  const answered = await ask(client, model);
  if (once) process.exit(answered ? 0 : 1);
  setInterval(() => void ask(client, model), between);
}

async function ask(client: BedrockRuntimeClient, modelId: string): Promise<boolean> {
  try {
    const answer = await client.send(
      new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text: 'Say hello in one short sentence.' }] }], inferenceConfig: { maxTokens: 64 } }),
    );
    const text = answer.output?.message?.content?.map((part) => part.text ?? '').join('') ?? '';
    write({ level: 'info', model: modelId, answer: text, inputTokens: answer.usage?.inputTokens, outputTokens: answer.usage?.outputTokens });
    return true;
  } catch (error) {
    write({ level: 'error', model: modelId, error: error instanceof Error ? error.name : 'Error', message: error instanceof Error ? error.message : String(error) });
    return false;
  }
}

/** The variables that clients are given a model by; LiteLLM's and OpenHands' have the provider before the id. */
function modelOf(environment: NodeJS.ProcessEnv): string | undefined {
  const named = environment['BEDROCK_MODEL_ID'] ?? environment['LLM_MODEL'] ?? environment['ANTHROPIC_MODEL'] ?? environment['MODEL_ID'];
  return named?.replace(/^bedrock\/(?:converse\/)?/, '');
}

function write(line: object): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
}
