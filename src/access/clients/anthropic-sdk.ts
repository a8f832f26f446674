import { runtimeEndpoint, standardCredentials, type Client } from './client.ts';

/** The Anthropic SDKs' Bedrock clients, JavaScript and Python. */
export const anthropicSdk: Client = {
  name: 'anthropic-sdk',
  listsModels: false,
  startsOwnContainers: false,
  reads: { region: ['AWS_REGION'], model: [], credentials: standardCredentials, endpoint: ['ANTHROPIC_BEDROCK_BASE_URL'] },
  evidence: 'measured',
  modes: { accessKey: 'measured', webIdentity: 'measured', podIdentity: 'measured', rolesAnywhere: 'measured', session: 'measured', apiKey: 'measured' },
  variables: (facts) => runtimeEndpoint('ANTHROPIC_BEDROCK_BASE_URL', facts),
};
