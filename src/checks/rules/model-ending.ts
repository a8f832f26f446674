import { lifecyclesNamed } from '../models-named.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

export const modelEnding: Rule = {
  id: 'model-ending',
  severity: 'warning',
  summary: 'A model that is legacy, or ends soon.',
  *check(facts, context) {
    // A model that ends soon is legacy too: the nearer date is what matters.
    const soonest = new Map(
      lifecyclesNamed(facts, context)
        .filter(({ finding }) => finding.id !== 'model-ended')
        .map(({ named, found }) => [named, found]),
    );
    yield* soonest.values();
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: BEDROCK_MODEL_ID, value: "us.anthropic.claude-sonnet-4-5-20250929-v1:0" }') },
    good: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonnet-4-6 }') },
  },
};
