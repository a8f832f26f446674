import { runtimeEndpoint, standardCredentials, type Client } from './client.ts';

/** @langchain/aws reads AWS_DEFAULT_REGION only, like boto3. */
export const langchain: Client = {
  name: 'langchain',
  listsModels: false,
  startsOwnContainers: false,
  reads: { region: ['AWS_DEFAULT_REGION'], model: [], credentials: standardCredentials, endpoint: ['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL'] },
  evidence: 'measured',
  modes: { accessKey: 'measured', webIdentity: 'measured', podIdentity: 'measured', rolesAnywhere: 'measured', session: 'measured', apiKey: 'measured' },
  variables: (facts) => runtimeEndpoint('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', facts),
};
