/** Who calls: IAM users with their keys and policies, and STS. */
import type { Secret } from '../../secret.ts';
import type { Decision, PolicyDocument } from '../../policy/types.ts';
import type { AwsCredentials, Tags } from './call.ts';

export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** Credentials of a role for a while. */
export interface AwsSession extends AwsCredentials {
  readonly sessionToken: Secret;
  readonly expiresAt: Date;
}

export interface StsCalls {
  getCallerIdentity(): Promise<CallerIdentity>;
  /** `seconds`: an hour at most where the caller is a role itself (IAM user guide, "Role chaining"). */
  assumeRole(input: { roleArn: string; sessionName: string; seconds: number }): Promise<AwsSession>;
  /** A short-term Bedrock API key for that region, good until the session ends and for 12 hours at most. Signed here: no call is made. */
  shortTermKey(session: AwsSession, region: string): Promise<Secret>;
}

export interface IamUser {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly tags: Tags;
  readonly permissionsBoundary?: string;
  readonly createdAt: Date;
}

export interface IamRole {
  readonly name: string;
  readonly arn: string;
  /** Who may assume it. */
  readonly trust: PolicyDocument;
  readonly permissionsBoundary?: string;
}

export interface AccessKeyMetadata {
  readonly id: string;
  readonly active: boolean;
  readonly createdAt: Date;
}

export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly defaultVersionId: string;
  readonly attachmentCount: number;
  readonly tags: Tags;
  readonly description?: string;
}

/** One question to IAM's own simulator; every pair of action and resource is judged in this context. */
export interface SimulationQuestion {
  /** ARN of a user or role. */
  readonly principal: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

export interface SimulatedVerdict {
  readonly action: string;
  readonly resource: string;
  readonly decision: Decision;
  /** Condition keys that the policies ask for and the question did not name. */
  readonly missingContext: readonly string[];
  /** Of the service control policies of the organisation; undefined where there is none. */
  readonly allowedByOrganizations?: boolean;
  /** Undefined where the principal has no boundary. */
  readonly allowedByBoundary?: boolean;
}

/** Reads answer `undefined` for what does not exist. */
export interface IamCalls {
  getUser(name: string): Promise<IamUser | undefined>;
  createUser(input: { name: string; path: string; tags: Tags; permissionsBoundary?: string }): Promise<IamUser>;
  deleteUser(name: string): Promise<void>;
  tagUser(name: string, tags: Tags): Promise<void>;
  untagUser(name: string, keys: readonly string[]): Promise<void>;
  putUserPermissionsBoundary(name: string, boundary: string): Promise<void>;
  deleteUserPermissionsBoundary(name: string): Promise<void>;
  listAccessKeys(user: string): Promise<readonly AccessKeyMetadata[] | undefined>;
  /** `user`: whose key it is. */
  accessKeyLastUsed(id: string): Promise<{ readonly at?: Date; readonly service?: string; readonly user?: string }>;
  /** Asked of a key that was listed, with patience for replicas that are behind; undefined: it is no more. */
  accessKeyUse(user: string, id: string): Promise<{ readonly at?: Date } | undefined>;
  createAccessKey(user: string): Promise<AwsCredentials & { readonly createdAt: Date }>;
  setAccessKeyActive(user: string, id: string, active: boolean): Promise<void>;
  deleteAccessKey(user: string, id: string): Promise<void>;
  getPolicy(arn: string): Promise<ManagedPolicy | undefined>;
  getPolicyDocument(arn: string, versionId: string): Promise<PolicyDocument | undefined>;
  listPolicyVersions(arn: string): Promise<readonly { readonly id: string; readonly isDefault: boolean; readonly createdAt: Date }[]>;
  createPolicy(input: { name: string; path: string; description: string; document: PolicyDocument; tags: Tags }): Promise<ManagedPolicy>;
  createPolicyVersion(arn: string, document: PolicyDocument): Promise<string>;
  deletePolicyVersion(arn: string, versionId: string): Promise<void>;
  deletePolicy(arn: string): Promise<void>;
  tagPolicy(arn: string, tags: Tags): Promise<void>;
  listAttachedUserPolicies(user: string): Promise<readonly string[] | undefined>;
  attachUserPolicy(user: string, policyArn: string): Promise<void>;
  detachUserPolicy(user: string, policyArn: string): Promise<void>;
  listUserPolicies(user: string): Promise<readonly string[] | undefined>;
  /** An inline policy. */
  getUserPolicy(user: string, policy: string): Promise<PolicyDocument | undefined>;
  listGroupsForUser(user: string): Promise<readonly string[] | undefined>;
  getRole(name: string): Promise<IamRole | undefined>;
  listAttachedRolePolicies(role: string): Promise<readonly string[] | undefined>;
  listRolePolicies(role: string): Promise<readonly string[] | undefined>;
  /** An inline policy. */
  getRolePolicy(role: string, policy: string): Promise<PolicyDocument | undefined>;
  /** How much of the account's IAM is used and may be: `Users`, `UsersQuota`, … (IAM API reference, GetAccountSummary). */
  accountSummary(): Promise<Readonly<Record<string, number>>>;
  /** What AWS itself says that a principal may do (SimulatePrincipalPolicy): no call is made. Resource policies are not looked at. */
  simulatePrincipalPolicy(question: SimulationQuestion): Promise<readonly SimulatedVerdict[]>;
  /** Swept: users under a path, with tags (GetAccountAuthorizationDetails, filter User). */
  listUsersWithTags(): Promise<readonly (IamUser & { readonly attachedPolicies: readonly string[] })[]>;
  /** Swept: customer managed policies with the document of their default version (GetAccountAuthorizationDetails, filter LocalManagedPolicy). It tells no tags. */
  listPoliciesWithDocuments(): Promise<readonly (Omit<ManagedPolicy, 'tags' | 'description'> & { readonly document: PolicyDocument })[]>;
}

/** A long-term Bedrock API key. IAM tells no last use of one. */
export interface ApiKeyMetadata extends AccessKeyMetadata {
  /** It opens nothing from then on; undefined for one without an end. */
  readonly expiresAt?: Date;
}

/** Long-term Bedrock API keys of IAM users; two a user at most. */
export interface ApiKeyCalls {
  list(user: string): Promise<readonly ApiKeyMetadata[] | undefined>;
  /** @param ageDays 1 to 36 600; without it the key has no end */
  create(user: string, ageDays?: number): Promise<{ readonly id: string; readonly token: Secret }>;
  setActive(user: string, id: string, active: boolean): Promise<void>;
  remove(user: string, id: string): Promise<void>;
}
