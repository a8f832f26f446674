/**
 * What a check reports. A finding is data; only `cli/output` renders it.
 * Its `id` is one of the kebab-case ids that errors use too, each with a page in `docs/errors`.
 */
export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  /** One sentence: what is wrong, with the names involved. */
  readonly message: string;
  /** Why it is so. */
  readonly cause: string;
  /** What mends it, as a command or an edit. */
  readonly remedy: string;
  readonly place?: Place;
}

export type Severity = 'error' | 'warning' | 'info';

/** Where: a line of a file (1-based), a field of the declaration, or a resource as the plan names it. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** A field, `spec.models[0].id`. */
  readonly field?: string;
  /** A resource, `iam-user bedrock-openhands-user`. */
  readonly resource?: string;
}
