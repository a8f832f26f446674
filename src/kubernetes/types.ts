/** A Kubernetes object as JSON. `spec` and the rest are read through narrowing, never by `any`. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: Readonly<Record<string, unknown>>;
  readonly subresource?: string;
}

export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubernetesObject }
  /** The watch began anew (410, dropped connection): this is the whole state now. */
  | { readonly type: 'RESYNCED'; readonly objects: readonly KubernetesObject[] };

export type KubernetesErrorKind =
  | 'not-found' | 'already-exists' | 'conflict' | 'invalid' | 'forbidden' | 'unauthorized'
  | 'gone' | 'throttled' | 'unavailable' | 'unreachable' | 'kind-not-served' | 'namespace-terminating' | 'other';

export interface KubernetesCallErrorFields {
  readonly kind: KubernetesErrorKind;
  readonly status: number;
  readonly reason: string;
  readonly verb: string;
  readonly target: string;
  readonly uncertain: boolean;
  /** For a server-side apply conflict: which manager owns which field. */
  readonly conflicts?: readonly { readonly field: string; readonly manager: string }[];
}

/** The Kubernetes API as the rest of the program sees it. Reads are retried with bounded patience; changes are not. */
export interface Kubernetes {
  /** `https://…` of the API server, and the context's name, for messages. */
  readonly server: string;
  readonly context: string;
  get(reference: ObjectReference): Promise<KubernetesObject | undefined>;
  /** Follows `continue` to the end. */
  list(apiVersion: string, kind: string, options?: ListOptions): Promise<readonly KubernetesObject[]>;
  /** Never ends by itself: re-lists after 410 and reconnects after silence; ends when `signal` aborts. */
  watch(apiVersion: string, kind: string, options: ListOptions & { readonly signal: AbortSignal }): AsyncIterable<WatchEvent>;
  /** `dryRun`: everything is done, admission included, but nothing is kept. */
  create(object: KubernetesObject, options?: { readonly dryRun?: boolean }): Promise<KubernetesObject>;
  /** Server-side apply with field manager `bedrock-access`. `force` only over fields of our own older managers. */
  apply(object: KubernetesObject, options?: { readonly force?: boolean; readonly dryRun?: boolean; readonly fieldManager?: string }): Promise<KubernetesObject>;
  replace(object: KubernetesObject): Promise<KubernetesObject>;
  patch(reference: ObjectReference, patch: { readonly type: 'merge' | 'json' | 'strategic'; readonly body: unknown; readonly subresource?: string }): Promise<KubernetesObject>;
  remove(reference: ObjectReference, options?: { readonly uid?: string; readonly resourceVersion?: string; readonly propagation?: 'Foreground' | 'Background' | 'Orphan' }): Promise<void>;
  /** POST of a subresource: `serviceaccounts/token`, `pods/eviction`. */
  createSubresource(reference: ObjectReference, subresource: string, body: KubernetesObject): Promise<KubernetesObject>;
  podLogs(namespace: string, pod: string, options?: { readonly container?: string; readonly tailLines?: number }): Promise<string>;
  /** Is the kind served, and in which versions (newest first)? Empty when not. */
  servedVersions(group: string, kind: string): Promise<readonly string[]>;
  /** A JSON document that is no object: `/.well-known/openid-configuration`, `/openid/v1/jwks`. */
  document(path: string): Promise<Readonly<Record<string, unknown>>>;
  version(): Promise<{ readonly major: string; readonly minor: string; readonly gitVersion: string }>;
}
