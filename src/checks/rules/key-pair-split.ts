import type { Rule } from '../rule.ts';

const pair = `resource "aws_iam_user" "u" { name = "bedrock-openhands-user" }
resource "aws_iam_access_key" "k" { user = aws_iam_user.u.name }
`;

export const keyPairSplit: Rule = {
  id: 'key-pair-split',
  severity: 'warning',
  summary: 'The two halves of one access key lie in two parameters, which sync separately.',
  *check(facts) {
    for (const key of facts.accessKeys) {
      const id = facts.parameters.find(({ valueReference }) => valueReference === `${key.address}.id`);
      const secret = facts.parameters.find(({ valueReference }) => valueReference === `${key.address}.secret`);
      if (!id || !secret) continue;
      yield {
        message: `the key pair of ${key.address} is split over "${id.name.text}" and "${secret.name.text}"`,
        cause: 'Two parameters change one after the other and are read one after the other: in between, the Secret holds the id of one key and the secret of another, and every call is refused.',
        remedy: 'Keep the pair as JSON in one SecureString (`layout: single`) and read each half with `remoteRef.property`.',
        place: secret.name.place,
      };
    }
  },
  examples: {
    bad: { 'terraform/main.tf': `${pair}resource "aws_ssm_parameter" "id" {\n  name  = "bedrock-access-key-id"\n  type  = "SecureString"\n  value = aws_iam_access_key.k.id\n}\nresource "aws_ssm_parameter" "secret" {\n  name  = "bedrock-secret-access-key"\n  type  = "SecureString"\n  value = aws_iam_access_key.k.secret\n}\n` },
    good: { 'terraform/main.tf': `${pair}resource "aws_ssm_parameter" "pair" {\n  name  = "bedrock-openhands-credentials"\n  type  = "SecureString"\n  value = jsonencode({ id = aws_iam_access_key.k.id, secret = aws_iam_access_key.k.secret })\n}\n` },
  },
};
