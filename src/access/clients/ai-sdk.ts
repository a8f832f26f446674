import { runtimeEndpoint, type Client } from './client.ts';

/** @ai-sdk/amazon-bedrock: static keys or a bearer token from the environment, no credential chain. */
export const aiSdk: Client = {
  name: 'ai-sdk',
  listsModels: false,
  startsOwnContainers: false,
  reads: {
    region: ['AWS_REGION'],
    model: [],
    credentials: ['AWS_BEARER_TOKEN_BEDROCK', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    endpoint: ['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL'],
  },
  evidence: 'measured',
  modes: { accessKey: 'measured', apiKey: 'measured' },
  variables: (facts) => runtimeEndpoint('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', facts),
};
