/**
 * What a resource kind is: one file with everything about one sort of thing that an access owns, in AWS or in the
 * cluster. The engine knows only these types; it never asks which kind it has before it.
 *
 * A kind's `create`, `update` and `remove` make their calls in such an order that a call which is not `repeatable`
 * comes last: a step that failed in a repeatable call may then be run again from its beginning.
 */
import type { Access } from '../access/types.ts';
import type { Aws } from '../aws/types.ts';
import type { Catalog, Partition, ResolvedModel } from '../bedrock/types.ts';
import type { Clock } from '../clock.ts';
import type { Finding } from '../finding.ts';
import type { Kubernetes } from '../kubernetes/types.ts';
import type { CompiledPolicy } from '../policy/types.ts';
import type { Secret } from '../secret.ts';
import type { GitOpsKeeper } from './gitops.ts';
import type { Owner, Ownership } from './owner.ts';
import type { Readings } from './readings.ts';

/** A field that another resource supplies, perhaps known only after that resource exists. The only edges of the order. */
export interface Reference {
  readonly reference: true;
  readonly kind: string;
  readonly key: string;
  readonly output: string;
}

/** A value now, or a reference to where it comes from. */
export type Field = string | Reference;

/** What a resource supplies to others: `arn`, `name`, `id` … */
export type Outputs = Readonly<Record<string, string | Secret>>;

/** Answers a field's value, or undefined while it is known only after apply. */
export type Resolve = (field: Field) => string | undefined;

/**
 * A resource's state as comparable lines, field by field: what the planner compares, shows and fingerprints.
 * `undefined` in the expected state means `(known after apply)`. A secret never appears here.
 */
export type State = Readonly<Record<string, string | undefined>>;

/** One thing that an access implies. */
export interface Resource<Desired = unknown> {
  readonly kind: string;
  /** Stable within the access: never a name. Unique together with `kind`. */
  readonly key: string;
  /** How a person calls it: `bedrock-openhands-user`. */
  readonly name: string;
  /** Where the declaration gives that name, or would: `spec.names.user`. Undefined where it cannot be chosen. */
  readonly nameField?: string;
  readonly desired: Desired;
  /** Somebody else makes it (Terraform, git, the platform): it must be there and is never written. */
  readonly required?: boolean;
}

/** Everything that a kind may derive its resources from; pure. */
export interface Implied {
  readonly access: Access;
  readonly owner: Owner;
  readonly partition: Partition;
  readonly models: readonly ResolvedModel[];
  readonly policy: CompiledPolicy;
  readonly catalog: Catalog;
}

/** A thing of ours that the footprint does not name: to be removed. */
export interface Stray<Observed = unknown> {
  readonly name: string;
  readonly observed: Observed;
  /** Why it goes: "not in the declaration any more". */
  readonly reason: string;
  /** Nothing can depend on it: it goes before anything is made, not after everything has settled. */
  readonly first?: boolean;
}

/** Where to look for strays. */
export interface Whereabouts {
  readonly owner: Owner;
  /** Every resource of the footprint and of earlier ones. */
  readonly named: readonly Resource[];
  /** Identities of this kind that the footprint (or an earlier one) accounts for. */
  readonly accounted: ReadonlySet<string>;
  /** Is the whole account to be searched, because no revision tells the names? */
  readonly sweep: boolean;
  readonly account: string;
}

/** What a changing call gets: the two worlds, and the values of references. */
export interface Hands {
  readonly aws: Aws;
  readonly kubernetes: Kubernetes;
  readonly readings: Readings;
  readonly clock: Clock;
  readonly owner: Owner;
  readonly signal: AbortSignal;
  /** May what others set be taken over? */
  readonly adopt: boolean;
  /** A reference's value; throws when it is not known yet, which would be a fault of the order. */
  value(field: Field): string;
  /** A secret output of a resource made in this run, else undefined. */
  secret(reference: Reference): Secret | undefined;
}

/** A permission in the cluster that a kind needs. */
export interface ClusterRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export interface ResourceKind<Desired = unknown, Observed = unknown> {
  /** `iam-user` */
  readonly kind: string;
  readonly where: 'aws' | 'kubernetes';

  /** The resources of this kind that an access implies. */
  desired(implied: Implied): readonly Resource<Desired>[];
  /** What tells two things of this kind apart in the world: `name`, `region name`, `namespace/name`. */
  identity(resource: Resource<Desired>): string;

