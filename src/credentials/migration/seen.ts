import type { Access } from '../../access/types.ts';
import type { RevisionMarks } from '../../engine/types.ts';
import type { SeenWorkload } from '../types.ts';

/** What a migration looks at, marks included. All that its phases know. */
export interface MigrationSeen {
  readonly from: Access;
  readonly to: Access;
  /** It leads back to what was in use before. */
  readonly back: boolean;
  /** False: it leads back, and the workload never had what is left. */
  readonly handedOut: boolean;
  readonly marks: RevisionMarks;
  /** What is not as both modes, side by side, need it; the workload aside. */
  readonly missing: readonly string[];
  /** What is not as the new mode needs it, the workload's environment among it. */
  readonly lacking: readonly string[];
  /** The new credentials were called with in this run, by a process that has nothing else. */
  readonly proven: boolean;
  /** Keys of either mode that have leaked, and are not deleted yet. */
  readonly leaked: readonly string[];
  /** The key of the mode to come has leaked, and no other has taken its place. */
  readonly renews: boolean;
  /** `oldPods`: those that have the earlier variables, or not the new ones. */
  readonly workloads: readonly MovingWorkload[];
  /** The label that keeps what the new mode gives to every new pod out of those in use; undefined where they need none. */
  readonly keptOut?: string;
  /** What is to be done for that label. */
  readonly shields: readonly string[];
  /** The credential of the earlier mode that lies somewhere and works for whoever has it; undefined where the mode has none, or it is gone. */
  readonly left?: LeftCredential;
  /** The credential of the mode to come that an earlier way deactivated. */
  readonly asleep?: string;
}

/** What stands for the pods that would be made now. */
export const podTemplate = 'its pod template';

export interface MovingWorkload extends SeenWorkload {
  /** Pods with the earlier mode's credentials, the template among them, into which the new mode's would be put if they were made now. */
  readonly exposed: readonly string[];
}

export interface LeftCredential {
  readonly id: string;
  readonly active: boolean;
  /** Since when it is off, by our hand. */
  readonly off?: Date;
  /** As far as AWS tells it yet. */
  readonly lastUsed?: Date;
}

/** Where a migration stands, for `status` and `migrate --plan`. */
export interface MigrationStatus {
  readonly name: string;
  readonly namespace: string;
  readonly underWay: boolean;
  /** The mode in use, or the one that is left. */
  readonly from: string;
  readonly to?: string;
  readonly back?: boolean;
  /** Id of the phase at hand. */
  readonly phase?: string;
  readonly waitsFor?: string;
  readonly next?: string;
  readonly phases: readonly { readonly id: string; readonly title: string; readonly state: 'done' | 'at hand' | 'to come' }[];
}
