import type { Finding } from '../finding.ts';

/** How sure an entry of the catalog is: `verified` by an AWS page of that date, or `unverified`. */
export interface Certainty {
  /** ISO date of the page or data that it was taken from. */
  readonly asOf: string;
  readonly verified: boolean;
  readonly source: string;
  /** What is not certain about it, or how the sources differ. */
  readonly note?: string;
}

export interface Catalog {
  /** ISO date on which it was made; plans name it. */
  readonly date: string;
  readonly models: ReadonlyMap<string, Model>;
  readonly profiles: ReadonlyMap<string, InferenceProfile>;
  readonly prices: ReadonlyMap<string, Price>;
}

export interface Model {
  readonly modelId: string;
  /** As AWS writes it, `Claude Sonnet 4.6`. */
  readonly name?: string;
  /** `anthropic`, `amazon`. */
  readonly provider: string;
  /** The line of models that replace each other, `claude-sonnet`: successors of an ended model are of its family. */
  readonly family: string;
  /** `4.6`, compared number by number. */
  readonly version: string;
  /** Short forms that `models[].id` accepts, `claude-sonnet-4.6`. */
  readonly aliases: readonly string[];
  /** Ids of the inference profiles over it. */
  readonly profiles: readonly string[];
  /** Regions with on-demand throughput by the bare id; empty where only profiles work. */
  readonly onDemandRegions: readonly string[];
  readonly onDemandCertainty: Certainty;
  readonly lifecycle: Lifecycle;
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  readonly certainty: Certainty;
}

/** Dates are ISO dates; the state at a time is worked out by `lifecycleAt`, never stored. */
export interface Lifecycle {
  readonly launchDate?: string;
  readonly legacyDate?: string;
  readonly extendedAccessDate?: string;
  readonly endOfLifeDate?: string;
  readonly endOfLifeNoSoonerThan?: string;
  /** Where a region's dates differ from the ones above (they may: API_FoundationModelLifecycle). */
  readonly regional?: readonly RegionalLifecycle[];
  readonly certainty: Certainty;
}

export interface RegionalLifecycle extends Omit<Lifecycle, 'regional'> {
  /** Region ids, or prefixes that end in `-`: `us-gov-`, `eu-`. */
  readonly regions: readonly string[];
}

export type LifecycleState = 'ACTIVE' | 'LEGACY' | 'ENDED';

export interface InferenceProfile {
  readonly profileId: string;
  readonly modelId: string;
  readonly scope: 'geographic' | 'global';
  /** `us`, `eu`, `apac`, `jp`, `au`, `ca`, `us-gov`, `global`. */
  readonly prefix: string;
  /** Source region to destination regions. A global profile routes to any commercial region: its lists are empty. */
  readonly routing: ReadonlyMap<string, readonly string[]>;
  readonly certainty: Certainty;
}

/** USD per million tokens. */
export interface Price {
  readonly id: string;
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m?: number;
  readonly cacheWrite1h?: number;
  readonly cacheRead?: number;
  readonly batchInput?: number;
  readonly batchOutput?: number;
  readonly certainty: Certainty;
}

export type Partition = 'aws' | 'aws-us-gov' | 'aws-cn';

/** A declared model, worked out for one source region: everything that policy and environment need. */
export interface ResolvedModel {
  /** As declared. */
  readonly reference: string;
  readonly kind: 'on-demand' | 'geographic-profile' | 'global-profile' | 'application-profile';
  /** The foundation model beneath. */
  readonly modelId: string;
  /** The inference profile's id; undefined for `on-demand`. For an application profile: the system profile it copies, or undefined over a bare model. */
  readonly profileId?: string;
  /** An application profile's opaque id, when the reference was its ARN. */
  readonly applicationProfileId?: string;
  /** For an application profile: does it route worldwide, as a copy of a global profile does? */
  readonly routesGlobally?: boolean;
  /** What the client passes as model id: the profile id, the ARN of an application profile, or the bare id. */
  readonly invokeId: string;
  readonly partition: Partition;
  readonly sourceRegion: string;
  /** Sorted; includes the source region where the profile does. Empty for a global profile. */
  readonly destinationRegions: readonly string[];
  /** As it is in the source region. */
  readonly lifecycle: Lifecycle;
  readonly certainty: Certainty;
}

/** The result of resolving one reference: a model, or why not, with the working form in the remedy. Warnings (legacy, unverified routing) come beside the model. */
export type Resolution =
  | { readonly ok: true; readonly model: ResolvedModel; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };
