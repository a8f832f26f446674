/** How pods come to a role: by web identity, EKS Pod Identity or IAM Roles Anywhere. */
import type { Secret } from '../../secret.ts';
import type { PolicyDocument } from '../../policy/types.ts';
import type { AwsCredentials, Tags } from './call.ts';

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
