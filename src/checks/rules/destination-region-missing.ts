import { covers, parseBedrockArn } from '../bedrock-arn.ts';
import { bedrockResources, systemProfileOf } from '../models-named.ts';
import type { Rule } from '../rule.ts';
import { invokeActions, policyWith, sonnetResources } from './examples.ts';

export const destinationRegionMissing: Rule = {
  id: 'destination-region-missing',
  severity: 'error',
  summary: 'A profile is allowed, but not the model beneath in every region that it routes to.',
  *check(facts, { catalog }) {
    const told = new Set<string>();
    for (const { arn, resource, grant } of bedrockResources(facts)) {
      const profile = catalog.profiles.get(systemProfileOf(arn, facts) ?? '');
      if (!profile || profile.scope !== 'geographic') continue;
      const sources = [...profile.routing.keys()].filter((region) => covers(arn.region, region));
      if (sources.length === 0 || arn.region.includes('$')) continue;
      const destinations = [...new Set(sources.flatMap((region) => [region, ...(profile.routing.get(region) ?? [])]))].sort();
      const allowed = grant.statements.filter(({ effect }) => effect === 'Allow').flatMap(({ resources }) => resources);
      const missing = destinations.filter((region) => !allowed.some(({ text }) => {
        const model = parseBedrockArn(text);
        return text === '*' || (model?.type === 'foundation-model' && covers(model.region, region) && covers(model.id, profile.modelId));
      }));
      // The same profile may stand in several statements, to be called and to be described.
      const gap = JSON.stringify([grant.policies.map(({ target, address }) => [target, address]), arn, missing]);
      if (missing.length === 0 || told.has(gap)) continue;
      told.add(gap);
      const certain = profile.certainty.verified ? '' : ' (routing not verified)';
      yield {
        message: `${profile.profileId} called from ${sources.length === 1 ? sources[0] : 'the allowed regions'} may run in ${missing.join(', ')}, where the policy does not allow ${profile.modelId}${certain}`,
        cause: 'AWS checks the profile and the model in the region that a request is routed to: calls fail with AccessDenied now and then, whenever they go to such a region.',
        remedy: `Allow ${missing.map((region) => `\`arn:${arn.partition}:bedrock:${region}::foundation-model/${profile.modelId}\``).join(', ')}.`,
        place: resource.place,
      };
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': policyWith(invokeActions, sonnetResources.filter((resource) => !resource.includes('us-east-2'))) },
    good: { 'terraform/iam.tf': policyWith(invokeActions, sonnetResources) },
  },
};
