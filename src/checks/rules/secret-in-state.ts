import type { Rule } from '../rule.ts';

export const secretInState: Rule = {
  id: 'secret-in-state',
  severity: 'warning',
  summary: 'An access key made by Terraform: its secret lies in the state in plain text.',
  *check(facts) {
    for (const key of facts.accessKeys) {
      yield {
        message: `${key.address} puts ${key.address.includes('aws_iam_service_specific_credential.') ? 'the token of an API key' : 'a secret access key'} into the Terraform state`,
        cause: 'The state and every saved plan hold the secret in plain text; ignore_changes does not keep it out (terraform-provider-aws#42182).',
        remedy: 'Let `bedrock-access apply --only key,parameter` make the key: it goes from IAM into the parameter and nowhere else.',
        place: key.place,
      };
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': 'resource "aws_iam_user" "u" {\n  name = "bedrock-openhands-user"\n}\nresource "aws_iam_access_key" "k" {\n  user = aws_iam_user.u.name\n}\n' },
    good: { 'terraform/iam.tf': 'resource "aws_iam_user" "u" {\n  name = "bedrock-openhands-user"\n}\n' },
  },
};
