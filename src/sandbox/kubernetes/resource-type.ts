import type { JsonObject, StoredObject } from './object.ts';
import type { StatusCause } from './status-error.ts';

/** One kind that the server serves, with what it does to objects of that kind. */
export interface ResourceType {
  readonly group: string;
  /** Served versions, most preferred first. */
  readonly versions: readonly string[];
  readonly kind: string;
  readonly resource: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  /** Has a status subresource: writes of the main resource leave `status` alone and the other way round. */
  readonly status?: boolean;
  readonly scale?: ScalePaths;
  /** Counts changes of the spec in `metadata.generation`. */
  readonly generation?: 'spec' | 'spec and annotations';
  /** Seconds that a deletion waits for the object's keeper (pods). */
  readonly gracePeriod?: (object: StoredObject) => number;
  /** Fills in what the real API server fills in. */
  readonly defaults?: (object: JsonObject, version: string) => JsonObject;
  /** Before anything else of a create (drops a status that the client sent, gives the first generation …). */
  readonly prepareCreate?: (object: JsonObject) => JsonObject;
  readonly prepareUpdate?: (object: JsonObject, old: StoredObject) => JsonObject;
  /** Problems of a new or changed object; empty when it is fine. */
  readonly validate?: (object: JsonObject, old: StoredObject | undefined, version: string) => readonly StatusCause[];
  /** Only some kinds let a PUT create. */
  readonly createOnUpdate?: boolean;
  /** PUT without resourceVersion is allowed (true for nearly all kinds; CRs must name one). */
  readonly unconditionalUpdate?: boolean;
  /** Made by a CustomResourceDefinition. */
  readonly custom?: boolean;
  /** Verbs that it has; default all. */
  readonly verbs?: readonly string[];
}

export interface ScalePaths {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  readonly selector?: readonly string[];
}
