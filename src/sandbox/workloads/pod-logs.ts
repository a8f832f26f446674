import { join } from 'node:path';

export interface ContainerLog {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly restarts: number;
}

/** Where a container's output is written, as a kubelet lays it out (`/var/log/pods`). */
export function logFileOf(directory: string, { namespace, pod, uid, container, restarts }: ContainerLog): string {
  return join(directory, 'pods', `${namespace}_${pod}_${uid}`, container, `${restarts}.log`);
}
