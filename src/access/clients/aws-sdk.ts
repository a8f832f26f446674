import { runtimeEndpoint, standardCredentials, type Client } from './client.ts';

/** AWS SDK for JavaScript v3: region from AWS_REGION, over HTTP/2. */
export const awsSdk: Client = {
  name: 'aws-sdk',
  listsModels: false,
  startsOwnContainers: false,
  reads: { region: ['AWS_REGION'], model: [], credentials: standardCredentials, endpoint: ['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL'] },
  evidence: 'measured',
  modes: { accessKey: 'measured', webIdentity: 'measured', podIdentity: 'measured', rolesAnywhere: 'measured', session: 'measured', apiKey: 'measured' },
  variables: (facts) => runtimeEndpoint('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', facts),
};
