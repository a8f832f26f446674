import type { Client } from './client.ts';
import { runtimeEndpoint } from './client.ts';
import { litellmModel } from './litellm.ts';

/**
 * OpenHands reads `LLM_<FIELD>` and forwards only that family to its agent container; some versions ignored `LLM_AWS_*`
 * (OpenHands#7246, #10237), so both families are set. Its model list needs AWS_REGION_NAME.
 * Agent containers run on the node's Docker: no pods, and they outlive a roll-out. They get neither a volume of the pod nor a
 * sidecar, so that a token file is not there where the calls are made. Nor does an API key get there: `LLM_API_KEY` is left out of
 * a call of Bedrock (software-agent-sdk, llm/utils/litellm_provider.py, api_key_for_litellm), and AWS_BEARER_TOKEN_BEDROCK is not
 * handed on.
 */
export const openhands: Client = {
  name: 'openhands',
  listsModels: true,
  startsOwnContainers: true,
  reads: {
    region: ['LLM_AWS_REGION_NAME', 'AWS_REGION_NAME', 'AWS_REGION'],
    model: ['LLM_MODEL'],
    credentials: ['LLM_AWS_ACCESS_KEY_ID', 'LLM_AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    endpoint: ['LLM_AWS_BEDROCK_RUNTIME_ENDPOINT', 'AWS_BEDROCK_RUNTIME_ENDPOINT'],
  },
  evidence: 'read',
  modes: { accessKey: 'read' },
  variables: (facts) => [
    { name: 'LLM_MODEL', value: litellmModel(facts.defaultModel) },
    { name: 'LLM_AWS_ACCESS_KEY_ID', from: 'accessKeyId' },
    { name: 'LLM_AWS_SECRET_ACCESS_KEY', from: 'secretAccessKey' },
    { name: 'LLM_AWS_REGION_NAME', value: facts.region },
    { name: 'AWS_REGION_NAME', value: facts.region },
    ...runtimeEndpoint('LLM_AWS_BEDROCK_RUNTIME_ENDPOINT', facts),
    ...runtimeEndpoint('AWS_BEDROCK_RUNTIME_ENDPOINT', facts),
  ],
};
