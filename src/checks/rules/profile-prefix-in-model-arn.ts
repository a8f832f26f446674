import { bedrockResources } from '../models-named.ts';
import type { Rule } from '../rule.ts';
import { invokeActions, modelArn, policyWith, sonnetResources } from './examples.ts';

export const profilePrefixInModelArn: Rule = {
  id: 'profile-prefix-in-model-arn',
  severity: 'error',
  summary: "An inference profile's id inside a foundation-model ARN.",
  *check(facts, { catalog }) {
    for (const { arn, resource } of bedrockResources(facts)) {
      const profile = arn.type === 'foundation-model' ? catalog.profiles.get(arn.id) : undefined;
      if (!profile) continue;
      yield {
        message: `${arn.id} is an inference profile, and foundation-model ARNs hold model ids`,
        cause: 'No resource has this ARN, so the statement matches nothing and every call is denied.',
        remedy: `Allow \`arn:aws:bedrock:${arn.region}:<account>:inference-profile/${profile.profileId}\`, and \`arn:aws:bedrock:<destination>::foundation-model/${profile.modelId}\` for each destination region.`,
        place: resource.place,
      };
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': policyWith(invokeActions, [modelArn('us.anthropic.claude-sonnet-4-6', 'us-west-2')]) },
    good: { 'terraform/iam.tf': policyWith(invokeActions, sonnetResources) },
  },
};
