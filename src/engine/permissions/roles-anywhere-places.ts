/**
 * Which action is allowed on what for an access whose pods call for a certificate (IAM Roles Anywhere). As
 * `action-places.ts`; resource types and condition keys are those of "Actions, resources, and condition keys for AWS Identity
 * and Access Management Roles Anywhere". AWS chooses a profile's id, so that it is told by its tags.
 */
import { madeOurs, owned, taggedAsOurs, type ActionPlace } from './action-places.ts';
import type { Confinement } from './confinement.ts';

const profiles = ({ partition, account, identity }: Confinement): readonly string[] => [`arn:${partition}:rolesanywhere:${identity?.trustAnchor?.region ?? '*'}:${account}:profile/*`];
const when = ({ identity }: Confinement): boolean => identity?.trustAnchor !== undefined;
const inRegion = ({ identity }: Confinement): Readonly<Record<string, string>> => ({ 'aws:RequestedRegion': identity?.trustAnchor?.region ?? '' });

export const rolesAnywherePlaces: readonly ActionPlace[] = [
  { sid: 'ReadTrustAnchor', actions: ['rolesanywhere:GetTrustAnchor'], when, resources: ({ identity }) => (identity?.trustAnchor === undefined ? [] : [identity.trustAnchor.arn]) },
  { sid: 'FindAnywhereProfiles', actions: ['rolesanywhere:ListProfiles', 'rolesanywhere:ListTagsForResource'], when, resources: () => ['*'], condition: (confined) => ({ StringEquals: inRegion(confined) }) },
  {
    sid: 'CreateAnywhereProfile',
    actions: ['rolesanywhere:CreateProfile'],
    when,
    resources: () => ['*'],
    condition: (confined) => ({ StringEquals: { ...madeOurs(confined)['StringEquals'], ...inRegion(confined) } }),
  },
  { sid: 'TagAnywhereProfile', actions: ['rolesanywhere:TagResource'], when, resources: profiles, condition: taggedAsOurs },
  { sid: 'ChangeOwnAnywhereProfile', actions: ['rolesanywhere:UpdateProfile', 'rolesanywhere:EnableProfile', 'rolesanywhere:DeleteProfile'], when, resources: profiles, condition: owned },
  {
    // Only to this service: a profile that lists the role is how it comes into use.
    sid: 'PassRole',
    actions: ['iam:PassRole'],
    when,
    resources: ({ identity }) => (identity === undefined ? [] : [identity.roleArn]),
    condition: () => ({ StringEquals: { 'iam:PassedToService': 'rolesanywhere.amazonaws.com' } }),
  },
];

/** The kinds that only an access of this mode has. */
export const rolesAnywhereKinds: ReadonlySet<string> = new Set(['roles-anywhere-profile']);
