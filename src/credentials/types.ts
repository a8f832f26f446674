import type { Access } from '../access/types.ts';
import type { TrailEvent } from '../aws/types.ts';
import type { DesiredDenyPolicy } from '../resources/deny-policy.ts';
import type { UserKey } from '../resources/key-sort.ts';
import type { RotationMark } from '../resources/rotation-mark.ts';

/** What a rotation looks at, marks included. All that its phases know. */
export interface RotationSeen {
  readonly access: Access;
  readonly keys: readonly UserKey[];
  readonly mark?: RotationMark;
  /** The key that the parameter names: the one that is handed out. */
  readonly recorded?: string;
  /** The key in the Secret. */
  readonly inSecret?: string;
  /** The key that is left, by the mark, or by the pods and the Secret where the mark is gone; one that exists. */
  readonly from?: string;
  /** Keys that are known to be ours by nothing. */
  readonly unknown: readonly string[];
  readonly workloads: readonly SeenWorkload[];
  /** What is to be done now about the sessions of a leaked key: the policy that is to deny them, or that its time is over. */
  readonly denial?: DesiredDenyPolicy | 'over';
  /** The last use of `from`, as far as IAM tells it yet; of an API key it tells none. */
  readonly lastUsed?: Date;
  /** The last call with `from` since no pod holds it, as far as CloudTrail was asked and tells it yet. */
  readonly inTrail?: TrailEvent;
}

export interface SeenWorkload {
  /** `Deployment openhands` */
  readonly name: string;
  /** Pods that may hold a key other than the recorded one, those that are ending too. */
  readonly oldPods: readonly string[];
  /** Why no new pod comes by itself: `updateStrategy OnDelete`, `paused`. */
  readonly byHand?: string;
  /** Its strategy ends all old pods before a new one starts: what is known of the gap, in words. */
  readonly gap?: string;
  /** Starts containers that are no pods and keep the key that they were started with. */
  readonly startsOwnContainers: boolean;
}

export interface RotationTimes {
  /** Milliseconds without a use before the old key is deactivated. Default: see `silenceOf`. */
  readonly silence?: number;
  /** Milliseconds between deactivating and deleting. Default one day. */
  readonly grace?: number;
  /** Restart pods outside the declared window too. */
  readonly restartNow?: boolean;
}

export interface RotateOptions extends RotationTimes {
  /** `now`: begin whatever the age of the key. `due`: only what `rotateAfter` makes due. What is under way is gone on with in both. */
  readonly begin: 'now' | 'due';
  /** Back to the earlier key. */
  readonly undo?: boolean;
  /** Store the new key in this layout: the way from two parameters to one. */
  readonly layout?: 'single' | 'pair';
  /** The key in use has leaked: it is deactivated first. */
  readonly compromised?: boolean;
  /** Which key has leaked, where an access on its way between two modes has more than one. */
  readonly key?: string;
}

/** Where a rotation stands, for `status` and `rotate --plan`. */
export interface RotationStatus {
  readonly name: string;
  readonly namespace: string;
  /** The key that is handed out. */
  readonly keyId?: string;
  readonly keyCreatedAt?: string;
  /** When `rotateAfter`, or its end at AWS, makes it due; undefined without either. */
  readonly dueAt?: string;
  readonly underWay: boolean;
  readonly from?: string;
  /** Id of the phase at hand. */
  readonly phase?: string;
  readonly waitsFor?: string;
  readonly next?: string;
  readonly phases: readonly { readonly id: string; readonly title: string; readonly state: 'done' | 'at hand' | 'to come' }[];
}
