import type { ResolvedModel } from '../../bedrock/types.ts';
import type { ClientName, CredentialMode } from '../types.ts';

/** What a workload takes from its Secret: a half of the key pair, or the API key. */
export type CredentialField = 'accessKeyId' | 'secretAccessKey' | 'apiKey';

/** One variable of a workload: a value, or what comes from the Secret. */
export type EnvironmentVariable = { readonly name: string; readonly value: string } | { readonly name: string; readonly from: CredentialField };

/** What the variables are made of. */
export interface ClientFacts {
  /** Where Bedrock is called. */
  readonly region: string;
  readonly defaultModel: ResolvedModel;
  /** Every declared model by its role, the default one too. */
  readonly modelsByRole: ReadonlyMap<string, ResolvedModel>;
  /** A PrivateLink, FIPS or sandbox address of `bedrock-runtime`. */
  readonly endpointUrl?: string;
  /** The variables by which the client finds its credentials in a mode without a key pair. */
  readonly identity?: readonly EnvironmentVariable[];
  /** The variables of `client: custom`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What one client really reads: one file each. */
export interface Client {
  readonly name: ClientName;
  /** Calls ListFoundationModels or ListInferenceProfiles by itself: `discovery` is on by default. */
  readonly listsModels: boolean;
  /** Starts containers outside the pod that keep the environment they were started with, and outlive a roll-out. */
  readonly startsOwnContainers: boolean;
  /** Variables that it reads, the one that wins first. Empty: it takes the value from its own configuration only. */
  readonly reads: { readonly region: readonly string[]; readonly model: readonly string[]; readonly credentials: readonly string[]; readonly endpoint: readonly string[] };
  /** The modes of credentials that it works with, and how that is known: a mode that is not here is refused for it. */
  readonly modes: Readonly<Partial<Record<CredentialMode, 'measured' | 'read'>>>;
  /** `measured`: seen in runs of the real client; `read`: found in its source or documentation. */
  readonly evidence: 'measured' | 'read';
  /** The variables for it beyond {@link seedVariables}. */
  readonly variables: (facts: ClientFacts) => readonly EnvironmentVariable[];
}

/** The standard credential chain's static keys, which every AWS SDK reads. */
export const standardCredentials = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

/** AWS SDK service-specific endpoints (SDKs and tools reference guide). Runtime only: listing models stays where it is. */
export function runtimeEndpoint(variable: string, { endpointUrl }: ClientFacts): EnvironmentVariable[] {
  return endpointUrl === undefined ? [] : [{ name: variable, value: endpointUrl }];
}
