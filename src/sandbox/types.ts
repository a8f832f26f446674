import type { Clock } from '../clock.ts';
import type { AuthorizationRequest } from '../policy/types.ts';

/**
 * The embedded AWS + Kubernetes + External Secrets Operator: one process, loopback, no privilege.
 * Wall time rules the wire (signatures, `Date`, expirations); the world's clock rules the world (lifecycle, ages, propagation).
 */
export interface Sandbox {
  /** Everything that a client needs: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, KUBECONFIG … The key is an administrator's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly account: string;
  readonly aws: SandboxAws;
  readonly kubernetes: SandboxKubernetes;
  /** With `certManager`: what its ClusterIssuer issues is accepted by this trust anchor. */
  readonly trustAnchor?: string;
  readonly clock: WorldClock;
  /** Misbehaviour of both APIs: `*` counts every call of either, and a kill ends the run in both. */
  readonly faults: FaultPlan;
  /** A clock for the product under test: `now` is the world's, `sleep` lets the world go on by that much without waiting. */
  readonly productClock: Clock;
  /** Every call in order, with its verdict. */
  readonly audit: readonly AuditEntry[];
  stop(): Promise<void>;
}

export interface SandboxOptions {
  /** Where the world's clock starts. Default: now. */
  readonly now?: Date;
  /** Does the world's clock go by itself? Default true; tests that set it say false. */
  readonly ticking?: boolean;
  /** Default 123456789012. */
  readonly account?: string;
  /** `AWS_REGION` of its environment, and the region of calls that do not name theirs: those with a long-term API key. Default us-west-2. */
  readonly region?: string;
  /** Run pods' containers as real client processes, or only as objects. Default `objects`. */
  readonly workloads?: 'processes' | 'objects';
  /** `false` starts AWS alone. Default true. */
  readonly kubernetes?: boolean;
  /** Is External Secrets Operator installed (CRDs and stand-in)? Default true. */
  readonly externalSecrets?: boolean | { readonly servedVersions: readonly string[] };
  /** Is cert-manager installed (CRDs and stand-in, with a ClusterIssuer `platform` whose authority is a trust anchor)? Default false. */
  readonly certManager?: boolean;
  /** The public issuer of ServiceAccount tokens (`--service-account-issuer` of a real API server); its documents count as published there. Default: the server's own address. */
  readonly issuer?: string;
  /** The RSA key, in PEM, that signs ServiceAccount tokens (`--service-account-signing-key-file`). Default: one of its own, made when the first token is asked for, which takes a tenth of a second. */
  readonly serviceAccountKey?: string;
  /** The cluster is this one of Amazon EKS, with the Pod Identity agent on its node unless it says otherwise, and a webhook that heeds the label by which pods are passed over. */
  readonly eks?: { readonly cluster: string; readonly region: string; readonly agent?: boolean; readonly heedsSkipLabel?: boolean };
  /** Seeds routing, ids and propagation times. Default 1. */
  readonly seed?: number;
  /** How soon changes of IAM are seen. Default `strong`: at once. */
  readonly consistency?: 'strong' | EventualConsistency;
  /** World milliseconds until CloudTrail's event history shows a call. Default five minutes. */
  readonly trailLag?: number;
  /** Folder for the kubeconfig and the pods' logs. Default: a new temporary folder, removed by `stop`. */
  readonly directory?: string;
}

/** IAM is eventually consistent, with no published bound: each of three replicas learns of a change at a seeded time of its own. */
export interface EventualConsistency {
  /** World milliseconds at most until a replica knows of a changed access key or policy, and until ListSecrets shows a change. Each call may meet another replica. */
  readonly propagation: number;
  /** World milliseconds until GetAccessKeyLastUsed shows a use. Default: `propagation`. */
  readonly lastUsedLag?: number;
}

export interface WorldClock {
  now(): Date;
  set(to: Date): Promise<void>;
  /** Lets the world go on: timers due by then fire in order. */
  advance(milliseconds: number): Promise<void>;
}

export interface AuditEntry {
  /** World time, ISO. */
  readonly at: string;
  readonly service: 'aws' | 'kubernetes';
  /** `bedrock:InvokeModel` as IAM names it; for Kubernetes `get deployments`. */
  readonly action: string;
  readonly operation: string;
  /** ARN of the caller, or the Kubernetes user. */
  readonly identity: string;
  readonly accessKeyId?: string;
  readonly region?: string;
  readonly resource: string;
  readonly verdict: 'allow' | 'deny' | 'error';
  readonly status: number;
  readonly code?: string;
  readonly explanation?: readonly string[];
  /** The id of the program run, from `run/<id>` in the User-Agent. */
  readonly run?: string;
  /** Of a run's calls to AWS: all that the caller had to be allowed, as the evaluator was asked. */
  readonly asked?: readonly AuthorizationRequest[];
}

export interface SandboxAws {
  readonly endpoint: string;
  /** Makes a new access key of the administrator or of a named identity with this policy; for tests of permission errors. */
  createIdentity(name: string, policy?: object): Promise<{ accessKeyId: string; secretAccessKey: string }>;
  /** Registers a certificate authority (PEM) with IAM Roles Anywhere, as a platform has done before; answers the ARN. It is in no snapshot. */
  trustAnchor(name: string, certificate: string, region: string): string;
  /** What exists, as plain JSON, secrets left out: to compare two worlds or to see that nothing is left. */
  snapshot(): Readonly<Record<string, unknown>>;
  /** Every secret value ever issued in this world (secret access keys, deleted ones too), so that output can be searched for them. */
  issuedSecrets(): readonly string[];
  /** Policies from outside the account's IAM, for every call from now on; each time in place of those before. */
  restrict(policies: OutsidePolicies): void;
  readonly faults: FaultPlan;
}

/** What limits calls beside the account's own policies. Policies as IAM takes them. */
export interface OutsidePolicies {
  /** Service control policies of the organisation: one list per level, of which each must allow. */
  readonly serviceControl?: readonly (readonly object[])[];
  /** Resource control policies, beside AWS's own that allows everything: only their Deny counts. */
  readonly resourceControl?: readonly object[];
  /** The policy of the VPC endpoint through which every call goes. */
  readonly vpcEndpoint?: object;
}

export interface SandboxKubernetes {
  readonly server: string;
  readonly kubeconfigFile: string;
  snapshot(): Readonly<Record<string, unknown>>;
  readonly faults: FaultPlan;
}

/** Misbehaviour on demand. Each rule matches calls by action name and hits while `times` lasts. */
export interface FaultPlan {
  add(rule: FaultRule): void;
  clear(): void;
}

export interface FaultRule {
  /** `iam:CreateAccessKey`, `ssm:*`, `patch deployments`; `*` for every call. */
  readonly action: string;
  readonly fault:
    | { readonly kind: 'status'; readonly status: number; readonly code: string }
    | { readonly kind: 'throttle' }
    | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
    | { readonly kind: 'delay'; readonly milliseconds: number }
    /** From then on every call of that caller (by `User-Agent` run id) is refused: a kill. */
    | { readonly kind: 'kill'; readonly when: 'before' | 'after' };
  /** Skip this many matching calls first. Default 0. */
  readonly skip?: number;
  /** Default 1; Infinity for always. */
  readonly times?: number;
}
