import { parseBedrockArn } from '../bedrock-arn.ts';
import { callsBedrock, containersOf, grantOf, keySecrets, regionsIn } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith, invokeActions, policyWith, sonnetResources } from './examples.ts';
import { externalSecretReading } from './parameter-undeclared.ts';

export const regionConfused: Rule = {
  id: 'region-confused',
  severity: 'error',
  summary: "Bedrock is called in the parameters' region instead of the one that the policy allows.",
  *check(facts) {
    for (const use of containersOf(facts)) {
      if (!callsBedrock(use, facts)) continue;
      const grant = grantOf(use, facts);
      const allowed = new Set((grant?.statements ?? []).flatMap(({ resources }) => resources.map(({ text }) => parseBedrockArn(text))).flatMap((arn) => (arn?.type === 'inference-profile' && !/[*?$]/.test(arn.region) ? [arn.region] : [])));
      if (allowed.size === 0) continue;
      const stores = new Set(keySecrets(use, facts).map(({ store }) => store.name));
      for (const { name, value, valuePlace } of regionsIn(use.container)) {
        if (value === undefined || allowed.has(value)) continue;
        const ofParameters = facts.stores.some((store) => stores.has(store.name) && store.region?.text === value);
        yield {
          message: `${name} is ${value}, and the policy allows Bedrock from ${[...allowed].join(', ')}`,
          cause: ofParameters ? `${value} is where the parameters lie; where they lie and where Bedrock is called are two things.` : 'A profile ARN holds the region of the call, so that calls from another region are denied.',
          remedy: `Set ${name} to ${[...allowed][0]}, or allow the profile in ${value}.`,
          place: valuePlace,
        };
      }
    }
  },
  examples: { bad: story('ap-northeast-1'), good: story('us-west-2') },
};

function story(region: string): Readonly<Record<string, string>> {
  return {
    'terraform/iam.tf': `${policyWith(invokeActions, sonnetResources)}resource "aws_iam_access_key" "k" {\n  user = aws_iam_user.u.name\n}\nresource "aws_ssm_parameter" "id" {\n  name  = "bedrock-access-key-id"\n  type  = "SecureString"\n  value = aws_iam_access_key.k.id\n}\n`,
    'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id'),
    'manifests/deployment.yaml': deploymentWith(`- { name: AWS_ACCESS_KEY_ID, valueFrom: { secretKeyRef: { name: bedrock-credentials, key: AWS_ACCESS_KEY_ID } } }\n- { name: AWS_REGION, value: ${region} }\n- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonnet-4-6 }`),
  };
}
