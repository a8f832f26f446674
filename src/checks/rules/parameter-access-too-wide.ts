import { grants } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { policyWith } from './examples.ts';

const services = [
  {
    noun: 'parameter',
    reads: /^ssm:(\*|get\*|getparameter.*)$/i,
    everything: /^arn:[^:]*:ssm:[^:]*:[^:]*:(\*|parameter\/?\*)$/,
    remedy: 'Name the parameters, or a path of their own: `arn:aws:ssm:<region>:<account>:parameter/bedrock-openhands-*`.',
  },
  {
    noun: 'secret',
    reads: /^secretsmanager:(\*|get\*|getsecretvalue|batchgetsecretvalue)$/i,
    everything: /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:(\*|secret:\*)$/,
    // Secrets Manager adds a hyphen and six characters to each name.
    remedy: 'Name the secrets: `arn:aws:secretsmanager:<region>:<account>:secret:bedrock-openhands-credentials-??????`.',
  },
] as const;

export const parameterAccessTooWide: Rule = {
  id: 'parameter-access-too-wide',
  severity: 'warning',
  summary: 'A principal that may read every parameter, or every secret of Secrets Manager.',
  *check(facts) {
    for (const { statements, principal } of grants(facts)) {
      for (const { effect, actions, resources } of statements) {
        if (effect !== 'Allow') continue;
        for (const { noun, reads, everything, remedy } of services) {
          if (!actions.some(({ text }) => reads.test(text))) continue;
          for (const resource of resources) {
            if (resource.text !== '*' && !everything.test(resource.text)) continue;
            yield { message: `${principal ?? 'the policy'} may read every ${noun} (${resource.text})`, cause: 'Whoever holds this credential reads the secrets of every application of the account.', remedy, place: resource.place };
          }
        }
      }
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': policyWith(['ssm:GetParameter', 'ssm:GetParameters'], ['arn:aws:ssm:ap-northeast-1:123456789012:parameter/*']) },
    good: { 'terraform/iam.tf': policyWith(['ssm:GetParameter', 'ssm:GetParameters'], ['arn:aws:ssm:ap-northeast-1:123456789012:parameter/bedrock-openhands-credentials']) },
  },
};
