import type { StoredObject } from '../kubernetes/object.ts';

/** What a container is started with. */
export interface ContainerStart {
  readonly pod: StoredObject;
  readonly container: string;
  /** Exactly what the pod's spec and the objects that it refers to give. */
  readonly environment: Readonly<Record<string, string>>;
  readonly restarts: number;
  /** An init container: it has to end before the next one starts. */
  readonly toCompletion: boolean;
  /** Files of the projected tokens that the container mounts, by the path that it sees them at. */
  readonly files: Readonly<Record<string, string>>;
  /** Files of Secrets and ConfigMaps that the container mounts, as they are now. */
  readonly mounted: () => Readonly<Record<string, string>>;
}

export interface RunningContainer {
  /** What it mounts may have changed. */
  refresh?(): void;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Runs containers. One that is only an object has nothing that runs. */
export interface ContainerRuntime {
  start(start: ContainerStart, ended: (exitCode: number) => void): RunningContainer | undefined;
}

export const objectsOnly: ContainerRuntime = { start: () => undefined };
