import type { Access } from '../access/types.ts';
import type { Aws } from '../aws/types.ts';
import type { Catalog, ResolvedModel } from '../bedrock/types.ts';
import type { Clock, Random } from '../clock.ts';
import type { Finding } from '../finding.ts';
import type { Kubernetes, KubernetesObject } from '../kubernetes/types.ts';
import type { CompiledPolicy } from '../policy/types.ts';
import type { Outputs, Resource, State } from '../resources/kind.ts';
import type { Owner, Ownership } from '../resources/owner.ts';
import type { Readings } from '../resources/readings.ts';

/** Everything that a run gets from outside. */
export interface RunContext {
  readonly aws: Aws;
  readonly kubernetes: Kubernetes;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by Ctrl-C: the step at hand is finished, no further one is begun. */
  readonly signal: AbortSignal;
  readonly programVersion: string;
  /** See `clusterIdOf`. */
  readonly clusterId: string;
  /** Refuse unverified routing. */
  readonly strict?: boolean;
  /** Take over what carries no owner tags or labels. */
  readonly adopt?: boolean;
  /** Take over what carries this id of a cluster that is no more (it was rebuilt). */
  readonly adoptFromCluster?: string;
  /** Apply although any principal can take the identity that the store reads with. */
  readonly allowOpenStore?: boolean;
  /** Restart pods outside the declared window too. */
  readonly restartNow?: boolean;
  /** Kinds of resources: nothing of another kind is made, changed or removed, and what is wrong with it stops nothing. Default: every kind. */
  readonly only?: readonly string[];
  /** What is looked for beyond the footprint. Default: everything. */
  readonly beyond?: Beyond;
}

/**
 * Kinds of resources that are looked for beyond the footprint. Whoever changes nothing else asks for no more: a search by
 * label needs the right to list, which for Secrets is the right to read every one of the namespace.
 */
export interface Beyond {
  /** What earlier revisions named. */
  readonly byName: readonly string[];
  /** What carries tags or labels of the access. */
  readonly byOwner: readonly string[];
}

/** How an access is addressed without its document. */
export interface AccessName {
  readonly namespace: string;
  readonly name: string;
}

/** Every resource that one access implies. Pure: made of access, catalog, cluster and date alone. */
export interface Footprint {
  readonly access: Access;
  readonly accessDigest: string;
  readonly owner: Owner;
  readonly catalogDate: string;
  readonly models: readonly ResolvedModel[];
  readonly policy: CompiledPolicy;
  /** In the order of the kinds; the order of the steps follows from their references. */
  readonly resources: readonly Resource[];
  /** Of models, names and layout. One of severity `error` means: nothing may be written. */
  readonly findings: readonly Finding[];
  /** A phase of the way from one mode of credentials to another: what is refused to every other run. */
  readonly changesMode?: true;
}

/** One thing that exists, as its kind sees it. */
export interface FoundResource {
  readonly kind: string;
  readonly key: string;
  readonly name: string;
  readonly observed: unknown;
  readonly ownership: Ownership;
  readonly state: State;
  readonly outputs: Outputs;
}

/** A thing of ours that the footprint does not name. */
export interface StrayResource extends FoundResource {
  readonly reason: string;
  /** Nothing can depend on it: it goes before anything of its kind is made. */
  readonly first?: boolean;
}

/** What really exists: the only truth. Taken at one time; a later look takes a new one. */
export interface Observation {
  readonly at: Date;
  readonly account: string;
  readonly caller: string;
  /** By `address(resource)`, `iam-user/user`; what does not exist is not in it. */
  readonly found: ReadonlyMap<string, FoundResource>;
  readonly strays: readonly StrayResource[];
  /** What is wrong beyond differences: namespace missing, store not Ready, a name taken … */
  readonly findings: readonly Finding[];
  /** Of this access in this cluster, latest first. */
  readonly revisions: readonly Revision[];
  /** The readings it was picked from, for those who look at more (verify). */
  readonly readings: Readings;
}

export interface PlanOptions {
  readonly adopt?: boolean;
  readonly adoptFromCluster?: string;
  readonly only?: readonly string[];
}

/** What was applied once: a ControllerRevision in the access's namespace. It holds no secret. */
export interface Revision {
  readonly number: number;
  /** `pending` from before the first step until after the last. */
  readonly state: 'complete' | 'pending';
  readonly at: string;
  readonly programVersion: string;
  readonly accessDigest: string;
  /** Undefined when it was written by a version whose declaration this one cannot read. */
  readonly access?: Access;
  /** The entries of the catalog that its models were worked out with. */
  readonly catalog?: Catalog;
  /** Where the way to its mode of credentials stands, as far as nothing else shows it: written before the act. */
  readonly marks: RevisionMarks;
  /** Begun by a rollback: while it is pending, a rollback goes on to it instead of back from it. */
  readonly goesBack: boolean;
  /** The ControllerRevision itself. */
  readonly object: KubernetesObject;
}

