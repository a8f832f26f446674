import { parseBedrockArn } from '../bedrock-arn.ts';
import { grants } from '../identity.ts';
import { invokes } from '../models-named.ts';
import type { Rule } from '../rule.ts';
import { invokeActions, policyWith, sonnetResources } from './examples.ts';

export const wildcardTooWide: Rule = {
  id: 'wildcard-too-wide',
  severity: 'warning',
  summary: 'A wildcard that allows models, regions or actions that nobody asked for.',
  *check(facts) {
    for (const { statements } of grants(facts)) {
      for (const { effect, actions, resources } of statements) {
        if (effect !== 'Allow') continue;
        for (const action of actions) {
          if (!/^bedrock:[A-Za-z]*\*$/i.test(action.text)) continue;
          yield { message: `${action.text} allows more of Bedrock than calling models`, cause: 'It takes in every action of that name, those of tomorrow too: jobs, guardrails, agents, deletions.', remedy: 'Name `bedrock:InvokeModel` and `bedrock:InvokeModelWithResponseStream`.', place: action.place };
        }
        if (!actions.some(({ text }) => text.toLowerCase().startsWith('bedrock:') && invokes(text))) continue;
        for (const resource of resources) {
          const arn = parseBedrockArn(resource.text);
          const wide = resource.text === '*' ? 'every model, profile and region' : arn?.id.includes('*') ? `every ${arn.type} that matches ${arn.id}` : arn && arn.type === 'foundation-model' && arn.region === '*' ? `${arn.id} in every region` : undefined;
          if (wide === undefined) continue;
          yield { message: `${resource.text} lets the workload invoke ${wide}`, cause: 'Whoever holds the key can use, and spend money on, models that nobody declared.', remedy: 'Name the profile, and the model in its destination regions; `bedrock-access policy` derives them.', place: resource.place };
        }
      }
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': policyWith(invokeActions, ['arn:aws:bedrock:*::foundation-model/*']) },
    good: { 'terraform/iam.tf': policyWith(invokeActions, sonnetResources) },
  },
};
