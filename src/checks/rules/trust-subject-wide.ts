import { hasWildcard } from '../../policy/evaluator/wildcard.ts';
import type { Rule } from '../rule.ts';
import { issuerTrusts } from '../web-identity.ts';

/** How the tokens of every ServiceAccount begin (Kubernetes docs, "Authenticating", service account tokens). */
const serviceAccounts = 'system:serviceaccount:';

export const trustSubjectWide: Rule = {
  id: 'trust-subject-wide',
  severity: 'warning',
  summary: 'A role that more ServiceAccounts may assume than one, or tokens that were made for another service.',
  *check(facts) {
    for (const { policy, statement, provider, subjects, audiences } of facts.policies.flatMap(issuerTrusts)) {
      for (const { operator, key, values } of subjects) {
        for (const value of values.filter(({ known, text }) => known && text.startsWith(serviceAccounts) && hasWildcard(text))) {
          const like = /like/i.test(operator);
          yield like
            ? {
                message: `${policy.address} can be assumed by every ServiceAccount that ${value.text} matches`,
                cause: 'Whoever can make a pod in such a namespace, or such a ServiceAccount, can call as the role.',
                remedy: `Name the one that needs it: StringEquals "${key}" = "${serviceAccounts}NAMESPACE:NAME".`,
                place: value.place,
              }
            : {
                severity: 'error',
                message: `${policy.address} can be assumed by no ServiceAccount: ${operator} takes the wildcard of ${value.text} for itself`,
                cause: 'Only StringLike knows wildcards (IAM user guide, "IAM JSON policy elements: Condition operators"); no token has such a subject.',
                remedy: `Name the ServiceAccount: StringEquals "${key}" = "${serviceAccounts}NAMESPACE:NAME".`,
                place: value.place,
              };
        }
      }
      // Without a subject the role is open, which `trust-open` says.
      const ofCluster = subjects.some(({ values }) => values.some(({ text }) => text.startsWith(serviceAccounts)));
      if (ofCluster && audiences.length === 0) {
        yield {
          message: `${policy.address} does not ask for whom the token was made`,
          cause: `Its trust policy has no condition on the audience (\`…:aud\`) of ${provider.known ? provider.text : 'its identity provider'}: a token that the pod gives to another service is good for AWS too, where the provider takes its audience.`,
          remedy: 'Add StringEquals on the provider\'s `:aud`, such as sts.amazonaws.com.',
          place: statement.place,
        };
      }
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': role('StringLike = { "oidc.lolice.example:sub" = "system:serviceaccount:openhands:*" }') },
    good: { 'terraform/iam.tf': role('StringEquals = { "oidc.lolice.example:sub" = "system:serviceaccount:openhands:openhands", "oidc.lolice.example:aud" = "sts.amazonaws.com" }') },
  },
};

/** A role that tokens of one issuer may assume, for the examples of rules. */
export function role(condition: string, provider = '"arn:aws:iam::123456789012:oidc-provider/oidc.lolice.example"'): string {
  return `resource "aws_iam_role" "openhands" {
  name                 = "bedrock-openhands-role"
  path                 = "/service/"
  permissions_boundary = "arn:aws:iam::123456789012:policy/workloads"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = ${provider} }
        Condition = { ${condition} }
      }
    ]
  })
}
`;
}
