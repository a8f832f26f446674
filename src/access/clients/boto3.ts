import { runtimeEndpoint, standardCredentials, type Client } from './client.ts';

/** boto3 reads AWS_DEFAULT_REGION only; AWS_REGION says nothing to it. It sends a bearer token over HTTPS only. */
export const boto3: Client = {
  name: 'boto3',
  listsModels: false,
  startsOwnContainers: false,
  reads: { region: ['AWS_DEFAULT_REGION'], model: [], credentials: standardCredentials, endpoint: ['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL'] },
  evidence: 'measured',
  modes: { accessKey: 'measured', webIdentity: 'measured', podIdentity: 'measured', rolesAnywhere: 'measured', session: 'measured', apiKey: 'measured' },
  variables: (facts) => runtimeEndpoint('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', facts),
};
