import type { ClientName, WorkloadKind } from './types.ts';

/** A declaration as it is written, with its optional fields and shorthands. `parse.ts` makes an `Access` of it. */
export interface AccessDocument {
  readonly apiVersion?: 'bedrock-access.dev/v1alpha1';
  readonly kind?: 'BedrockAccess';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: AccessDocumentSpec;
}

export interface AccessDocumentSpec {
  /** 12 digits. */
  readonly account: string;
  /** Where Bedrock is called. */
  readonly region: string;
  /** A string is a model's id. */
  readonly models: readonly (string | DeclaredModelDocument)[];
  /** A string is `Kind/name` or `Kind/name:client`. */
  readonly workloads: readonly (string | WorkloadDocument)[];
  /** Exactly one mode. */
  readonly credentials: CredentialsDocument;
  /** Default: as the clients need. */
  readonly discovery?: boolean;
  /** A string is the url. */
  readonly endpoint?: string | EndpointDocument;
  /** ARN of a policy. */
  readonly permissionsBoundary?: string;
  /** Key id, alias or ARN, in the store's region. */
  readonly parameterKmsKeyId?: string;
  /** A string is the monthly amount. */
  readonly budget?: string | { readonly monthly: string; readonly currency?: 'USD'; readonly whenExceeded?: 'warn' | 'deny' };
  readonly restart?: 'now' | 'window' | 'never';
  /** With `restart: window`. */
  readonly restartWindow?: { readonly schedule: string; readonly duration: string; readonly timeZone?: string };
  readonly names?: {
    readonly user?: string;
    readonly path?: string;
    readonly policy?: string;
    readonly profile?: string;
    readonly parameter?: string;
    readonly accessKeyIdParameter?: string;
    readonly secretAccessKeyParameter?: string;
    readonly secret?: string;
    readonly environment?: string;
  };
  readonly suspend?: boolean;
  readonly deletionPolicy?: 'Retain' | 'Delete';
  readonly managedBy?: { readonly iam?: 'program' | 'terraform'; readonly cluster?: 'program' | 'manifests' };
}

export interface DeclaredModelDocument {
  readonly id: string;
  readonly role?: string;
  readonly applicationProfile?: boolean;
}

export interface WorkloadDocument {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly containers?: readonly string[];
  readonly client: ClientName;
  readonly environment?: Readonly<Record<string, string>>;
}

export type CredentialsDocument =
  | { readonly accessKey: string | AccessKeyDocument }
  | { readonly webIdentity: WebIdentityDocument }
  | { readonly podIdentity: PodIdentityDocument }
  | { readonly rolesAnywhere: RolesAnywhereDocument }
  | { readonly apiKey: string | ApiKeyDocument }
  | { readonly session: SessionDocument };

/** A string is `name@region` or `Kind/name@region`. */
export type SecretStoreDocument =
  | string
  | {
      readonly kind?: 'ClusterSecretStore' | 'SecretStore';
      readonly name: string;
      readonly service?: 'ParameterStore' | 'SecretsManager';
      readonly region: string;
      readonly create?: boolean;
      readonly role?: string;
    };

export interface AccessKeyDocument {
  readonly secretStore: SecretStoreDocument;
  readonly layout?: 'single' | 'pair';
  /** `30d`, `12h`, `90m`. */
  readonly rotateAfter?: string;
  readonly rotation?: CredentialJobDocument;
}

export interface CredentialJobDocument {
  readonly image: string;
  /** Default `17 * * * *` for a rotation; every five minutes, or two, for a renewal. */
  readonly schedule?: string;
  /** Default `bedrock-<name>-rotation`, `bedrock-<name>-renewal`. */
  readonly name?: string;
  /** Exactly one. */
  readonly identity: { readonly role?: string; readonly secret?: string; readonly podIdentity?: boolean };
}

export interface WebIdentityDocument {
  readonly issuer: string;
  /** Default `sts.amazonaws.com`. */
  readonly audience?: string;
  readonly serviceAccount: string;
  /** Default `bedrock-<name>-role`. */
  readonly role?: string;
}

export interface PodIdentityDocument {
  readonly cluster: string;
  readonly region: string;
  readonly serviceAccount: string;
  /** Default `bedrock-<name>-role`. */
  readonly role?: string;
}

export interface RolesAnywhereDocument {
  readonly trustAnchor: string;
  readonly issuer: { readonly kind?: 'ClusterIssuer' | 'Issuer'; readonly name: string };
  /** From `15m` to `1h`; default `1h`. */
  readonly sessionDuration?: string;
  /** Default `public.ecr.aws/rolesanywhere/credential-helper:latest`. */
  readonly image?: string;
  /** Default `bedrock-<name>-role`. */
  readonly role?: string;
}

export interface ApiKeyDocument {
  readonly rotation?: CredentialJobDocument;
  /** Whole days: `90d`. */
  readonly expiresAfter?: string;
  /** With `long`, and only then. */
  readonly secretStore?: SecretStoreDocument;
  readonly term?: 'long' | 'short';
  readonly rotateAfter?: string;
  /** With `short`, and only then: who signs the keys. */
  readonly renewer?: string;
  /** With `short`: from `15m` to `12h`; default `1h`. */
  readonly sessionDuration?: string;
  /** With `short`: default `bedrock-<name>-role`. */
  readonly role?: string;
  /** With `short`. */
  readonly renewal?: CredentialJobDocument;
}

export interface SessionDocument {
  readonly renewal?: CredentialJobDocument;
  readonly delivery?: 'sidecar' | 'credential-process' | 'api-key';
  readonly renewer: string;
  readonly image?: string;
  readonly sessionDuration?: string;
  /** Default `bedrock-<name>-role`. */
  readonly role?: string;
}

export interface EndpointDocument {
  readonly url?: string;
  readonly fips?: boolean;
  readonly sourceVpce?: string;
  readonly sourceIp?: readonly string[];
}
