/**
 * A transition: a change that takes time, as a path of phases. Each has a footprint to converge, a gate (a pure predicate of
 * what was seen and of the time) and an undo. It has no executor and no state of its own: where it stands is worked out anew
 * from what can be observed, which is how a run that was killed is gone on with.
 */
export interface Phase<Seen> {
  readonly id: string;
  /** What it does, as a person reads it: `deactivate the old key`. */
  readonly title: string;
  /** Is it behind us? */
  readonly passed: (seen: Seen) => boolean;
  /** May it be done now? */
  readonly gate: (seen: Seen, now: Date) => Gate;
  /** What `--undo` does while this phase is at hand; undefined: there is no way back. */
  readonly undo?: string;
}

export type Gate =
  | { readonly open: true }
  | {
      readonly open: false;
      /** What it waits for: `pod openhands-… to end`. */
      readonly waitsFor: string;
      /** When it opens by itself, where that is known. */
      readonly until?: Date;
      /** Somebody outside has to do something first, with no time to it (a paused roll-out). */
      readonly byHand?: boolean;
      /** Nothing of the phase is begun before it opens, not even what would do no harm. */
      readonly shut?: boolean;
    };

export const open: Gate = { open: true };

/** The phase at hand; undefined when all are behind us. */
export function phaseOf<Seen, Found extends Phase<Seen>>(phases: readonly Found[], seen: Seen): Found | undefined {
  return phases.find(({ passed }) => !passed(seen));
}
