/** Which action is allowed on what for an access whose pods call as a role. As `action-places.ts`, for those modes. */
import type { ConditionBlock } from '../../policy/types.ts';
import { podIdentityService } from '../../resources/pod-identity.ts';
import { stores } from '../../resources/stores/index.ts';
import { keySorts } from '../../resources/key-sort.ts';
import { bounded, madeOurs, owned, tagged, taggedAsOurs, type ActionPlace } from './action-places.ts';
import type { Confinement } from './confinement.ts';

const roles = ({ identity }: Confinement): readonly string[] => (identity === undefined ? [] : [...new Set([identity.roleArn, identity.pathlessRoleArn])]);
const role = ({ identity }: Confinement): readonly string[] => (identity === undefined ? [] : [identity.roleArn]);
const provider = ({ identity }: Confinement): readonly string[] => (identity?.providerArn === undefined ? [] : [identity.providerArn]);
const hasProvider = ({ identity }: Confinement): boolean => identity?.providerArn !== undefined;
const isEks = ({ identity }: Confinement): boolean => identity?.eks !== undefined;
const cluster = ({ identity }: Confinement): readonly string[] => (identity?.eks === undefined ? [] : [identity.eks.clusterArn]);
const associations = ({ identity }: Confinement): readonly string[] => (identity?.eks === undefined ? [] : [identity.eks.associationArns]);
const changeable = (confined: Confinement): readonly string[] => [...role(confined), ...confined.policyArns];
const boundedAnd = (of: 'RequestTag' | 'ResourceTag', confined: Confinement): ConditionBlock => ({ StringEquals: { ...tagged(of, confined), ...bounded(confined) } });

const rolePlaces: readonly ActionPlace[] = [
  { sid: 'ReadRole', actions: ['iam:GetRole', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies', 'iam:GetRolePolicy', 'iam:SimulatePrincipalPolicy'], resources: roles },
  {
    sid: 'ReadPolicies',
    actions: ['iam:GetPolicy', 'iam:GetPolicyVersion'],
    resources: ({ partition, account }) => [`arn:${partition}:iam::${account}:policy/*`, `arn:${partition}:iam::aws:policy/*`],
  },
  // Whether other roles trust the provider shows in their trust policies alone.
  { sid: 'LookAtAccount', actions: ['iam:GetAccountAuthorizationDetails', 'iam:GetAccountSummary'], resources: () => ['*'] },
  { sid: 'CreateRoleWithBoundary', actions: ['iam:CreateRole'], resources: role, condition: (confined) => boundedAnd('RequestTag', confined) },
  { sid: 'TagOwn', actions: ['iam:TagRole', 'iam:TagPolicy'], resources: changeable, condition: taggedAsOurs },
  {
    sid: 'ChangeOwn',
    actions: ['iam:UpdateAssumeRolePolicy', 'iam:DeleteRole', 'iam:ListPolicyVersions', 'iam:CreatePolicyVersion', 'iam:DeletePolicyVersion', 'iam:DeletePolicy'],
    resources: changeable,
    condition: owned,
  },
  {
    sid: 'AttachToBoundedRole',
    actions: ['iam:AttachRolePolicy'],
    resources: role,
    condition: (confined) => ({ ...boundedAnd('ResourceTag', confined), ArnLike: { 'iam:PolicyARN': confined.policyArns } }),
  },
  { sid: 'Detach', actions: ['iam:DetachRolePolicy'], resources: role, condition: (confined) => ({ ...owned(confined), ArnLike: { 'iam:PolicyARN': confined.policyArns } }) },
  { sid: 'CreatePolicy', actions: ['iam:CreatePolicy'], resources: ({ policyArns }) => policyArns, condition: madeOurs },
  { sid: 'ReadProvider', actions: ['iam:GetOpenIDConnectProvider'], resources: provider, when: hasProvider },
  { sid: 'CreateProvider', actions: ['iam:CreateOpenIDConnectProvider'], resources: provider, when: hasProvider, condition: madeOurs },
  { sid: 'TagProvider', actions: ['iam:TagOpenIDConnectProvider'], resources: provider, when: hasProvider, condition: taggedAsOurs },
  { sid: 'ChangeOwnProvider', actions: ['iam:AddClientIDToOpenIDConnectProvider', 'iam:DeleteOpenIDConnectProvider'], resources: provider, when: hasProvider, condition: owned },
];

/** Actions of AWS for pods of EKS: only in that mode. */
const eksPlaces: readonly ActionPlace[] = [
  { sid: 'LookAtEks', actions: ['eks:DescribeCluster', 'eks:ListPodIdentityAssociations', 'eks-auth:AssumeRoleForPodIdentity'], resources: cluster, when: isEks },
  { sid: 'LookAtAgent', actions: ['eks:DescribeAddon'], resources: ({ identity }) => (identity?.eks === undefined ? [] : [identity.eks.addonArns]), when: isEks },
  { sid: 'LookAtAssociations', actions: ['eks:DescribePodIdentityAssociation'], resources: associations, when: isEks },
  { sid: 'CreateAssociation', actions: ['eks:CreatePodIdentityAssociation'], resources: cluster, when: isEks, condition: madeOurs },
  { sid: 'TagAssociation', actions: ['eks:TagResource'], resources: associations, when: isEks, condition: taggedAsOurs },
  { sid: 'ChangeOwnAssociation', actions: ['eks:UpdatePodIdentityAssociation', 'eks:DeletePodIdentityAssociation'], resources: associations, when: isEks, condition: owned },
  // Handed to EKS for pods and to nobody else.
  { sid: 'PassRoleToPods', actions: ['iam:PassRole'], resources: role, when: isEks, condition: () => ({ StringEquals: { 'iam:PassedToService': podIdentityService } }) },
];

export const identityPlaces: readonly ActionPlace[] = [...rolePlaces, ...eksPlaces];

/** What verify asks of a role beyond what its kinds declare. */
export const identityEngineActions: readonly string[] = ['iam:ListRolePolicies', 'iam:GetRolePolicy', 'iam:GetAccountSummary', 'iam:SimulatePrincipalPolicy'];

/** What verify asks of EKS. */
export const eksEngineActions: readonly string[] = ['eks-auth:AssumeRoleForPodIdentity'];

/** Kinds that only one of the two modes has. */
export const keyKinds: ReadonlySet<string> = new Set(['iam-user', ...keySorts.flatMap(({ kind, oldKind }) => [kind, oldKind]), 'key-proof', ...stores.map(({ kind }) => kind), 'policy-attachment', 'deny-policy']);
export const identityKinds: ReadonlySet<string> = new Set(['oidc-provider', 'iam-role', 'role-policy-attachment', 'pod-identity-association']);
