/**
 * What the rules of `verify` judge: the live state of one access as plain facts, gathered by `engine/verify`. Secrets
 * appear only as fingerprints, which are equal for equal values within one run and mean nothing outside it.
 */
import type { StoreService } from '../../resources/stores/store.ts';
import type { Access, Workload } from '../../access/types.ts';
import type { ResolvedModel } from '../../bedrock/types.ts';
import type { Denial } from '../../policy/denial.ts';
import type { AuthorizationRequest, Decision, PolicySet, Verdict } from '../../policy/types.ts';

/** A key with its id, without its secret: a key pair, or an API key. */
export interface Pair {
  readonly accessKeyId: string;
  /** Keyed hash of the secret half. */
  readonly fingerprint: string;
}

export interface UserFacts {
  readonly userName: string;
  /** Undefined when there is no such user. */
  readonly user?: { readonly arn: string; readonly createdAt: Date };
  /** `access key` unless it is said. */
  readonly noun?: 'access key' | 'API key';
  readonly keys: readonly { readonly id: string; readonly active: boolean; readonly createdAt: Date; readonly expiresAt?: Date }[];
  /** The key that the chain hands on: the Secret's, else the parameter's. Undefined when neither says. */
  readonly handedOn?: { readonly id: string; readonly by: string };
}

export interface ProfileFacts {
  readonly name: string;
  readonly region: string;
  /** As GetInferenceProfile says it; undefined when there is none of that name. */
  readonly status?: string;
}

export interface ParameterFacts {
  readonly service: StoreService;
  readonly region: string;
  /** Where the declaration names the store. */
  readonly field: string;
  readonly parameters: readonly ParameterFact[];
  /** What they hold together, where it can be read. */
  readonly pair?: Pair;
  readonly keyIds: readonly string[];
}

export interface ParameterFact {
  readonly name: string;
  readonly role: 'credentials' | 'secret-access-key' | 'access-key-id';
  /** Undefined when it does not exist. */
  readonly found?: { readonly type: string; readonly plain: boolean; readonly version: string };
  /** Why what it holds cannot be used; never the content. */
  readonly problem?: string;
}

export interface DeliveryFacts {
  readonly namespace: string;
  readonly secretName: string;
  /** Under which names the Secret is to hold the key; by default those of a key pair. */
  readonly fields?: { readonly id: string; readonly secret: string };
  /** The API version of External Secrets Operator, or why there is none. */
  readonly operator: 'served' | 'absent' | 'too-old';
  readonly externalSecret?: ReadyState;
  readonly store: { readonly kind: string; readonly name: string; readonly state?: ReadyState; readonly field: string };
  /** Undefined when there is no such Secret. */
  readonly secret?: { readonly pair?: Pair; readonly keys: readonly string[]; readonly changedAt: Date };
  readonly parameter?: Pair;
}

/** The condition `Ready` of an operator's object. */
export interface ReadyState {
  readonly ready: boolean;
  readonly reason?: string;
  readonly message?: string;
}

export interface PodFacts {
  readonly namespace: string;
  readonly secretName: string;
  readonly secretChangedAt?: Date;
  /** The key id that the Secret holds now. */
  readonly secretKeyId?: string;
  readonly secretPair?: Pair;
  readonly workloads: readonly WorkloadFacts[];
}

export interface WorkloadFacts {
  readonly workload: Workload;
  /** False when there is no such workload. */
  readonly found: boolean;
  readonly expected: readonly ExpectedVariable[];
  /** Running or starting ones. */
  readonly pods: readonly PodFact[];
}

export interface ExpectedVariable {
  readonly name: string;
  /** The credential's half that it carries, or the value that it shall have: with its fingerprint where it comes from a Secret. */
  readonly carries: 'access-key-id' | 'secret-access-key' | { readonly value: string; readonly fingerprint?: string };
}

export interface PodFact {
  readonly name: string;
  /** From the pod's own annotation: for which key it was started. */
  readonly startedFor?: string;
  readonly containers: readonly ContainerFact[];
  /** Why it does not run, by its conditions and container states. */
  readonly trouble?: string;
}

export interface ContainerFact {
  readonly name: string;
  /** When its environment was made; undefined while it has not started. */
  readonly startedAt?: Date;
  readonly variables: ReadonlyMap<string, VariableFact>;
}

/** Where a variable comes from (`Secret bedrock-credentials`, `value`) and what it holds. */
export interface VariableFact {
  readonly from: string;
  readonly holds: { readonly value: string } | { readonly fingerprint: string; readonly accessKeyId?: string } | 'nothing' | 'unknown';
}

export interface PolicyFacts {
  readonly access: Access;
  readonly models: readonly ResolvedModel[];
  readonly principal: string;
  readonly policies: PolicySet;
  readonly groups: readonly string[];
}

/** One permission that the workload needs, and what IAM's rules say to it. */
export interface Judged {
  readonly request: AuthorizationRequest;
  readonly verdict: Verdict;
}

/** AWS's own simulation beside the evaluator's verdicts. */
export interface SimulationFacts {
  readonly principal: string;
  readonly answers:
    | readonly { readonly judged: Judged; readonly simulated: Simulated }[]
    /** With AWS's code. */
    | { readonly notMade: string; readonly denied: boolean };
}

export interface Simulated {
  readonly decision: Decision;
  /** Condition keys that a policy asks for and the simulation was not told. */
  readonly missingContext: readonly string[];
  readonly allowedByOrganizations?: boolean;
  readonly allowedByBoundary?: boolean;
}

export interface CallFacts {
  readonly access: Access;
  readonly model: ResolvedModel;
  readonly streamed: boolean;
  /** Where it was sent: the pod's own region. */
  readonly region: string;
  readonly accessKeyId: string;
  /** State of that key in IAM; undefined when IAM does not know it as one of the user's. */
  readonly key?: { readonly active: boolean };
  readonly now: Date;
  readonly answer: { readonly text: string; readonly inputTokens: number; readonly outputTokens: number } | CallFailure;
  readonly judged: readonly Judged[];
  /** How long the call was repeated because IAM's answer did not fit its own policies, in seconds. */
  readonly waited: number;
  readonly onDemandHere: boolean;
  /** Ids that work in this region, for an ended model or a bare id. */
  readonly alternatives: readonly string[];
}

export interface CallFailure {
  readonly kind: string;
  readonly code: string;
  readonly status?: number;
  /** AWS's own words. */
  readonly said: string;
  /** Of a denial: the sort of policy that AWS names. */
  readonly deniedBy?: Denial;
  /** What the AWS room makes of it. */
  readonly id: string;
  readonly cause: string;
  readonly remedy: string;
}
