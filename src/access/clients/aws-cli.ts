import { runtimeEndpoint, standardCredentials, type Client } from './client.ts';

/** The AWS CLI, version 2: AWS_REGION wins over AWS_DEFAULT_REGION (AWS CLI user guide, "Environment variables"). */
export const awsCli: Client = {
  name: 'aws-cli',
  listsModels: false,
  startsOwnContainers: false,
  reads: { region: ['AWS_REGION', 'AWS_DEFAULT_REGION'], model: [], credentials: standardCredentials, endpoint: ['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL'] },
  evidence: 'measured',
  modes: { accessKey: 'measured', webIdentity: 'measured', podIdentity: 'measured', rolesAnywhere: 'measured', session: 'measured', apiKey: 'measured' },
  variables: (facts) => runtimeEndpoint('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', facts),
};
