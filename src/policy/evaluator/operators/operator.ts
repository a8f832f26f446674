/** Whether a value of the request matches one of the policy; undefined when they cannot be compared (`NumericEquals` of a word). */
export type Comparison = (requestValue: string, policyValue: string) => boolean | undefined;

/** Compares one value of the request with one value of the policy. Negation, sets and missing keys are the caller's. */
export interface Operator {
  readonly matches: Comparison;
  /** The `Not` form: it holds where nothing matches, also without the key. */
  readonly negated: boolean;
  /** May the policy's value hold variables? */
  readonly variables: boolean;
}
