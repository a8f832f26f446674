import type { Secret } from '../secret.ts';
import type { Decision, PolicyDocument } from '../policy/types.ts';

/**
 * AWS as the rest of the program sees it: a narrow port of plain values, one group per service, each loading its SDK
 * client when first called. No SDK type shows through. SDK retries are off (`maxAttempts: 1`): reading calls are
 * retried here with bounded patience; a changing call fails with an {@link AwsCallError} and the engine decides.
 */
export interface Aws {
  readonly sts: StsCalls;
  readonly iam: IamCalls;
  readonly apiKeys: ApiKeyCalls;
  readonly webIdentity: WebIdentityCalls;
  ssm(region: string): SsmCalls;
  secretsManager(region: string): SecretsManagerCalls;
  rolesAnywhere(region: string): RolesAnywhereCalls;
  bedrock(region: string): BedrockCalls;
  runtime(region: string): BedrockRuntimeCalls;
  eks(region: string): EksCalls;
  cloudTrail(region: string): CloudTrailCalls;
  /** The same world (endpoint, clock, counters) seen by another identity. */
  as(credentials: AwsCredentials): Aws;
  /** The same world, called with a bearer token instead of a signature: a Bedrock API key. It opens nothing but Amazon Bedrock. */
  withToken(token: Secret): Pick<Aws, 'bedrock' | 'runtime'>;
  /** Every call made so far through this and derived instances, in order. */
  readonly calls: readonly AwsCall[];
}

/** The event history of CloudTrail in one region. It may be two minutes or a quarter of an hour behind. */
export interface CloudTrailCalls {
  /** The latest call that was made with an access key since then, refused ones too, as far as it tells yet. */
  latestEvent(accessKeyId: string, since: Date): Promise<TrailEvent | undefined>;
}

export interface TrailEvent {
  readonly at: Date;
  /** `InvokeModel` */
  readonly name: string;
  /** `bedrock.amazonaws.com` */
  readonly source: string;
  /** The address or the AWS service that called. */
  readonly from?: string;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken?: Secret;
}

export interface AwsCall {
  /** `iam:CreateUser` as IAM names the action. */
  readonly action: string;
  readonly region: string;
  /** Attempts, throttled ones included. */
  readonly attempts: number;
  readonly failed?: string;
}

export type AwsErrorKind =
  | 'not-found'
  | 'already-exists'
  | 'conflict' // DeleteConflict, EntityTemporarilyUnmodifiable
  | 'limit-exceeded'
  | 'denied'
  | 'no-credentials'
  | 'expired-credentials'
  | 'clock-skewed' // RequestTimeTooSkewed, or a bad signature while the answer's Date differs
  | 'invalid-credentials' // InvalidClientTokenId, SignatureDoesNotMatch, UnrecognizedClient
  | 'throttled'
  | 'unavailable' // 5xx
  | 'unreachable' // connection refused, DNS, TLS
  | 'validation'
  | 'not-ready' // ModelNotReady
  | 'other';

/** Thrown by every call of {@link Aws}. `uncertain`: the call may have been executed (dropped connection, time-out, 5xx). */
export interface AwsCallErrorFields {
  readonly kind: AwsErrorKind;
  readonly action: string;
  readonly region: string;
  /** AWS's own code, `NoSuchEntity`. */
  readonly code: string;
  readonly uncertain: boolean;
  readonly requestId?: string;
}

export type Tags = Readonly<Record<string, string>>;

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

/** A role with who may assume it. */
export interface TrustedRole {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly trust: PolicyDocument;
  readonly tags: Tags;
  readonly permissionsBoundary?: string;
  /** The longest session, in seconds; an hour unless it says otherwise. */
  readonly maxSessionSeconds: number;
}

/** An issuer of tokens that the account trusts. `url` is without `https://`. */
export interface OidcProvider {
  readonly arn: string;
  readonly url: string;
  readonly audiences: readonly string[];
  readonly tags: Tags;
}

/** Roles for the pods of a cluster, the issuers behind them, and a session of such a role. */
export interface WebIdentityCalls {
  getRole(name: string): Promise<TrustedRole | undefined>;
  createRole(input: { name: string; path: string; trust: PolicyDocument; description: string; tags: Tags; permissionsBoundary?: string; maxSessionSeconds?: number }): Promise<TrustedRole>;
  deleteRole(name: string): Promise<void>;
  tagRole(name: string, tags: Tags): Promise<void>;
  setTrust(name: string, trust: PolicyDocument): Promise<void>;
  listAttachedPolicies(role: string): Promise<readonly string[] | undefined>;
  attachPolicy(role: string, policyArn: string): Promise<void>;
  detachPolicy(role: string, policyArn: string): Promise<void>;
  /** Swept: every role of the account (GetAccountAuthorizationDetails, filter Role). */
  listRolesWithTags(): Promise<readonly TrustedRole[]>;
  getProvider(arn: string): Promise<OidcProvider | undefined>;
  /** Answers its ARN. */
  createProvider(input: { issuer: string; audience: string; tags: Tags }): Promise<string>;
  addAudience(arn: string, audience: string): Promise<void>;
  tagProvider(arn: string, tags: Tags): Promise<void>;
  deleteProvider(arn: string): Promise<void>;
  /** 15 minutes, the shortest there is. Needs no permission of the caller: the token decides. */
  assumeRole(input: { roleArn: string; sessionName: string; token: Secret }): Promise<AwsCredentials>;
}