  /** Picks what exists from readings; undefined for nothing. Calls nothing itself. */
  observe(resource: Resource<Desired>, readings: Readings, owner: Owner): Promise<Observed | undefined>;
  /** Readings that `observe` asks for only after others: asked for where one was denied, so that all that is missing shows. */
  laterReadings?(resource: Resource<Desired>, readings: Readings): readonly Promise<unknown>[];
  /** Things of ours of this kind that no resource of the footprint accounts for. */
  strays?(where: Whereabouts, readings: Readings): Promise<readonly Stray<Observed>[]>;
  /** False where only the surroundings were found (a workload without our variables). Default true. */
  present?(observed: Observed): boolean;
  ownership(observed: Observed, owner: Owner): Ownership;
  /** It carries no tags of its own and belongs to its holder: whose it is, is asked of the holder alone. */
  readonly heldByAnother?: boolean;

  /** The state that is wanted (an empty line: the field shall not be there); `observed` where it matters (a mark that only grows). */
  expected(desired: Desired, resolve: Resolve, observed?: Observed): State;
  /** The state that is there. Compared with `expected` field by field: what `expected` leaves out is not compared. */
  found(observed: Observed): State;
  /** What a removal takes away, where that is less than all that is found: a fragment of someone else's object. */
  going?(observed: Observed): State;
  /** Differences in these fields cannot be changed on the thing itself: it is replaced, the new one first. */
  readonly fixed?: readonly string[];
  /** What is wrong here beyond differences; a finding of severity `error` stops the run before its first write. */
  problems?(resource: Resource<Desired>, observed: Observed | undefined, owner: Owner, adopt: boolean): readonly Finding[];
  /** What a person should know before a step on it is run; never an error. */
  notices?(resource: Resource<Desired>, observed: Observed): readonly Finding[];
  /** Does a change of it end pods that run? */
  endsPods?(observed: Observed): boolean;
  /** What someone else has to do for this resource (an export edit): the step is not run, the run ends with this finding. */
  handOver?(resource: Resource<Desired>, observed: Observed): Finding | undefined;

  /** Who keeps it in git, for an object as a whole: it is then neither changed nor taken over nor removed; the engine names the edit. */
  keptBy?(observed: Observed): GitOpsKeeper | undefined;
  /** What someone else has to do before it can be removed: the step is not run, the run ends with this finding. */
  handOverRemoval?(observed: Observed): Finding | undefined;

  /** Outputs that are known before it exists (a name, an ARN of a known account). */
  foreseen(desired: Desired): Outputs;
  outputs(observed: Observed): Outputs;
  /** Outputs that an update leaves as they are: whoever refers to them is not planned to change with it. */
  readonly lasting?: readonly string[];

  create(desired: Desired, hands: Hands): Promise<Outputs>;
  /** Also takes over (`adopt`): the differences then hold the owner tags or labels. */
  update(desired: Desired, observed: Observed, differences: readonly string[], hands: Hands): Promise<Outputs>;
  /** Idempotent: what is gone already is removed. */
  remove(observed: Observed, hands: Hands): Promise<void>;
  /** Marks that a removal needs, written for all that go before the first of them does. */
  beforeRemoval?(observed: readonly Observed[], hands: Hands): Promise<void>;

  /** After a change: what it still waits for, undefined when settled. Throws when waiting is of no use. Polled by the engine. */
  settle?(desired: Desired, hands: Hands): Promise<string | undefined>;
  /** How long the engine polls `settle`, and what it says when that time is over. Default two minutes. */
  readonly patience?: { readonly seconds: number; readonly id: string; readonly cause: string; readonly remedy: string };
  /**
   * After a removal: what it still waits for. Others are removed when this has settled, or when its patience is over:
   * a removal is never stopped by it. Throws when waiting is of no use.
   */
  settleRemoval?(observed: Observed, hands: Hands): Promise<string | undefined>;
  /** Starts only when what it refers to has settled, not merely been made. */
  readonly afterSettled?: boolean;

  /** The IAM actions that it needs, reading ones first. */
  readonly permissions: readonly string[];
  readonly clusterRules?: readonly ClusterRule[];
  /** Changing actions that do no harm when sent again without looking. */
  readonly repeatable: readonly string[];

  /** Its block of Terraform, with references as traversals. */
  terraform?(resource: Resource<Desired>): unknown;
  /** Its Kubernetes manifest, with references resolved. */
  manifest?(resource: Resource<Desired>, resolve: Resolve): unknown;
}

/** A reference to an output of a resource. */
export function reference(kind: string, key: string, output: string): Reference {
  return { reference: true, kind, key, output };
}

export function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && 'reference' in value && value.reference === true;
}

/** Every reference anywhere in a resource's desired state. */
export function referencesIn(value: unknown): readonly Reference[] {
  if (isReference(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(referencesIn);
}

/** `iam-user/user`: how a resource is addressed within its access. */
export function address(resource: { readonly kind: string; readonly key: string }): string {
  return `${resource.kind}/${resource.key}`;
}
