/**
 * What the CronJob of one access needs in AWS. `rotate --due`: the keys of one user, one store of them, and a look at what is
 * applied; a rotation makes no user, policy or attachment. `session renew`: the one role. Conditions as in `action-places.ts`.
 */
import type { PolicyDocument } from '../../policy/types.ts';
import { actionPlaces, owned, type ActionPlace } from './action-places.ts';
import type { Confinement } from './confinement.ts';
import { neededActions, statementOf } from './iam-policy.ts';
import { profilePlaces } from './profile-places.ts';
import { sessionPlaces } from './session-places.ts';

const user = ({ userArn }: Confinement): readonly string[] => [userArn];
const denial = ({ policyArns }: Confinement): readonly string[] => policyArns.slice(0, 1).map((arn) => `${arn}-deny-sessions`);

const places: readonly ActionPlace[] = [
  { sid: 'ReadUser', actions: ['iam:GetUser', 'iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed', 'iam:ListServiceSpecificCredentials', 'iam:ListAttachedUserPolicies'], resources: user },
  // Marks on the user, and nothing that is not one.
  { sid: 'MarkUser', actions: ['iam:TagUser', 'iam:UntagUser'], resources: user, condition: (confined) => ({ ...owned(confined), 'ForAllValues:StringLike': { 'aws:TagKeys': 'bedrock-access/*' } }) },
  { sid: 'KeysOfOneUser', actions: ['iam:CreateAccessKey', 'iam:UpdateAccessKey', 'iam:DeleteAccessKey', 'iam:UpdateServiceSpecificCredential', 'iam:DeleteServiceSpecificCredential'], resources: user, condition: owned },
  { sid: 'LookAtItsPolicy', actions: ['iam:GetPolicy', 'iam:GetPolicyVersion'], resources: ({ policyArns }) => policyArns },
  // The sessions of a leaked key are denied by a person's order; the end of that comes by itself.
  { sid: 'EndDenial', actions: ['iam:DetachUserPolicy'], resources: user, condition: (confined) => ({ ...owned(confined), ArnLike: { 'iam:PolicyARN': denial(confined) } }) },
  { sid: 'DeleteDenial', actions: ['iam:ListPolicyVersions', 'iam:DeletePolicyVersion', 'iam:DeletePolicy'], resources: denial, condition: owned },
];

/** In the store: one version more of what is there. Nothing is made or deleted. */
const store: ActionPlace = { sid: 'StoreNewKey', actions: ['ssm:PutParameter', 'secretsmanager:PutSecretValue'], resources: ({ parameterArns }) => parameterArns, condition: owned };

/** Of these places of the program's own policy a rotation takes part: it looks at them, and makes an API key. */
const looks: ReadonlySet<string> = new Set(['MakeApiKey', 'FindParameters', 'ReadParameters', 'ParameterKey', 'FindProfiles', 'ReadProfileTags', 'ReadTrail']);

export function renewalPolicy(confined: Confinement): PolicyDocument {
  const needed = new Set(neededActions(confined));
  return { Version: '2012-10-17', Statement: sessionPlaces.flatMap((place) => statementOf(place, needed, confined)) };
}

export function rotationPolicy(confined: Confinement): PolicyDocument {
  const needed = new Set(neededActions(confined));
  const all = [...places, ...[...actionPlaces, ...profilePlaces].filter(({ sid }) => looks.has(sid)), store];
  return { Version: '2012-10-17', Statement: all.flatMap((place) => statementOf(place, needed, confined)) };
}
