import { accessWorkload, callsBedrock, containersOf } from '../identity.ts';
import { clientOf } from '../client-of.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

export const variableNotRead: Rule = {
  id: 'variable-not-read',
  severity: 'warning',
  summary: 'A variable that is set for Bedrock and that the application does not read.',
  *check(facts) {
    for (const use of containersOf(facts)) {
      const client = clientOf(use, facts);
      if (!client || client.name === 'custom' || !callsBedrock(use, facts)) continue;
      const read = new Set([...client.reads.model, ...client.reads.region, ...client.reads.credentials, ...client.reads.endpoint]);
      // Where an access declares the workload, the program sets it for whatever client (`clientVariables`), beside what the client reads.
      const setByAccess = accessWorkload(use, facts) === undefined ? undefined : 'BEDROCK_MODEL_ID';
      for (const { name, place } of use.container.environment) {
        if (name === setByAccess || !/^(BEDROCK_MODEL_ID|AWS_BEDROCK_MODEL_ID|BEDROCK_REGION)$/.test(name) || read.has(name)) continue;
        yield {
          message: `${client.name} does not read ${name}`,
          cause: client.reads.model.length > 0 ? `It takes its model from ${client.reads.model.join(', ')}.` : 'It takes its model from its own configuration.',
          remedy: client.reads.model.length > 0 ? `Set ${client.reads.model[0]} instead${client.name === 'openhands' || client.name === 'litellm' ? ', with the prefix `bedrock/`' : ''}.` : `Remove ${name}, or name the model in the application's own configuration.`,
          place,
        };
      }
    }
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonnet-4-6 }') },
    good: { 'manifests/deployment.yaml': deploymentWith('- { name: LLM_AWS_REGION_NAME, value: us-west-2 }\n- { name: LLM_MODEL, value: bedrock/us.anthropic.claude-sonnet-4-6 }') },
  },
};
