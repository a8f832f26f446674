import type { Finding } from '../finding.ts';

/** The sign in front of a step: create, update, delete, replace (new one first), nothing to do, adopt. */
export type StepAction = 'create' | 'update' | 'delete' | 'replace' | 'none' | 'adopt';

export interface Difference {
  /** `policy document`, `env AWS_REGION`. */
  readonly field: string;
  /** What is there; undefined for nothing; a secret shows as `(secret)`. */
  readonly from?: string;
  /** What shall be there; `(known after apply)` for a reference that cannot be resolved yet. */
  readonly to?: string;
}

export interface Step {
  /** Stable within the plan: `<action> <key>`. */
  readonly id: string;
  readonly action: StepAction;
  /** Kind of the resource, `iam-user`. */
  readonly kind: string;
  /** Key of the resource, stable within the access: never a name. */
  readonly key: string;
  /** How a person calls it: `bedrock-openhands-user`. */
  readonly name: string;
  readonly where: 'aws' | 'kubernetes';
  readonly differences: readonly Difference[];
  /** Ids of the steps that must be done before. */
  readonly after: readonly string[];
  /** Why, where that is not evident: "not in the declaration any more". */
  readonly reason?: string;
  /** Digest of what was observed before, and of what is expected after (undefined when known only after apply). */
  readonly before: string;
  readonly afterwards?: string;
}

export interface Plan {
  readonly access: { readonly name: string; readonly namespace: string };
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  readonly catalogDate: string;
  /** SHA-256 of the normalised access. */
  readonly accessDigest: string;
  /** In an order that can be executed; `none` steps included so that the whole footprint shows. */
  readonly steps: readonly Step[];
  /** Warnings to show beside it (unverified routing, model near its end, non-atomic layout …). */
  readonly findings: readonly Finding[];
  readonly summary: PlanSummary;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly adopt: number;
  readonly unchanged: number;
}

/** What a run says as it goes: the one stream that CLI progress, JSON lines and controller events listen to. Fields are only ever added. */
export type RunEvent = { readonly version: 1; readonly at: string } & (
  | { readonly type: 'planned'; readonly plan: Plan }
  | { readonly type: 'step-started'; readonly step: string; readonly action: StepAction; readonly kind: string; readonly name: string }
  | { readonly type: 'step-done'; readonly step: string; readonly action: StepAction; readonly kind: string; readonly name: string; readonly milliseconds: number }
  | { readonly type: 'step-failed'; readonly step: string; readonly action: StepAction; readonly kind: string; readonly name: string; readonly finding: Finding }
  | { readonly type: 'waiting'; readonly step?: string; readonly for: string }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'summary'; readonly command: string; readonly outcome: 'done' | 'failed' | 'interrupted'; readonly done: number; readonly failed: number; readonly left: readonly string[]; readonly awsCalls: number; readonly [more: string]: unknown }
);

/** One thing that verify looked at. */
export interface VerifyCheck {
  /** `user-and-key`, `parameters`, `external-secret`, `pod-environment`, `policy`, `call`, `streamed-call`. */
  readonly id: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** One line of what was seen. */
  readonly detail: string;
  readonly findings: readonly Finding[];
  readonly milliseconds: number;
}
