import type { Access } from '../access/types.ts';
import type { Place } from '../finding.ts';
import type { StoreService } from '../resources/stores/store.ts';

/**
 * What rules look at: the two repositories (or the declarations) as plain facts with places, made by `repositories`.
 * A text that is not wholly known keeps its unknown pieces as `${reference}`: rules match around them or say undecided.
 */
export interface RepositoryFacts {
  /** Was a Terraform directory given? Rules across the border hold only with both sides. */
  readonly hasTerraform: boolean;
  readonly hasManifests: boolean;
  readonly policies: readonly PolicyFact[];
  readonly principals: readonly PrincipalFact[];
  readonly accessKeys: readonly AccessKeyFact[];
  readonly parameters: readonly ParameterFact[];
  readonly applicationProfiles: readonly ApplicationProfileFact[];
  /** Identity providers of token issuers that Terraform makes or reads. */
  readonly issuers: readonly IssuerFact[];
  /** Values that name a region: provider regions, variables, env entries. */
  readonly regions: readonly RegionFact[];
  readonly stores: readonly StoreFact[];
  readonly externalSecrets: readonly ExternalSecretFact[];
  /** Secrets and ConfigMaps that something in the repositories makes, generators and sealed secrets included. */
  readonly configSources: readonly ConfigSourceFact[];
  readonly workloads: readonly WorkloadFact[];
  readonly serviceAccounts: readonly ServiceAccountFact[];
  readonly kustomizations: readonly KustomizationFact[];
  /** Manifest files below an app's folder that hold objects. */
  readonly manifestFiles: readonly ManifestFileFact[];
  readonly argoApplications: readonly ArgoApplicationFact[];
  /** The version of External Secrets Operator in use, `0.18.2`, where an Application or HelmRelease says so. */
  readonly operatorVersion?: { readonly version: string; readonly place: Place };
  /** Reloader with `--auto-reload-all`, or present at all. */
  readonly reloader?: { readonly place: Place; readonly autoReloadAll: boolean };
  readonly accesses: readonly AccessFact[];
}

export interface Text {
  readonly text: string;
  /** False when the text holds `${…}` pieces that are not known. */
  readonly known: boolean;
  readonly place: Place;
}

export interface PolicyFact {
  /** `aws_iam_policy.bedrock_policy`. */
  readonly address: string;
  readonly name?: string;
  readonly kind: 'managed' | 'inline' | 'trust';
  readonly statements: readonly StatementFact[];
  /** Addresses of the principals that it is attached to. */
  readonly attachedTo: readonly string[];
  readonly place: Place;
  /** Directory of the module that declares it: a Terraform target. */
  readonly target: string;
}

export interface StatementFact {
  readonly effect: string;
  readonly sid?: string;
  readonly actions: readonly Text[];
  readonly notActions: readonly Text[];
  readonly resources: readonly Text[];
  readonly notResources: readonly Text[];
  /** `AWS: *`, `Federated: arn…`. */
  readonly principals: readonly { readonly type: string; readonly identifier: Text }[];
  readonly conditions: readonly { readonly operator: string; readonly key: string; readonly values: readonly Text[] }[];
  readonly place: Place;
}

export interface PrincipalFact {
  readonly address: string;
  readonly kind: 'user' | 'role';
  readonly name?: Text;
  readonly path?: Text;
  readonly permissionsBoundary?: Text;
  readonly place: Place;
  readonly target: string;
}

/** An `aws_iam_access_key`, or an `aws_iam_service_specific_credential`: an API key. */
export interface AccessKeyFact {
  readonly address: string;
  /** Address of the user, where the reference shows it. */
  readonly user?: string;
  readonly place: Place;
}

/** An `aws_ssm_parameter`, or an `aws_secretsmanager_secret` with its version. */
export interface ParameterFact {
  readonly address: string;
  readonly service: StoreService;
  readonly name: Text;
  /** `SecureString`, `String`; of a secret `secret`. */
  readonly type: string;
  /** What the value refers to, `aws_iam_access_key.k.secret`; undefined for a literal. */
  readonly valueReference?: string;
  readonly region?: string;
  readonly place: Place;
  readonly target: string;
}

