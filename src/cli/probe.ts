import { AwsCallError } from '../aws/error.ts';
import { openAws } from '../aws/open.ts';
import type { ProbeAnswer } from '../engine/verify/from-cluster/probe-answer.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import { Secret } from '../secret.ts';
import type { CommandLine } from './command-line.ts';
import type { CommandOptions } from './options.ts';
import { programVersion } from './version.ts';

/** Makes one call as this process's own environment would, and prints what came of it as one line of JSON: `verify --from-cluster` runs it in a pod. */
export async function run({ model, region: declared }: CommandOptions, commandLine: CommandLine): Promise<number> {
  const { environment, clock, random } = commandLine;
  const region = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_REGION_NAME', 'LLM_AWS_REGION_NAME'].map((name) => environment[name]).find((value) => value !== undefined && value !== '') ?? declared;
  if (model === undefined || region === undefined) {
    throw new AccessError('usage', 'probe needs --model, and --region where the environment names none', { cause: 'Without them there is nothing to call.', remedy: 'bedrock-access probe --model ID --region REGION' });
  }
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const about = { probe: 'bedrock-access/1', model, region, ...(accessKeyId === undefined || accessKeyId === '' ? {} : { accessKeyId }) } as const;
  const print = (answer: ProbeAnswer): void => commandLine.print(JSON.stringify(answer));
  try {
    const aws = openAws({ region, environment, clock, random, userAgent: `bedrock-access/${programVersion}` });
    // Clients take a bearer token before every other credential.
    const token = environment['AWS_BEARER_TOKEN_BEDROCK'];
    const { runtime } = token === undefined || token === '' ? aws : aws.withToken(new Secret(token));
    const { inputTokens, outputTokens } = await runtime(region).converse(model, 'Answer with the one word: ready', 16);
    print({ ...about, answer: { inputTokens, outputTokens } });
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    const { kind, code, action, status, message } = error;
    print({ ...about, failure: { kind, code, said: message, action, ...(status === undefined ? {} : { status }) } });
    return exitCodes.findings;
  }
}
