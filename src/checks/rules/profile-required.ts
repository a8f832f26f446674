import { profilesFrom } from '../../bedrock/ways.ts';
import type { Catalog } from '../../bedrock/types.ts';
import { covers, parseBedrockArn } from '../bedrock-arn.ts';
import { bedrockResources, namedModels } from '../models-named.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith, invokeActions, modelArn, policyWith, sonnetResources } from './examples.ts';

export const profileRequired: Rule = {
  id: 'profile-required',
  severity: 'error',
  summary: 'A bare model id where Bedrock offers the model through inference profiles only.',
  *check(facts, { catalog }) {
    for (const { arn, resource, grant } of bedrockResources(facts)) {
      const model = arn.type === 'foundation-model' ? catalog.models.get(arn.id) : undefined;
      if (!model || model.profiles.length === 0) continue;
      // A wildcard region takes in those where only a profile works.
      const sources = model.profiles.flatMap((profile) => [...(catalog.profiles.get(profile)?.routing.keys() ?? [])]);
      if (!sources.some((region) => covers(arn.region, region) && !model.onDemandRegions.includes(region))) continue;
      const throughProfile = grant.statements.some(({ effect, resources }) => effect === 'Allow' && resources.some(({ text }) => {
        const other = parseBedrockArn(text);
        return text === '*' || (other?.type.endsWith('inference-profile') === true && (other.type === 'application-inference-profile' || model.profiles.some((profile) => covers(other.id, profile))));
      }));
      if (throughProfile) continue;
      const region = /[*?$]/.test(arn.region) ? undefined : arn.region;
      yield {
        message: `the policy allows ${model.modelId} by its bare id only, and no inference profile over it`,
        cause: 'Bedrock offers this model through inference profiles only: a call of the bare id is refused as on-demand throughput that is not supported, a call of a profile is denied by this policy.',
        remedy: `Allow \`arn:aws:bedrock:${region ?? '<region>'}:<account>:inference-profile/${profileFor(catalog, model.modelId, region)}\` and the model in every destination region; \`bedrock-access policy\` writes the whole policy.`,
        place: resource.place,
      };
    }
    for (const named of namedModels(facts).filter((candidate) => candidate.in === 'environment')) {
      const model = catalog.models.get(named.id);
      if (!model || model.profiles.length === 0 || (named.region === undefined ? model.onDemandRegions.length > 0 : model.onDemandRegions.includes(named.region))) continue;
      const profile = profileFor(catalog, model.modelId, named.region);
      yield {
        message: `${named.where} names the bare model id ${named.id}${named.region === undefined ? '' : `, which cannot be called from ${named.region}`}`,
        cause: 'Bedrock offers this model through inference profiles only; a call of the bare id answers ValidationException.',
        remedy: `Use \`${profile}\`.`,
        place: named.place,
        fix: { place: named.place, find: named.id, text: profile },
      };
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': policyWith(invokeActions, [modelArn('anthropic.claude-sonnet-4-6', 'us-west-2')]), 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: BEDROCK_MODEL_ID, value: anthropic.claude-sonnet-4-6 }') },
    good: { 'terraform/iam.tf': policyWith(invokeActions, sonnetResources), 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonnet-4-6 }') },
  },
};

/** The profile to use from a region; without a region the first that the catalog knows. */
function profileFor(catalog: Catalog, modelId: string, region: string | undefined): string {
  const model = catalog.models.get(modelId);
  const fromRegion = model && region !== undefined ? profilesFrom(catalog, model, region)[0]?.profileId : undefined;
  return fromRegion ?? model?.profiles[0] ?? modelId;
}
