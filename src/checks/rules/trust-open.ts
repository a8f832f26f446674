import type { Rule } from '../rule.ts';

export const trustOpen: Rule = {
  id: 'trust-open',
  severity: 'error',
  summary: 'A role that any principal may assume.',
  *check(facts) {
    for (const policy of facts.policies.filter(({ kind }) => kind === 'trust')) {
      for (const statement of policy.statements.filter(({ effect }) => effect === 'Allow')) {
        for (const { type, identifier } of statement.principals) {
          const anyone = type === 'AWS' && (identifier.text === '*' || identifier.text === 'arn:aws:iam::*:root');
          if (anyone && statement.conditions.length === 0) {
            yield { message: `${policy.address} can be assumed by any principal of any account`, cause: 'Its trust policy names `AWS: "*"` without a condition.', remedy: 'Name the one principal that needs it, or bind it with a condition on `aws:PrincipalArn` or `aws:PrincipalOrgID`.', place: identifier.place };
          }
          const subject = statement.conditions.some(({ key }) => /:(sub|aud)$/.test(key) && key.endsWith(':sub'));
          if (type === 'Federated' && statement.actions.some(({ text }) => /AssumeRoleWithWebIdentity/i.test(text)) && !subject) {
            yield { message: `${policy.address} can be assumed by every identity of its identity provider`, cause: 'Its trust policy has no condition on the subject (`…:sub`).', remedy: 'Add `StringEquals` on the provider\'s `:sub` and `:aud`.', place: identifier.place };
          }
        }
      }
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': trust('{ AWS = "*" }') },
    good: { 'terraform/iam.tf': trust('{ AWS = "arn:aws:iam::123456789012:user/service/external-secrets" }') },
  },
};

function trust(principal: string): string {
  return `resource "aws_iam_role" "reader" {
  name = "parameter-reader"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = ${principal} }]
  })
}
`;
}
