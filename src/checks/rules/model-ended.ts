import { lifecyclesNamed } from '../models-named.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

export const modelEnded: Rule = {
  id: 'model-ended',
  severity: 'error',
  summary: 'A model that has reached its end of life.',
  *check(facts, context) {
    for (const { finding, found } of lifecyclesNamed(facts, context)) if (finding.id === 'model-ended') yield found;
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: BEDROCK_MODEL_ID, value: "us.anthropic.claude-3-7-sonnet-20250219-v1:0" }') },
    good: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonnet-4-6 }') },
  },
};