/** An `aws_bedrock_inference_profile`: AWS chooses its id, so that a policy names it by reference. */
export interface ApplicationProfileFact {
  readonly address: string;
  /** ARN of the profile or model that it copies. */
  readonly copyOf: Text;
  readonly place: Place;
  readonly target: string;
}

export interface IssuerFact {
  /** `aws_iam_openid_connect_provider.cluster`, `data.aws_iam_openid_connect_provider.cluster`. */
  readonly address: string;
  readonly url: Text;
  /** `client_id_list`; empty where it is not written. */
  readonly audiences: readonly Text[];
  readonly place: Place;
}

export interface ServiceAccountFact {
  readonly name: string;
  readonly namespace?: string;
  /** The role that EKS's webhook gives its pods (`eks.amazonaws.com/role-arn`), and the audience of their tokens where it is said. */
  readonly role?: Text;
  readonly audience?: { readonly audience: string; readonly place: Place };
  readonly place: Place;
}

export interface RegionFact {
  readonly region: Text;
  /** `bedrock` (where it is called), `parameters` (where they lie), `other`. */
  readonly purpose: 'bedrock' | 'parameters' | 'provider' | 'variable';
  readonly where: string;
}

export interface StoreFact {
  readonly kind: 'ClusterSecretStore' | 'SecretStore';
  readonly name: string;
  readonly namespace?: string;
  readonly service?: string;
  readonly region?: Text;
  readonly role?: Text;
  /** Does it say which namespaces it admits? */
  readonly admitsEveryNamespace: boolean;
  readonly place: Place;
}

export interface ExternalSecretFact {
  readonly apiVersion: Text;
  readonly name: string;
  readonly namespace?: string;
  readonly store: { readonly kind: string; readonly name: string; readonly place: Place };
  readonly target: string;
  readonly keys: readonly ExternalSecretKeyFact[];
  /** Keys that a template makes; undefined without a template. */
  readonly templateKeys?: readonly string[];
  /** True when `dataFrom` brings keys that only the store knows. */
  readonly openKeys: boolean;
  /** Defaulted fields that are not spelled out, `spec.data[0].remoteRef.conversionStrategy`. */
  readonly missingDefaults: readonly { readonly field: string; readonly value: string; readonly place: Place }[];
  readonly place: Place;
}

export interface ExternalSecretKeyFact {
  readonly secretKey: string;
  readonly remoteKey: string;
  readonly property?: string;
  readonly place: Place;
}

export interface ConfigSourceFact {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly namespace?: string;
  /** Undefined: its keys cannot be seen (SealedSecret, generator from a missing file). */
  readonly keys?: readonly string[];
  readonly values?: Readonly<Record<string, string>>;
  readonly place: Place;
}

export interface WorkloadFact {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerFact[];
  readonly mountsDockerSocket?: Place;
  readonly serviceAccount?: string;
  /** Audiences of the ServiceAccount tokens that volumes of the pod hold. */
  readonly tokens: readonly { readonly audience: string; readonly place: Place }[];
  readonly place: Place;
}

export interface ContainerFact {
  readonly name: string;
  readonly image: string;
  readonly init: boolean;
  readonly environment: readonly EnvironmentFact[];
  readonly environmentFrom: readonly { readonly kind: 'Secret' | 'ConfigMap'; readonly name: string; readonly optional: boolean; readonly place: Place }[];
  readonly place: Place;
}

export interface EnvironmentFact {
  readonly name: string;
  readonly value?: string;
  readonly from?: { readonly kind: 'Secret' | 'ConfigMap'; readonly name: string; readonly key: string; readonly optional: boolean };
  readonly place: Place;
  readonly valuePlace: Place;
}

export interface KustomizationFact {
  readonly file: string;
  readonly directory: string;
  /** Files and folders that it takes in, resolved to paths. */
  readonly takes: readonly { readonly path: string; readonly exists: boolean; readonly place: Place }[];
  readonly namespace?: string;
}

export interface ManifestFileFact {
  readonly file: string;
  readonly directory: string;
  readonly kinds: readonly string[];
  readonly place: Place;
}

export interface ArgoApplicationFact {
  readonly name: string;
  readonly path?: string;
  readonly selfHeal: boolean;
  readonly namespace?: string;
  readonly place: Place;
}

export interface AccessFact {
  readonly access: Access;
  place(field: string): Place;
}
