import { runtimeEndpoint, standardCredentials, type Client, type EnvironmentVariable, type ClientFacts } from './client.ts';
import type { ResolvedModel } from '../../bedrock/types.ts';

/** LiteLLM: its model list is its own configuration; it ignores the AWS endpoint variables. */
export const litellm: Client = {
  name: 'litellm',
  listsModels: false,
  startsOwnContainers: false,
  reads: { region: ['AWS_REGION_NAME', 'AWS_REGION'], model: [], credentials: standardCredentials, endpoint: ['AWS_BEDROCK_RUNTIME_ENDPOINT'] },
  evidence: 'measured',
  modes: { accessKey: 'measured', webIdentity: 'measured', podIdentity: 'measured', rolesAnywhere: 'measured', session: 'measured', apiKey: 'measured' },
  variables: (facts: ClientFacts): EnvironmentVariable[] => [{ name: 'AWS_REGION_NAME', value: facts.region }, ...runtimeEndpoint('AWS_BEDROCK_RUNTIME_ENDPOINT', facts)],
};

/**
 * A model as LiteLLM names it: `bedrock/us.anthropic.claude-sonnet-4-6`. From an ARN it cannot tell the provider, so the
 * route is named: `bedrock/converse/arn:…` (litellm#18258).
 */
export function litellmModel(model: ResolvedModel): string {
  return model.invokeId.startsWith('arn:') ? `bedrock/converse/${model.invokeId}` : `bedrock/${model.invokeId}`;
}