/** An EKS cluster, as far as it matters to its pods' identities. */
export interface EksCluster {
  readonly name: string;
  readonly arn: string;
  /** `ACTIVE` when it works. */
  readonly status: string;
  /** EKS Auto Mode: its nodes bring the Pod Identity agent along. */
  readonly autoMode: boolean;
}

/** Which role the pods of one ServiceAccount get (EKS Pod Identity). There is one at most for a ServiceAccount. */
export interface PodIdentityAssociation {
  /** `a-…` */
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  /** A role that the first one assumes for the pods, mostly of another account. */
  readonly targetRoleArn?: string;
  /** Does a session carry the tags of cluster, namespace and ServiceAccount? */
  readonly sessionTags: boolean;
  readonly tags: Tags;
}

export interface EksCalls {
  getCluster(name: string): Promise<EksCluster | undefined>;
  /** `ACTIVE`, `DEGRADED`, …; undefined where the add-on is not installed. */
  getAddonStatus(cluster: string, addon: string): Promise<string | undefined>;
  /** Ids of the associations in a namespace; none where there is no such cluster. */
  listAssociations(cluster: string, filter: { namespace: string; serviceAccount?: string }): Promise<readonly string[]>;
  getAssociation(cluster: string, id: string): Promise<PodIdentityAssociation | undefined>;
  /** `token`: the same one makes a repeated call answer what the first one made. */
  createAssociation(input: { cluster: string; namespace: string; serviceAccount: string; roleArn: string; token: string; tags: Tags }): Promise<PodIdentityAssociation>;
  /** Sets the role, and session tags to be given. */
  updateAssociation(cluster: string, id: string, input: { roleArn: string; token: string }): Promise<void>;
  deleteAssociation(cluster: string, id: string): Promise<void>;
  tagAssociation(arn: string, tags: Tags): Promise<void>;
  /** What the agent on the node asks for a pod: the token decides, and the caller's eks-auth:AssumeRoleForPodIdentity. */
  assumeRoleForPod(input: { cluster: string; token: Secret }): Promise<AwsCredentials>;
}

export interface ParameterMetadata {
  readonly name: string;
  readonly arn?: string;
  readonly type: string;
  readonly version: number;
  readonly description?: string;
  readonly kmsKeyId?: string;
  readonly lastModified: Date;
}

export interface SsmCalls {
  /** DescribeParameters by exact names (at most 50). */
  describeParameters(names: readonly string[]): Promise<readonly ParameterMetadata[]>;
  /** DescribeParameters filtered by tags: every pair must match. */
  describeParametersByTags(tags: Tags): Promise<readonly ParameterMetadata[]>;
  listTags(name: string): Promise<Tags | undefined>;
  getParameter(name: string): Promise<{ readonly value: Secret; readonly version: number; readonly lastModified: Date } | undefined>;
  /** Every version that is kept, oldest first, without its value; undefined when there is no such parameter. A value: `getParameter('name:version')`. */
  parameterHistory(name: string): Promise<readonly { readonly version: number; readonly description?: string }[] | undefined>;
  /** `tags` only on the first put: PutParameter refuses Tags with Overwrite. Answers the new version. */
  putParameter(input: { name: string; value: Secret; description: string; overwrite: boolean; tags?: Tags; kmsKeyId?: string }): Promise<number>;
  addTags(name: string, tags: Tags): Promise<void>;
  deleteParameter(name: string): Promise<void>;
}

/** An authority whose certificates IAM Roles Anywhere accepts. */
export interface TrustAnchor {
  /** A UUID. */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly enabled: boolean;
  /** PEM; undefined where AWS Private CA holds them. */
  readonly certificates?: string;
}

/** Which roles IAM Roles Anywhere may hand out, and for how long. */
export interface RolesAnywhereProfile {
  /** A UUID, which AWS chooses; several profiles may bear one name. */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly roleArns: readonly string[];
  /** Of a session. */
  readonly durationSeconds: number;
  /** A session policy or managed policies take away from what the role may. */
  readonly narrowed: boolean;
  /** ISO. */
  readonly createdAt: string;
}

