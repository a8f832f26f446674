import { bearerGrant } from '../../policy/bearer.ts';
import { policySize } from '../../policy/document.ts';
import type { PolicyDocument, PolicyStatement } from '../../policy/types.ts';
import { kinds } from '../../resources/index.ts';
import { keySorts } from '../../resources/key-sort.ts';
import { storeOf, stores } from '../../resources/stores/index.ts';
import { actionPlaces, storeIdentityActions, withheld, type ActionPlace } from './action-places.ts';
import type { Confinement } from './confinement.ts';
import { profileKinds, profilePlaces } from './profile-places.ts';
import { sessionKinds, sessionPlaces } from './session-places.ts';
import { rolesAnywhereKinds, rolesAnywherePlaces } from './roles-anywhere-places.ts';
import { eksEngineActions, identityEngineActions, identityKinds, identityPlaces, keyKinds } from './identity-places.ts';

/**
 * What the engine itself calls, beyond its kinds: verify looks at everything that AWS judges the user by, and at the role
 * that the store reads with.
 */
export const engineActions: readonly string[] = ['iam:ListUserPolicies', 'iam:GetUserPolicy', 'iam:ListGroupsForUser', 'iam:GetAccountSummary', 'iam:SimulatePrincipalPolicy', ...storeIdentityActions];

/** Every action that the program needs of AWS, as its kinds and the engine declare them. */
export function neededActions({ kmsKey, identity, ownProfiles, service, keyMode }: Confinement): readonly string[] {
  const otherStores = stores.filter((store) => store.service !== service).map(({ kind }) => kind);
  const otherKeys = keyMode === undefined ? [] : keySorts.filter(({ mode }) => mode !== keyMode).flatMap(({ kind, oldKind }) => [kind, oldKind]);
  const others: ReadonlySet<string> = new Set([...(identity === undefined ? identityKinds : keyKinds), ...otherStores, ...otherKeys, ...(identity?.providerArn === undefined ? ['oidc-provider'] : []), ...(identity?.eks === undefined ? ['pod-identity-association'] : []), ...(identity?.trustAnchor === undefined ? rolesAnywhereKinds : []), ...(identity?.session === true ? [] : sessionKinds)]);
  const all = [...kinds.filter(({ kind }) => !others.has(kind) && (ownProfiles || !profileKinds.has(kind))).flatMap(({ permissions }) => permissions), ...(identity === undefined ? engineActions : identityEngineActions), ...(identity?.eks === undefined ? [] : eksEngineActions), ...(kmsKey === undefined ? [] : storeOf({ service }).iam.keyActions)];
  return [...new Set(all)].sort();
}

/** Characters without whitespace (IAM quotas: managed policy length). */
const managedPolicyLimit = 6144;

/** The least that the program can work with on one access; denies what would raise it. One document per managed policy. */
export function programPolicies(confined: Confinement): readonly PolicyDocument[] {
  const needed = new Set(neededActions(confined));
  const statements = [...denials(confined), ...[...profilePlaces, ...(confined.identity === undefined ? actionPlaces : [...identityPlaces, ...rolesAnywherePlaces, ...sessionPlaces])].flatMap((place) => statementOf(place, needed, confined))];
  return packed(statements);
}

/** In as few documents as a managed policy's length allows. */
export function packed(statements: readonly PolicyStatement[]): readonly PolicyDocument[] {
  const documents: PolicyDocument[] = [];
  for (const statement of statements) {
    const last = documents.at(-1);
    const longer: PolicyDocument = { Version: '2012-10-17', Statement: [...(last?.Statement ?? []), statement] };
    if (last === undefined || policySize(longer) <= managedPolicyLimit) documents.splice(-1, 1, longer);
    else documents.push({ Version: '2012-10-17', Statement: [statement] });
  }
  return documents;
}

export function statementOf(place: ActionPlace, needed: ReadonlySet<string>, confined: Confinement): readonly PolicyStatement[] {
  const actions = place.actions.filter((action) => needed.has(action));
  if (actions.length === 0 || place.when?.(confined) === false) return [];
  return [
    {
      Sid: place.sid,
      Effect: 'Allow',
      Action: oneOrMany(actions),
      Resource: oneOrMany(place.resources(confined)),
      ...(place.condition === undefined ? {} : { Condition: place.condition(confined) }),
    },
  ];
}

/** These hold whatever else the principal is allowed by other policies. */
function denials({ boundaryArn, programPolicyArn, userArn, identity }: Confinement): readonly PolicyStatement[] {
  return [
    {
      Sid: 'KeepBoundaryAndThisPolicy',
      Effect: 'Deny',
      Action: ['iam:CreatePolicyVersion', 'iam:DeletePolicy', 'iam:DeletePolicyVersion', 'iam:SetDefaultPolicyVersion', 'iam:TagPolicy', 'iam:UntagPolicy'],
      Resource: [boundaryArn, programPolicyArn, `${programPolicyArn}-*`],
    },
    identity === undefined
      ? { Sid: 'KeepUserBounded', Effect: 'Deny', Action: oneOrMany(Object.keys(withheld)), Resource: userArn }
      : { Sid: 'KeepRoleBounded', Effect: 'Deny', Action: ['iam:PutRolePermissionsBoundary', 'iam:DeleteRolePermissionsBoundary', 'iam:PutRolePolicy'], Resource: identity.roleArn },
  ];
}

/**
 * What bounds every user and role that the program makes: calls of Bedrock's models and nothing else, whatever policy is put on it.
 * As wide as any access's own policy can be, so that another model needs no other boundary.
 */
export function boundaryPolicy({ partition, account }: Confinement): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Models',
        Effect: 'Allow',
        Action: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream', 'bedrock:GetFoundationModel', 'bedrock:GetInferenceProfile'],
        Resource: [
          // The region may be empty, as it is for a global profile's model.
          `arn:${partition}:bedrock:*::foundation-model/*`,
          `arn:${partition}:bedrock:*:${account}:inference-profile/*`,
          `arn:${partition}:bedrock:*:${account}:application-inference-profile/*`,
        ],
      },
      { Sid: 'Discovery', Effect: 'Allow', Action: ['bedrock:ListFoundationModels', 'bedrock:ListInferenceProfiles'], Resource: '*' },
      { Sid: 'ApiKeys', ...bearerGrant(['LONG_TERM', 'SHORT_TERM']) },
    ],
  };
}

function oneOrMany(values: readonly string[]): string | readonly string[] {
  const [only, ...more] = values;
  return only !== undefined && more.length === 0 ? only : values;
}