/** Times. */
export interface RevisionMarks {
  /** The workload may have the credentials of this revision from here on. */
  readonly switching?: Date;
  /** No pod has the credentials before any more, and those of this revision were called with. */
  readonly moved?: Date;
  /** What the mode before had is being removed: there is no way back. */
  readonly withdrawing?: Date;
}

export interface ApplyOptions {
  /** Wait until the workload has rolled out. Default true. */
  readonly wait?: boolean;
}

/** What a plan file holds (`plan --out FILE`). No secret is in it. */
export interface PlanFile {
  readonly format: 'bedrock-access-plan/1';
  readonly programVersion: string;
  readonly access: Access;
  readonly plan: Plan;
}

/** One line of `list`. */
export interface AccessSummary {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string;
  /** False: its owner tags name another cluster. */
  readonly here: boolean;
  readonly user?: string;
  /** In a mode in which the pods call as a role. */
  readonly role?: string;
  readonly regions: readonly string[];
  readonly models: readonly string[];
  readonly revision?: number;
  readonly state?: 'complete' | 'pending';
}

/** What `status` shows of one access. */
export interface AccessStatus {
  readonly name: string;
  readonly namespace: string;
  readonly account: string;
  readonly region: string;
  readonly models: readonly string[];
  readonly revisions: readonly { readonly number: number; readonly state: 'complete' | 'pending'; readonly at: string; readonly programVersion: string }[];
  /** Every resource of the latest revision: is it there, ours, as declared? */
  readonly resources: readonly { readonly kind: string; readonly name: string; readonly state: 'in place' | 'differs' | 'missing' | 'not ours' | 'left over'; readonly detail?: string }[];
  readonly accessKeyId?: string;
  readonly accessKeyCreatedAt?: string;
  readonly findings: readonly Finding[];
}

/** The sign in front of a step: create, update, delete, replace (new one first), nothing to do, adopt. */
export type StepAction = 'create' | 'update' | 'delete' | 'replace' | 'none' | 'adopt';

export interface Difference {
  /** `policy document`, `env AWS_REGION`. */
  readonly field: string;
  /** What is there; undefined for nothing; a secret shows as `(secret)`. */
  readonly from?: string;
  /** What shall be there; `(known after apply)` for a reference that cannot be resolved yet. */
  readonly to?: string;
  /** It comes of another catalog than the one that was applied, and of nothing else. Where a whole step does, its reason says so. */
  readonly cause?: 'catalog';
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
  /** A thing lost by a run that was stopped: part of no plan that a person makes, and always to be removed. */
  readonly lost?: boolean;
  /** The step is not run: somebody else has to do this (an edit in git). The run ends with it. */
  readonly handOver?: Finding;
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
  /** The kinds that it was made for, where not for all. */
  readonly only?: readonly string[];
  /** Kinds that were not asked for have steps to do: the access is not complete after this plan. */
  readonly partial?: boolean;
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
export type RunEvent = { readonly version: 1; readonly at: string } & RunEventBody;

export type RunEventBody =
  | { readonly type: 'planned'; readonly plan: Plan }
  | { readonly type: 'step-started'; readonly step: string; readonly action: StepAction; readonly kind: string; readonly name: string }
  | { readonly type: 'step-done'; readonly step: string; readonly action: StepAction; readonly kind: string; readonly name: string; readonly milliseconds: number }
  | { readonly type: 'step-failed'; readonly step: string; readonly action: StepAction; readonly kind: string; readonly name: string; readonly finding: Finding }
  | { readonly type: 'waiting'; readonly step?: string; readonly for: string }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'summary'; readonly command: string; readonly outcome: 'done' | 'failed' | 'interrupted'; readonly done: number; readonly failed: number; readonly left: readonly string[]; readonly awsCalls: number; readonly [more: string]: unknown };

/** One thing that verify looked at. */
export interface VerifyCheck {
  /** `user-and-key`, `parameters`, `external-secret`, `store-readers`, `pod-environment`, `policy`, `call`, `streamed-call`. */
  readonly id: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** One line of what was seen. */
  readonly detail: string;
  readonly findings: readonly Finding[];
  readonly milliseconds: number;
}
