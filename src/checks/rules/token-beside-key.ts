import { containersOf } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

const variable = (name: string): string => `- { name: ${name}, valueFrom: { secretKeyRef: { name: bedrock-credentials, key: ${name} } } }`;
const token = 'AWS_BEARER_TOKEN_BEDROCK';

export const tokenBesideKey: Rule = {
  id: 'token-beside-key',
  severity: 'warning',
  summary: 'A bearer token beside a key pair: every client of Bedrock takes the token, and the pair is not what it calls with.',
  *check(facts) {
    for (const { workload, container } of containersOf(facts)) {
      const [bearer, pair] = [token, 'AWS_ACCESS_KEY_ID'].map((name) => container.environment.find((entry) => entry.name === name));
      if (bearer === undefined || pair === undefined) continue;
      yield {
        message: `${workload.kind} ${workload.name} has ${token} beside AWS_ACCESS_KEY_ID: Bedrock is called with the token`,
        cause: 'Every client takes a bearer token before a key pair (AWS SDKs, boto3, LiteLLM, the AI SDK, LangChain and Anthropic’s SDKs, measured): policy, rotation and audit of the pair say nothing of its calls.',
        remedy: `Remove ${token}, or the pair where nothing else in the container calls AWS with it.`,
        place: bearer.valuePlace,
      };
    }
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith([variable(token), variable('AWS_ACCESS_KEY_ID'), variable('AWS_SECRET_ACCESS_KEY')].join('\n')) },
    good: { 'manifests/deployment.yaml': deploymentWith(variable(token)) },
  },
};
