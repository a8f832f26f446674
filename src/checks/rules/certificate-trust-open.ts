import { anyCertificate } from '../../policy/trust.ts';
import type { Rule } from '../rule.ts';
import { writtenTrust } from '../written-trust.ts';

const service = 'rolesanywhere.amazonaws.com';

/** AWS's guide recommends both conditions (IAM Roles Anywhere user guide, "Trust model", "Attribute mapping and trust policy"). */
export const certificateTrustOpen: Rule = {
  id: 'certificate-trust-open',
  severity: 'error',
  summary: 'A role that IAM Roles Anywhere hands out for certificates that nobody chose.',
  *check(facts) {
    for (const policy of facts.policies.filter(({ kind }) => kind === 'trust')) {
      const everyCertificate = writtenTrust(policy).open.includes(anyCertificate);
      for (const statement of policy.statements.filter(({ effect }) => effect === 'Allow')) {
        for (const { identifier } of statement.principals.filter(({ type, identifier: { text } }) => type === 'Service' && text === service)) {
          const has = (key: RegExp): boolean => statement.conditions.some((condition) => key.test(condition.key));
          const named = has(/^aws:PrincipalTag\/x509|^sts:SourceIdentity$/i);
          if (everyCertificate || !named) {
            yield {
              message: `${policy.address} is handed out for every certificate${has(/^aws:SourceArn$/i) ? ' of its trust anchor' : ' of every trust anchor of the account'}`,
              cause: `Its trust policy has no condition ${named ? 'that keeps any certificate out' : 'on the certificate'}: whoever gets one of the authority, for whatever purpose, may assume the role.`,
              remedy: 'Add `StringEquals` on `aws:PrincipalTag/x509Subject/CN`, with the one name that is meant.',
              place: identifier.place,
            };
          } else if (!has(/^aws:SourceArn$/i)) {
            yield {
              message: `${policy.address} is handed out for certificates of that name of every trust anchor of the account`,
              cause: 'Its trust policy has no condition on the trust anchor: another authority, trusted for another purpose, can issue the same name.',
              remedy: 'Add `ArnEquals` on `aws:SourceArn`, with the ARN of the trust anchor.',
              place: identifier.place,
              severity: 'warning',
            };
          }
        }
      }
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': trust('') },
    good: {
      'terraform/iam.tf': trust(`
      Condition = {
        StringEquals = { "aws:PrincipalTag/x509Subject/CN" = "openhands.openhands" }
        ArnEquals    = { "aws:SourceArn" = "arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/8f2e0c1a-0000-4000-8000-000000000000" }
      }`),
    },
  },
};

function trust(condition: string): string {
  return `resource "aws_iam_role" "caller" {
  name = "bedrock-openhands-role"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
      Principal = { Service = "${service}" }${condition}
    }]
  })
}
`;
}
