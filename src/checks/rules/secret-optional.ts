import { containersOf, keyVariables } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

const entry = (optional: string): string => `- { name: AWS_ACCESS_KEY_ID, valueFrom: { secretKeyRef: { name: bedrock-credentials, key: AWS_ACCESS_KEY_ID${optional} } } }`;

export const secretOptional: Rule = {
  id: 'secret-optional',
  severity: 'warning',
  summary: 'A credential taken from an optional Secret: the pod starts without it.',
  *check(facts) {
    for (const { workload, container } of containersOf(facts)) {
      for (const { name, from, valuePlace } of container.environment) {
        if (!keyVariables.has(name) || from?.optional !== true) continue;
        yield { message: `${name} of ${workload.kind} ${workload.name} is optional`, cause: 'When the Secret is not there yet, the pod starts without credentials and fails at its first call instead of waiting.', remedy: 'Remove `optional: true`: the kubelet then waits for the Secret.', place: valuePlace };
      }
    }
  },
  examples: { bad: { 'manifests/deployment.yaml': deploymentWith(entry(', optional: true')) }, good: { 'manifests/deployment.yaml': deploymentWith(entry('')) } },
};
