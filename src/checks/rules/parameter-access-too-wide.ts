import { grants } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { policyWith } from './examples.ts';

export const parameterAccessTooWide: Rule = {
  id: 'parameter-access-too-wide',
  severity: 'warning',
  summary: 'A principal that may read every parameter.',
  *check(facts) {
    for (const { statements, principal } of grants(facts)) {
      for (const { effect, actions, resources } of statements) {
        if (effect !== 'Allow' || !actions.some(({ text }) => /^ssm:(\*|get\*|getparameter.*)$/i.test(text))) continue;
        for (const resource of resources) {
          if (resource.text !== '*' && !/^arn:[^:]*:ssm:[^:]*:[^:]*:(\*|parameter\/?\*)$/.test(resource.text)) continue;
          yield { message: `${principal ?? 'the policy'} may read every parameter (${resource.text})`, cause: 'Whoever holds this credential reads the secrets of every application of the account.', remedy: 'Name the parameters, or a path of their own: `arn:aws:ssm:<region>:<account>:parameter/bedrock-openhands-*`.', place: resource.place };
        }
      }
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': policyWith(['ssm:GetParameter', 'ssm:GetParameters'], ['arn:aws:ssm:ap-northeast-1:123456789012:parameter/*']) },
    good: { 'terraform/iam.tf': policyWith(['ssm:GetParameter', 'ssm:GetParameters'], ['arn:aws:ssm:ap-northeast-1:123456789012:parameter/bedrock-openhands-credentials']) },
  },
};
