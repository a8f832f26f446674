import type { Finding } from '../finding.ts';

/** An IAM policy as AWS takes it (grammar: IAM user guide, "Grammar of the IAM JSON policy language"). */
export interface PolicyDocument {
  readonly Version: '2012-10-17' | '2008-10-17';
  readonly Id?: string;
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: PrincipalElement;
  readonly NotPrincipal?: PrincipalElement;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: ConditionBlock;
}

/** `*`, or ids by type: `{ "AWS": ["123456789012"], "Service": "ec2.amazonaws.com" }`. */
export type PrincipalElement = '*' | Readonly<Record<string, string | readonly string[]>>;

/** Operator, then condition key, then values. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One question to the evaluator: may this principal do this action on this resource, in this context? */
export interface AuthorizationRequest {
  /** `arn:aws:iam::123456789012:user/service/bedrock-openhands-user` */
  readonly principal: string;
  /** `bedrock:InvokeModel` */
  readonly action: string;
  /** One ARN, or `*` for actions without a resource. */
  readonly resource: string;
  /** The account that owns the resource, where its ARN does not say it (S3). Default: the ARN's account, else the principal's. */
  readonly resourceAccount?: string;
  /** Condition keys as AWS names them (compared without case): `aws:RequestedRegion`, `bedrock:InferenceProfileArn`, … */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** The policies that apply. Identity policies grant; boundary, session and service control policies only limit (each list must allow). */
export interface PolicySet {
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  readonly session?: readonly NamedPolicy[];
  /** One list per level of the organisation: every level must allow. */
  readonly serviceControl?: readonly (readonly NamedPolicy[])[];
  readonly resource?: readonly NamedPolicy[];
}

export interface NamedPolicy {
  /** A policy's ARN or name, for the explanation. */
  readonly name: string;
  readonly document: PolicyDocument;
}

export type Decision = 'allow' | 'explicit-deny' | 'implicit-deny';

/** Which of the sets of policies. */
export type PolicyLayer = 'identity' | 'boundary' | 'session' | 'service-control' | 'resource';

export interface Verdict {
  readonly decision: Decision;
  /** The statement that decided; undefined for an implicit deny without a near miss. */
  readonly decidedBy?: { readonly policy: string; readonly statement: number; readonly sid?: string } | undefined;
  /** Which of the sets stopped it, for a deny. */
  readonly stoppedBy?: PolicyLayer;
  /** Sentences: which statement matched, which nearly did and what kept it from it. Worked out when read. */
  readonly explanation: readonly string[];
}

/** What `compilePolicy` makes of the declared models. */
export interface CompiledPolicy {
  /** One per managed policy needed; usually one. Each fits 6,144 characters without whitespace. */
  readonly documents: readonly PolicyDocument[];
  /**
   * What tells each document apart, in their order: `1`, `2`; `profiles-<digest>` for what is granted through application
   * profiles of the access's own. The digest is of what they copy, so that another source is another policy, beside which
   * the former one stays until nobody calls through it.
   */
  readonly keys: readonly string[];
  /** Which statement serves which declared model: for `policy --explain`. */
  readonly serves: readonly StatementPurpose[];
  /** That it was split over several managed policies, or is more than AWS attaches. */
  readonly findings: readonly Finding[];
}

export interface StatementPurpose {
  readonly document: number;
  readonly statement: number;
  /** References of the declared models; empty for discovery. */
  readonly models: readonly string[];
  readonly purpose: string;
}
