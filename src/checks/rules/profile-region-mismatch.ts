import { profilesFrom } from '../../bedrock/ways.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import { namedModels } from '../models-named.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

export const profileRegionMismatch: Rule = {
  id: 'profile-region-mismatch',
  severity: 'error',
  summary: 'An inference profile that is not offered in the region it is called from.',
  *check(facts, { catalog }) {
    for (const named of namedModels(facts)) {
      const profile = catalog.profiles.get(named.id);
      if (!profile || named.region === undefined || partitionOf(named.region) === undefined || profile.routing.has(named.region)) continue;
      const model = catalog.models.get(profile.modelId);
      const fitting = model ? profilesFrom(catalog, model, named.region).map(({ profileId }) => `\`${profileId}\``) : [];
      yield {
        message: `${named.where}: ${named.id} is not offered in ${named.region}`,
        cause: `Its source regions are ${[...profile.routing.keys()].join(', ')}.`,
        remedy: fitting.length > 0 ? `From ${named.region} use ${fitting.join(' or ')}.` : `Call it from one of those regions, or choose a model that ${named.region} offers (\`bedrock-access models --region ${named.region}\`).`,
        place: named.place,
      };
    }
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: ap-northeast-1 }\n- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonnet-4-6 }') },
    good: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_REGION, value: us-west-2 }\n- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonnet-4-6 }') },
  },
};
