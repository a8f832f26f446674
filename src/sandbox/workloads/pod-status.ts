/** What the kubelet reports of a pod (pkg/kubelet/status, pkg/kubelet/kubelet_pods.go `getPhase`). Pure. */
import { listAt, objectAt, textAt, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import { nodeAddress } from './node.ts';

/** Where one container is. */
export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAt: string }
  | { readonly kind: 'ended'; readonly exitCode: number; readonly startedAt: string; readonly finishedAt: string };

export interface ContainerReport {
  readonly state: ContainerState;
  readonly restarts: number;
  /** How it ended the last time. */
  readonly last?: Extract<ContainerState, { kind: 'ended' }>;
}

export interface PodReport {
  readonly startTime: string;
  readonly podIp: string;
  /** By name of the container. */
  readonly init: ReadonlyMap<string, ContainerReport>;
  readonly main: ReadonlyMap<string, ContainerReport>;
}

export function podStatus(pod: StoredObject, report: PodReport, now: string): JsonObject {
  const main = [...report.main.values()].map(({ state }) => state);
  const incomplete = [...report.init.entries()].filter(([name, { state }]) => !(isSidecar(pod, name) ? state.kind === 'running' : state.kind === 'ended' && state.exitCode === 0)).map(([name]) => name);
  // Once a container of its own has started, a sidecar that ends makes the pod unready, and no more.
  const initDone = incomplete.length === 0 || main.some((state) => state.kind !== 'waiting' || state.reason === 'CrashLoopBackOff');
  const initFailed = textAt(pod, 'spec', 'restartPolicy') === 'Never' && [...report.init.entries()].some(([name, { state }]) => !isSidecar(pod, name) && state.kind === 'ended' && state.exitCode !== 0);
  const phase = initFailed ? 'Failed' : phaseOf(main, initDone);
  const notReady = [...report.init.entries().filter(([name]) => isSidecar(pod, name)), ...report.main.entries()].filter(([, { state }]) => state.kind !== 'running').map(([name]) => name);
  const over = phase === 'Succeeded' || phase === 'Failed';
  const unready = over
    ? { reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${notReady.join(' ')}]` };
  const ready = !over && notReady.length === 0 && initDone;
  const created = main.some((state) => state.kind !== 'waiting') || report.init.size > 0;
  const conditions = [
    { type: 'PodReadyToStartContainers', status: created ? 'True' : 'False' },
    initDone
      ? { type: 'Initialized', status: 'True', ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) }
      : { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` },
    { type: 'Ready', status: ready ? 'True' : 'False', ...(ready ? {} : unready) },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', ...(ready ? {} : unready) },
    { type: 'PodScheduled', status: 'True' },
  ];
  return {
    ...objectAt(pod, 'status'),
    observedGeneration: pod.metadata.generation ?? 1,
    phase,
    conditions: conditions.map((condition) => dated(condition, pod, now)),
    hostIP: nodeAddress,
    hostIPs: [{ ip: nodeAddress }],
    ...(created ? { podIP: report.podIp, podIPs: [{ ip: report.podIp }] } : {}),
    startTime: report.startTime,
    ...(report.init.size === 0 ? {} : { initContainerStatuses: statusesOf(pod, 'initContainers', report.init) }),
    containerStatuses: statusesOf(pod, 'containers', report.main),
  };
}

export function isSidecar(pod: StoredObject, name: string): boolean {
  return listAt(pod, 'spec', 'initContainers').some((container) => textAt(container, 'name') === name && textAt(container, 'restartPolicy') === 'Always');
}

/** Pending until every container has run once; over when every container has ended for good. */
function phaseOf(states: readonly ContainerState[], initDone: boolean): string {
  if (!initDone || states.some((state) => state.kind === 'waiting' && state.reason !== 'CrashLoopBackOff')) return 'Pending';
  if (states.some((state) => state.kind !== 'ended')) return 'Running';
  return states.every((state) => state.kind === 'ended' && state.exitCode === 0) ? 'Succeeded' : 'Failed';
}

function statusesOf(pod: StoredObject, field: 'containers' | 'initContainers', reports: ReadonlyMap<string, ContainerReport>): readonly JsonObject[] {
  return listAt(pod, 'spec', field).map((container) => {
    const name = textAt(container, 'name') ?? '';
    const image = textAt(container, 'image') ?? '';
    const { state, restarts, last }: ContainerReport = reports.get(name) ?? { state: { kind: 'waiting', reason: 'PodInitializing' }, restarts: 0 };
    const ran = state.kind !== 'waiting' || last !== undefined;
    const id = `sandbox://${pod.metadata.uid}-${name}-${restarts}`;
    return {
      name,
      state: stateOf(state, id),
      lastState: last === undefined ? {} : stateOf(last, `sandbox://${pod.metadata.uid}-${name}-${Math.max(0, restarts - 1)}`),
      ready: field === 'containers' ? state.kind === 'running' : state.kind === 'running' || (state.kind === 'ended' && state.exitCode === 0),
      restartCount: restarts,
      image,
      imageID: ran ? `sandbox://${image}` : '',
      ...(ran ? { containerID: id } : {}),
      started: state.kind === 'running',
    };
  });
}

function stateOf(state: ContainerState, containerID: string): JsonObject {
  if (state.kind === 'waiting') return { waiting: { reason: state.reason, ...(state.message === undefined ? {} : { message: state.message }) } };
  if (state.kind === 'running') return { running: { startedAt: state.startedAt } };
  const { exitCode, startedAt, finishedAt } = state;
  return { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt, finishedAt, containerID } };
}

/** The time of a transition stays as long as the status does. */
function dated(condition: JsonObject, pod: StoredObject, now: string): JsonObject {
  const current = listAt(pod, 'status', 'conditions').find((each) => textAt(each, 'type') === condition['type']);
  const same = textAt(current, 'status') === condition['status'];
  return { ...condition, observedGeneration: pod.metadata.generation ?? 1, lastProbeTime: null, lastTransitionTime: (same ? textAt(current, 'lastTransitionTime') : undefined) ?? now };
}
