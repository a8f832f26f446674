/** Application profiles that an earlier declaration had Terraform make. */
import type { Finding } from '../../finding.ts';
import { applicationInferenceProfile } from '../../resources/application-inference-profile.ts';
import type { Implied } from '../../resources/kind.ts';
import { managedPolicy } from '../../resources/managed-policy.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { profilesOf } from './terraform-profiles.ts';

/** Profiles of an earlier declaration stay, with what permits them, until nobody calls through them. */
export function leftProfiles(module: TerraformModule, implied: Implied): readonly Finding[] {
  const wanted = new Set(applicationInferenceProfile.desired(implied).map(({ name }) => name));
  const policies = new Set(managedPolicy.desired(implied).map(({ name }) => name));
  const profiles = profilesOf(module, implied.access.metadata);
  const gone = profiles.filter((resource) => {
    const name = resource.attribute('name');
    return resource.type === 'aws_bedrock_inference_profile' && !(typeof name === 'string' && wanted.has(name));
  });
  if (gone.length === 0) return [];
  const isLeft = (resource: TerraformResource): boolean => {
    const source = resource.file.text.slice(resource.block.span.start, resource.block.span.end);
    const name = resource.attribute('name');
    return gone.includes(resource) || (resource.mode === 'managed' && !(typeof name === 'string' && policies.has(name)) && gone.some((profile) => source.includes(`${profile.address}.`)));
  };
  const left = module.resources.filter(isLeft).map(({ address }) => address);
  return [
    {
      id: 'export-profile-left',
      severity: 'warning',
      message: `${left.join(', ')} ${left.length === 1 ? 'is' : 'are'} of an application inference profile that the declaration does not name any more`,
      cause: 'AWS chooses the id of a profile, so that another model is another profile: both are permitted until the workload has moved to the new one.',
      remedy: `When the pods run with the new one (bedrock-access verify), remove ${left.length === 1 ? 'it' : 'them'} with what attaches the policy, and apply.`,
      place: { file: gone[0]?.file.file ?? '', line: gone[0]?.block.span.line ?? 1 },
    },
  ];
}
