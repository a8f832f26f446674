/**
 * The declaration after parsing: every default filled in, every shorthand expanded, every name decided.
 * The schema that users write against is in `schema/`; both describe `bedrock-access.dev/v1alpha1`.
 */
export interface Access {
  readonly apiVersion: 'bedrock-access.dev/v1alpha1';
  readonly kind: 'BedrockAccess';
  readonly metadata: AccessMetadata;
  readonly spec: AccessSpec;
}

export interface AccessMetadata {
  readonly name: string;
  readonly namespace: string;
}

export interface AccessSpec {
  /** 12 digits. A caller of another account is refused. */
  readonly account: string;
  /** Where Bedrock is called: the source region of every model. */
  readonly region: string;
  readonly models: readonly DeclaredModel[];
  readonly workloads: readonly Workload[];
  readonly credentials: Credentials;
  /** May the workload list models? Undefined in the document means: as its clients need. */
  readonly discovery: boolean;
  readonly endpoint?: Endpoint;
  readonly permissionsBoundary?: string;
  readonly parameterKmsKeyId?: string;
  readonly budget?: Budget;
  /** When a changed credential or environment restarts the workload. Default `now`. */
  readonly restart: 'now' | 'window' | 'never';
  /** With `restart: window`, and only then. */
  readonly restartWindow?: RestartWindow;
  readonly names: Names;
  readonly suspend: boolean;
  /** What becomes of everything when the BedrockAccess object is deleted. Default `Retain`. */
  readonly deletionPolicy: 'Retain' | 'Delete';
  readonly managedBy: ManagedBy;
}

/** A time that comes again, in which pods may be restarted. */
export interface RestartWindow {
  /** When it opens: five fields, as a Kubernetes CronJob has them. */
  readonly schedule: string;
  /** How long it stays open: `2h`, `90m`. */
  readonly duration: string;
  /** Of the schedule, an IANA name such as `Asia/Tokyo`; default `Etc/UTC`. */
  readonly timeZone: string;
}

export interface DeclaredModel {
  /** As written: bare model id, inference profile id, ARN, or catalog alias. */
  readonly id: string;
  /** What the workload uses it for; exactly one model is `default`. */
  readonly role: string;
  /** Give the workload an application inference profile of its own over this model. Default false. */
  readonly applicationProfile: boolean;
}

export interface Workload {
  readonly kind: WorkloadKind;
  readonly name: string;
  /** Containers (init containers and sidecars too) by name; undefined means the only one. */
  readonly containers?: readonly string[];
  readonly client: ClientName;
  /** With `client: custom`: variables to set, by name; values may name `${region}`, `${model}`, `${model.ROLE}`. */
  readonly environment?: Readonly<Record<string, string>>;
}

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob' | 'Job' | 'Rollout';

export type ClientName =
  | 'openhands'
  | 'litellm'
  | 'aws-sdk'
  | 'boto3'
  | 'aws-cli'
  | 'claude-code'
  | 'ai-sdk'
  | 'langchain'
  | 'anthropic-sdk'
  | 'custom';

/** What each mode declares. */
export interface CredentialModes {
  readonly accessKey: AccessKeyCredentials;
  readonly webIdentity: WebIdentityCredentials;
  readonly podIdentity: PodIdentityCredentials;
  readonly rolesAnywhere: RolesAnywhereCredentials;
  readonly apiKey: ApiKeyCredentials;
  readonly session: SessionCredentials;
}

export type CredentialMode = keyof CredentialModes;

/** Exactly one mode. */
export type Credentials = {
  [Mode in CredentialMode]: { readonly [Name in Mode]: CredentialModes[Name] } & { readonly [Name in Exclude<CredentialMode, Mode>]?: never };
}[CredentialMode];

/** An IAM role that the pods assume with the token of their ServiceAccount: no key lies anywhere. */
export interface WebIdentityCredentials {
  /** The cluster's public token issuer, `https://…`, to the letter as the tokens say it. */
  readonly issuer: string;
  /** The one audience of the tokens, default `sts.amazonaws.com`. */
  readonly audience: string;
  /** The workloads' ServiceAccount in the access's namespace: the role trusts this one alone. */
  readonly serviceAccount: string;
  /** Name of the IAM role, default `bedrock-<name>-role`. */
  readonly role: string;
}

/** An IAM role that EKS gives to the pods of one ServiceAccount (EKS Pod Identity). */
export interface PodIdentityCredentials {
  /** The name of the EKS cluster, in the access's account. */
  readonly cluster: string;
  /** Where the EKS cluster is; never confused with where Bedrock is called. */
  readonly region: string;
  /** The workloads' ServiceAccount in the access's namespace. */
  readonly serviceAccount: string;
  /** Name of the IAM role, default `bedrock-<name>-role`. */
  readonly role: string;
}

/** An IAM role that the pods assume with a certificate from cert-manager (IAM Roles Anywhere). */
export interface RolesAnywhereCredentials {
  /** ARN of the trust anchor, which the platform has made of the issuer's authority. */
  readonly trustAnchor: string;
  /** The cert-manager issuer whose certificates the trust anchor accepts. */
  readonly issuer: { readonly kind: 'ClusterIssuer' | 'Issuer'; readonly name: string };
  /** A duration, `^[0-9]+(m|h|d)$`, from 15 minutes to an hour; default an hour. */
  readonly sessionDuration?: string;
  /** Of AWS's credential helper, default `public.ecr.aws/rolesanywhere/credential-helper:latest`. */
  readonly image: string;
  /** Name of the IAM role, default `bedrock-<name>-role`. */
  readonly role: string;
}

