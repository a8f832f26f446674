import { bedrockResources } from '../models-named.ts';
import type { Rule } from '../rule.ts';
import { invokeActions, policyWith, sonnetResources } from './examples.ts';

export const profileArnWithoutAccount: Rule = {
  id: 'profile-arn-without-account',
  severity: 'error',
  summary: 'The ARN of an inference profile without the account id.',
  *check(facts) {
    for (const { arn, resource } of bedrockResources(facts)) {
      if (!arn.type.endsWith('inference-profile') || arn.account !== '') continue;
      yield {
        message: `the ARN of the inference profile ${arn.id} has no account id`,
        cause: "A profile belongs to the caller's account, unlike a foundation model: without the id the statement matches nothing.",
        remedy: `Write \`arn:${arn.partition}:bedrock:${arn.region}:\${data.aws_caller_identity.current.account_id}:${arn.type}/${arn.id}\`.`,
        place: resource.place,
        fix: { place: resource.place, find: `:bedrock:${arn.region}::${arn.type}/`, text: `:bedrock:${arn.region}:\${data.aws_caller_identity.current.account_id}:${arn.type}/` },
      };
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': policyWith(invokeActions, ['arn:aws:bedrock:us-west-2::inference-profile/us.anthropic.claude-sonnet-4-6', ...sonnetResources.slice(1)]) },
    good: { 'terraform/iam.tf': policyWith(invokeActions, sonnetResources) },
  },
};
