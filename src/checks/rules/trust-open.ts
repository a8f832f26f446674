import { anyPrincipal, strangeSubjects } from '../../policy/trust.ts';
import type { Rule } from '../rule.ts';
import { issuerTrusts, lets } from '../web-identity.ts';
import { writtenTrust } from '../written-trust.ts';

export const trustOpen: Rule = {
  id: 'trust-open',
  severity: 'error',
  summary: 'A role that any principal may assume.',
  *check(facts) {
    for (const policy of facts.policies.filter(({ kind }) => kind === 'trust')) {
      const { open } = writtenTrust(policy);
      if (open.includes(anyPrincipal)) {
        const anyone = policy.statements.filter(({ effect }) => effect === 'Allow').flatMap(({ principals }) => principals).find(({ type, identifier }) => type === 'AWS' && identifier.text === '*');
        yield { message: `${policy.address} can be assumed by any principal of any account`, cause: 'Its trust policy names `AWS: "*"` without a condition that keeps strangers out.', remedy: 'Name the one principal that needs it, or bind it with a condition on `aws:PrincipalArn` or `aws:PrincipalOrgID`.', place: anyone?.identifier.place ?? policy.place };
      }
      for (const { provider, subjects } of issuerTrusts(policy)) {
        // Of a provider that another resource makes the issuer is not known, and with it the keys of its conditions: each is asked by itself.
        const anybody = provider.known ? open.some((way) => way.endsWith(` ${provider.text}`)) : strangeSubjects.some((subject) => subjects.every((condition) => lets(condition, subject) === true));
        if (anybody) {
          yield { message: `${policy.address} can be assumed by every identity of its identity provider`, cause: subjects.length > 0 ? 'The condition on the subject (`…:sub`) lets every subject through.' : 'Its trust policy has no condition on the subject (`…:sub`).', remedy: 'Add `StringEquals` on the provider\'s `:sub` and `:aud`.', place: provider.place };
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