/** A Bedrock API key, a bearer token. */
export interface ApiKeyCredentials {
  readonly secretStore: SecretStore;
  /** A service-specific credential of an IAM user. With `short` the access is one of renewed sessions, see {@link SessionCredentials}. */
  readonly term: 'long';
  /** A duration, `^[0-9]+(m|h|d)$`. */
  readonly rotateAfter?: string;
  /** Whole days, `90d`: AWS ends each key at this age. Undefined: it has no end. */
  readonly expiresAfter?: string;
  /** A CronJob that rotates it. */
  readonly rotation?: CredentialJob;
}

/** Sessions of an IAM role that the program renews in the cluster. */
export interface SessionCredentials {
  /** `sidecar`: served on the pod's loopback. `credential-process`: read from a file by the SDK. `api-key`: as a short-term API key, a variable. */
  readonly delivery: 'sidecar' | 'credential-process' | 'api-key';
  /** ARN of the IAM user or role that renews the sessions: the role trusts this one alone. */
  readonly renewer: string;
  /** The program's image, which serves the sessions; only with `sidecar`. */
  readonly image?: string;
  /** Renews them in the cluster. */
  readonly renewal?: CredentialJob;
  /** A duration, `^[0-9]+(m|h|d)$`. */
  readonly sessionDuration?: string;
  /** Name of the IAM role, default `bedrock-<name>-role`. */
  readonly role: string;
}

export interface AccessKeyCredentials {
  readonly secretStore: SecretStore;
  /** `single`: one SecureString, or one secret of Secrets Manager, holding the pair as JSON (atomic). `pair`: the seed's two parameters (not atomic). */
  readonly layout: 'single' | 'pair';
  /** A duration, `^[0-9]+(m|h|d)$`. */
  readonly rotateAfter?: string;
  /** Rotates it in the cluster when it is due. */
  readonly rotation?: CredentialJob;
}

/** A CronJob that runs `rotate --due` or `session renew`. */
export interface CredentialJob {
  /** The image of this program. */
  readonly image: string;
  /** As a CronJob takes it; default for a rotation `17 * * * *`, for a renewal every five minutes or two. */
  readonly schedule: string;
  /** Of the CronJob, its ServiceAccount and its Role; default `bedrock-<name>-rotation`, `bedrock-<name>-renewal`. */
  readonly name: string;
  /** What it calls AWS as; exactly one. */
  readonly identity: {
    /** ARN of an IAM role that the pod assumes by web identity. */
    readonly role?: string;
    /** A Secret with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. */
    readonly secret?: string;
    /** An EKS Pod Identity association gives the ServiceAccount its role. */
    readonly podIdentity?: boolean;
  };
}

export interface SecretStore {
  readonly kind: 'ClusterSecretStore' | 'SecretStore';
  readonly name: string;
  /** External Secrets Operator's own word. */
  readonly service: 'ParameterStore' | 'SecretsManager';
  /** Where the parameters lie; never confused with where Bedrock is called. */
  readonly region: string;
  /** Make the store (a sandbox, a fresh cluster); otherwise it must exist. */
  readonly create: boolean;
  /** The IAM role that a created store assumes; without it the operator's own credentials are used. */
  readonly role?: string;
}

export interface Endpoint {
  /** `https://…`: a PrivateLink or FIPS endpoint for `bedrock-runtime`. */
  readonly url?: string;
  readonly fips?: boolean;
  /** Restrict the grant to this VPC endpoint (`aws:SourceVpce`). */
  readonly sourceVpce?: string;
  /** Restrict the grant to these networks (`aws:SourceIp`), CIDR notation. */
  readonly sourceIp?: readonly string[];
}

export interface Budget {
  /** An amount in `currency`, as a decimal string. */
  readonly monthly: string;
  readonly currency: 'USD';
  readonly whenExceeded: 'warn' | 'deny';
}

/** Every name that the access gives to something. */
export interface Names {
  /** IAM user, default `bedrock-<name>-user`. */
  readonly user: string;
  /** IAM path of user and policies, default `/service/`. */
  readonly path: string;
  /** Managed policy, default `bedrock-<name>-policy`; further ones take `-2`, `-3`. */
  readonly policy: string;
  /** What the names of application inference profiles begin with, default `bedrock-<name>`; the name of what they copy follows. */
  readonly profile: string;
  /** The parameter of layout `single`, or the secret in Secrets Manager; default `bedrock-<name>-credentials`. */
  readonly parameter: string;
  /** The parameters of layout `pair`, defaults `bedrock-access-key-id` and `bedrock-secret-access-key`. */
  readonly accessKeyIdParameter: string;
  readonly secretAccessKeyParameter: string;
  /** Kubernetes Secret and ExternalSecret, default `bedrock-credentials`. */
  readonly secret: string;
  /** Kubernetes ConfigMap with the client's variables, default `bedrock-<name>-environment`. */
  readonly environment: string;
}

export type Manager = 'program' | 'terraform' | 'manifests';

/** Who makes which part. `program` is the default everywhere. */
export interface ManagedBy {
  /** user, policy, attachment */
  readonly iam: 'program' | 'terraform';
  /** ExternalSecret, workload environment */
  readonly cluster: 'program' | 'manifests';
}
