/**
 * Which action is allowed on what for application inference profiles of an access's own. As `action-places.ts`; resource types
 * and condition keys are those of "Actions, resources, and condition keys for Amazon Bedrock". AWS chooses a profile's id, so
 * that it is told by its tags.
 */
import { madeOurs, owned, taggedAsOurs, type ActionPlace } from './action-places.ts';
import type { Confinement } from './confinement.ts';

const profiles = ({ partition, region, account }: Confinement): readonly string[] => [`arn:${partition}:bedrock:${region}:${account}:application-inference-profile/*`];
const when = ({ ownProfiles }: Confinement): boolean => ownProfiles;

export const profilePlaces: readonly ActionPlace[] = [
  { sid: 'FindProfiles', actions: ['bedrock:ListInferenceProfiles'], when, resources: () => ['*'], condition: ({ region }) => ({ StringEquals: { 'aws:RequestedRegion': region } }) },
  { sid: 'ReadProfileTags', actions: ['bedrock:ListTagsForResource'], when, resources: profiles },
  {
    // What is copied is judged too. A copy of any model lets nobody call it.
    sid: 'CreateProfile',
    actions: ['bedrock:CreateInferenceProfile'],
    when,
    resources: (confined) => [...profiles(confined), `arn:${confined.partition}:bedrock:${confined.region}::foundation-model/*`, `arn:${confined.partition}:bedrock:${confined.region}:${confined.account}:inference-profile/*`],
    condition: madeOurs,
  },
  { sid: 'TagProfile', actions: ['bedrock:TagResource'], when, resources: profiles, condition: taggedAsOurs },
  { sid: 'DeleteOwnProfile', actions: ['bedrock:DeleteInferenceProfile'], when, resources: profiles, condition: owned },
];

/** The kinds that only an access with such profiles has. */
export const profileKinds: ReadonlySet<string> = new Set(['application-inference-profile', 'profile-parameter']);
