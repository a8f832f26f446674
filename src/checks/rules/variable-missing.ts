import { callsBedrock, containersOf } from '../identity.ts';
import { clientOf } from '../client-of.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

export const variableMissing: Rule = {
  id: 'variable-missing',
  severity: 'error',
  summary: 'A variable that the application needs to call Bedrock is not set.',
  *check(facts) {
    for (const use of containersOf(facts)) {
      const client = clientOf(use, facts);
      if (!client || !callsBedrock(use, facts)) continue;
      // Variables can also come whole from a ConfigMap or Secret; then it cannot be told.
      const open = use.container.environmentFrom.length > 0;
      const set = new Set(use.container.environment.map(({ name }) => name));
      const needs: readonly (readonly [string, readonly string[]])[] = [['the region', client.reads.region], ['the model', client.reads.model.slice(0, 1)]];
      for (const [what, names] of needs) {
        if (names.length === 0 || names.some((name) => set.has(name))) continue;
        yield {
          message: `${client.name} in ${use.workload.kind} ${use.workload.name} is not told ${what}: ${names.join(' or ')} is not set`,
          cause: `It reads ${what} from ${names.join(', ')} and from nothing else that is set here.`,
          remedy: `Set ${names[0]}.`,
          place: use.container.place,
          ...(open ? { undecided: true } : {}),
        };
      }
    }
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonnet-4-6 }') },
    good: { 'manifests/deployment.yaml': deploymentWith('- { name: LLM_AWS_REGION_NAME, value: us-west-2 }\n- { name: AWS_REGION_NAME, value: us-west-2 }\n- { name: LLM_MODEL, value: bedrock/us.anthropic.claude-sonnet-4-6 }') },
  },
};
