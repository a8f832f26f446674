import { containersOf, regionsIn } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

export const regionsDisagree: Rule = {
  id: 'regions-disagree',
  severity: 'error',
  summary: 'One container is told two regions.',
  *check(facts) {
    for (const { workload, container } of containersOf(facts)) {
      const [first, ...others] = regionsIn(container);
      const other = others.find(({ value }) => value !== first?.value);
      if (!first || !other) continue;
      yield { message: `${workload.kind} ${workload.name} has ${first.name}=${first.value} and ${other.name}=${other.value}`, cause: 'Clients read different ones (boto3 only AWS_DEFAULT_REGION, LiteLLM AWS_REGION_NAME first), so the same pod calls two regions.', remedy: 'Give them the same value, the region where Bedrock is called.', place: other.valuePlace };
    }
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: AWS_DEFAULT_REGION, value: ap-northeast-1 }') },
    good: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: AWS_DEFAULT_REGION, value: us-west-2 }') },
  },
};
