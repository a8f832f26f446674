import type { JsonObject, ObjectReference, StoredObject } from './object.ts';
import type { Schema } from './openapi/schema.ts';
import type { StatusCause } from './status-error.ts';

/** One kind that the server serves, with what it does to objects of that kind. */
export interface ResourceType {
  readonly group: string;
  /** Served versions, most preferred first. */
  readonly versions: readonly string[];
  /** The version in which custom objects are stored; the first one otherwise. */
  readonly storedVersion?: string;
  readonly kind: string;
  readonly resource: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  /** The schema of a served version, by apiVersion (`apps/v1`). */
  schemaOf(apiVersion: string): Schema;
  /** Has a status subresource: writes of the main resource leave `status` alone and the other way round. */
  readonly status?: boolean;
  readonly scale?: ScalePaths;
  /** Counts changes of the spec in `metadata.generation`. */
  readonly generation?: 'spec' | 'spec and annotations';
  /** Seconds that a deletion waits for the object's keeper (pods). */
  readonly gracePeriod?: (object: StoredObject) => number;
  /** Put on when the deletion begins, and worked off by a controller. */
  readonly deletionFinalizer?: string;
  /** Fields that change when the deletion begins. */
  readonly prepareRemove?: (object: StoredObject, now: string) => JsonObject;
  /** Fills in what the real API server fills in. */
  readonly defaults?: (object: JsonObject, version: string) => JsonObject;
  /** What the server adds after the writer's fields are known, so that nobody owns it (first status, cluster IP, service account of a pod …). */
  readonly prepareCreate?: (object: StoredObject, lookUp: LookUp) => StoredObject;
  readonly prepareUpdate?: (object: StoredObject, old: StoredObject) => StoredObject;
  /** Problems of a new or changed object; empty when it is fine. */
  readonly validate?: (object: JsonObject, old: StoredObject | undefined, version: string) => readonly StatusCause[];
  /** Only some kinds let a PUT create. */
  readonly createOnUpdate?: boolean;
  /** PUT without resourceVersion is allowed (true for nearly all kinds; CRs must name one). */
  readonly unconditionalUpdate?: boolean;
  /** `additionalPrinterColumns` of a version of a custom kind. */
  readonly printerColumns?: (version: string) => readonly JsonObject[];
  /** Made by a CustomResourceDefinition. */
  readonly custom?: boolean;
  /** Verbs that it has; default all. */
  readonly verbs?: readonly string[];
}

/** Finds an object that another one names. */
export type LookUp = (reference: ObjectReference) => StoredObject | undefined;

export interface ScalePaths {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  readonly selector?: readonly string[];
}
