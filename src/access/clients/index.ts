import type { ClientName, CredentialMode } from '../types.ts';
import { aiSdk } from './ai-sdk.ts';
import { anthropicSdk } from './anthropic-sdk.ts';
import { awsCli } from './aws-cli.ts';
import { awsSdk } from './aws-sdk.ts';
import { boto3 } from './boto3.ts';
import { claudeCode } from './claude-code.ts';
import type { Client, ClientFacts, EnvironmentVariable } from './client.ts';
import { custom } from './custom.ts';
import { langchain } from './langchain.ts';
import { litellm } from './litellm.ts';
import { openhands } from './openhands.ts';

export type { Client, ClientFacts, EnvironmentVariable } from './client.ts';

const clients: Readonly<Record<ClientName, Client>> = {
  openhands,
  litellm,
  'aws-sdk': awsSdk,
  boto3,
  'aws-cli': awsCli,
  'claude-code': claudeCode,
  'ai-sdk': aiSdk,
  langchain,
  'anthropic-sdk': anthropicSdk,
  custom,
};

/** Clients that work with the mode. */
export function clientsOf(mode: CredentialMode): readonly ClientName[] {
  return Object.values(clients).filter(({ modes }) => modes[mode] !== undefined).map(({ name }) => name);
}

/** What is known of a client: what it reads, whether it lists models or starts containers of its own. */
export function clientProfile(client: ClientName): Client {
  return clients[client];
}

/**
 * Every variable that a workload with this client gets, each name once: the key pair, the three variables of the
 * original request, and those that the client really reads. A client's own variable wins.
 */
export function clientVariables(client: ClientName, facts: ClientFacts): EnvironmentVariable[] {
  const variables = new Map<string, EnvironmentVariable>();
  for (const variable of [...seedVariables(facts), ...clientProfile(client).variables(facts)]) variables.set(variable.name, variable);
  // What the mode does not deliver nothing refers to.
  const delivered = facts.identity?.flatMap((variable) => ('from' in variable ? [variable.from] : [])) ?? ['accessKeyId', 'secretAccessKey'];
  return [...variables.values()].filter((variable) => 'value' in variable || delivered.includes(variable.from));
}

/** The original request's variables. Nothing is known to read BEDROCK_MODEL_ID but the applications that people write. */
function seedVariables({ region, defaultModel, identity }: ClientFacts): EnvironmentVariable[] {
  return [
    ...(identity ?? [
      { name: 'AWS_ACCESS_KEY_ID', from: 'accessKeyId' } as const,
      { name: 'AWS_SECRET_ACCESS_KEY', from: 'secretAccessKey' } as const,
    ]),
    { name: 'AWS_REGION', value: region },
    { name: 'AWS_DEFAULT_REGION', value: region },
    { name: 'BEDROCK_MODEL_ID', value: defaultModel.invokeId },
  ];
}