export interface RolesAnywhereCalls {
  getTrustAnchor(id: string): Promise<TrustAnchor | undefined>;
  listProfiles(): Promise<readonly RolesAnywhereProfile[]>;
  getProfile(id: string): Promise<RolesAnywhereProfile | undefined>;
  /** Not idempotent: each call makes a profile of a new id. */
  createProfile(input: { name: string; roleArns: readonly string[]; durationSeconds: number; tags: Tags }): Promise<RolesAnywhereProfile>;
  updateProfile(id: string, input: { roleArns: readonly string[]; durationSeconds: number }): Promise<void>;
  enableProfile(id: string): Promise<void>;
  deleteProfile(id: string): Promise<void>;
  listTags(arn: string): Promise<Tags | undefined>;
  tag(arn: string, tags: Tags): Promise<void>;
  /** A session of the role, asked for with a certificate (PEM, the first of the text) and its key (PEM). */
  createSession(input: { trustAnchorArn: string; profileArn: string; roleArn: string; durationSeconds: number; certificate: string; privateKey: Secret }): Promise<AwsCredentials>;
}

/** A secret of Secrets Manager, without its value. */
export interface SecretMetadata {
  readonly name: string;
  /** With the six characters that AWS adds to the name. */
  readonly arn: string;
  /** Labels of the versions that have any, by version id; no version at all before the first value. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
  readonly description?: string;
  /** Undefined for the key that AWS keeps (`aws/secretsmanager`). */
  readonly kmsKeyId?: string;
  readonly tags: Tags;
  readonly lastChanged: Date;
  /** It is scheduled for deletion since then: its name is taken and its value cannot be read. */
  readonly deleted?: Date;
}

export interface SecretsManagerCalls {
  describeSecret(name: string): Promise<SecretMetadata | undefined>;
  /**
   * ListSecrets filtered by tags: every pair must match; those that are scheduled for deletion are among them. It may not
   * know of the changes of the last five minutes (API reference, ListSecrets).
   */
  listSecretsByTags(tags: Tags): Promise<readonly SecretMetadata[]>;
  /** Of the version with the label AWSCURRENT, or of the one that is named. */
  getSecretValue(name: string, versionId?: string): Promise<{ readonly value: Secret; readonly versionId: string } | undefined>;
  /** Every version that is kept, those without a label too, oldest first; undefined when there is no such secret. */
  listVersions(name: string): Promise<readonly string[] | undefined>;
  /** `versionId` (32 to 64 characters) becomes the id of the first version; the same call again changes nothing. */
  createSecret(input: { name: string; value: Secret; versionId: string; description: string; tags: Tags; kmsKeyId?: string }): Promise<void>;
  /** Makes the version that has the label AWSCURRENT from now on; the same call again changes nothing. */
  putSecretValue(input: { name: string; value: Secret; versionId: string }): Promise<void>;
  /** Encrypts the labelled versions anew with another key. */
  setKmsKey(name: string, kmsKeyId: string): Promise<void>;
  tagSecret(name: string, tags: Tags): Promise<void>;
  restoreSecret(name: string): Promise<void>;
  /** At once, without a recovery window. */
  deleteSecret(name: string): Promise<void>;
}

export interface FoundationModelSummary {
  readonly modelId: string;
  readonly arn: string;
  readonly name: string;
  readonly provider: string;
  readonly inferenceTypes: readonly string[];
  readonly lifecycle: { readonly status: string; readonly startOfLife?: Date; readonly legacy?: Date; readonly publicExtendedAccess?: Date; readonly endOfLife?: Date };
}

export interface InferenceProfileSummary {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly type: 'SYSTEM_DEFINED' | 'APPLICATION';
  readonly status: string;
  /** ARNs of the models beneath, one per destination region. */
  readonly modelArns: readonly string[];
}

export interface BedrockCalls {
  listFoundationModels(): Promise<readonly FoundationModelSummary[]>;
  getFoundationModel(id: string): Promise<FoundationModelSummary | undefined>;
  listInferenceProfiles(type?: 'SYSTEM_DEFINED' | 'APPLICATION'): Promise<readonly InferenceProfileSummary[]>;
  getInferenceProfile(id: string): Promise<InferenceProfileSummary | undefined>;
  createInferenceProfile(input: { name: string; description: string; copyFrom: string; tags: Tags; clientRequestToken: string }): Promise<{ readonly arn: string }>;
  deleteInferenceProfile(id: string): Promise<void>;
  listTags(arn: string): Promise<Tags | undefined>;
  tagResource(arn: string, tags: Tags): Promise<void>;
}

export interface ModelAnswer {
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly stopReason: string;
}

export interface BedrockRuntimeCalls {
  /** Converse with one user message. */
  converse(modelId: string, prompt: string, maxTokens: number): Promise<ModelAnswer>;
  /** ConverseStream; `onText` gets each delta. */
  converseStream(modelId: string, prompt: string, maxTokens: number, onText?: (delta: string) => void): Promise<ModelAnswer>;
  countTokens(modelId: string, prompt: string): Promise<number>;
}
