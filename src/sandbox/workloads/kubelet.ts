/**
 * Plays scheduler and kubelet of the one node: a pod is bound, its containers start within a fraction of a second of world time, and end.
 * A missing Secret, ConfigMap or key keeps a container from being made, in the kubelet's words.
 */
import type { TokenSigner } from '../kubernetes/access/tokens.ts';
import { listAt, objectAt, sameJson, textAt, valueAt, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import { referenceTo, type ControllerTools } from './controller.ts';
import { ContainerConfigError, containerEnvironment } from './container-environment.ts';
import type { ContainerRuntime, RunningContainer } from './container-runtime.ts';
import { EventRecorder } from './event-recorder.ts';
import { nodeName } from './node.ts';
import { mountedFiles } from './mounted-files.ts';
import { projectedTokens } from './projected-tokens.ts';
import { isOver } from './pod.ts';
import { isSidecar, podStatus, type ContainerReport, type PodReport } from './pod-status.ts';
import type { Again } from './work-queue.ts';

/** World milliseconds from the binding of a pod to the start of its containers. */
const startDelay = 100;
/** World milliseconds that a container of a Job takes, when it is only an object and does not say `sleep`. */
const completionDelay = 1000;
/** The kubelet looks again at a container that it could not make about every ten seconds. */
const retryDelay = 10_000;
/** Restarts of a container that ended: 10 s, doubled up to 5 minutes (Kubernetes docs, "Pod Lifecycle"). */
const restartDelays = { first: 10_000, most: 300_000 };

interface PodRun {
  readonly boundAt: number;
  readonly startTime: string;
  readonly podIp: string;
  readonly containers: Map<string, ContainerRun>;
  /** Set while the pod's processes are being ended. */
  ending?: Promise<void>;
}

interface ContainerRun {
  report: ContainerReport;
  process?: RunningContainer;
  /** World time before which it is not tried again. */
  notBefore: number;
}

export class Kubelet {
  readonly #tools: ControllerTools;
  readonly #runtime: ContainerRuntime;
  readonly #signer: TokenSigner | undefined;
  readonly #events: EventRecorder;
  readonly #scheduler: EventRecorder;
  readonly #pods = new Map<string, PodRun>();
  readonly #look: (pod: StoredObject) => void;
  #addresses = 1;

  /** @param look asks for another look at a pod: a process of it ended */
  constructor(tools: ControllerTools, runtime: ContainerRuntime, look: (pod: StoredObject) => void, signer?: TokenSigner) {
    this.#tools = tools;
    this.#signer = signer;
    this.#runtime = runtime;
    this.#look = look;
    this.#events = new EventRecorder(tools.store, 'kubelet', nodeName);
    this.#scheduler = new EventRecorder(tools.store, 'default-scheduler');
  }

  async reconcile(pod: StoredObject): Promise<Again> {
    const node = textAt(pod, 'spec', 'nodeName') ?? '';
    if (node === '') return this.#bind(pod);
    if (node !== nodeName) return undefined;
    if (pod.metadata.deletionTimestamp !== undefined) return await this.#terminate(pod);
    if (isOver(pod)) return undefined;
    const run = this.#pods.get(pod.metadata.uid) ?? this.#accept(pod);
    const now = this.#tools.clock.time();
    const wait = run.boundAt + startDelay - now;
    if (wait > 0) {
      this.#report(pod, run);
      return wait;
    }
    const again = this.#step(pod, run);
    if (isDone(pod, run)) await this.#endSidecars(pod, run);
    this.#report(pod, run);
    return again;
  }

  /** When the last container has ended for good its sidecars are ended (Kubernetes docs, "Sidecar Containers", Jobs with sidecar containers). */
  async #endSidecars(pod: StoredObject, run: PodRun): Promise<void> {
    for (const [name, its] of run.containers) {
      const { state } = its.report;
      if (state.kind !== 'running' || !isSidecar(pod, name)) continue;
      const { process } = its;
      delete its.process;
      await process?.stop();
      its.report = { ...its.report, state: { kind: 'ended', exitCode: 0, startedAt: state.startedAt, finishedAt: this.#tools.store.now() } };
    }
  }

  /** A pod that went without being asked (a namespace, force): its processes end too. */
  async forget(pod: StoredObject): Promise<void> {
    const run = this.#pods.get(pod.metadata.uid);
    this.#pods.delete(pod.metadata.uid);
    if (run !== undefined) await endAll(run);
  }

  /** A mounted Secret or ConfigMap changed: running containers see it at the kubelet's next look (Kubernetes docs, "Secrets", mounted Secrets are updated automatically). */
  refresh(): void {
    for (const { containers } of this.#pods.values()) for (const { process } of containers.values()) process?.refresh?.();
  }

  async stop(): Promise<void> {
    const runs = [...this.#pods.values()];
    this.#pods.clear();
    await Promise.all(runs.map(endAll));
  }

  #bind(pod: StoredObject): Again {
    if (pod.metadata.deletionTimestamp !== undefined || listAt(pod, 'spec', 'schedulingGates').length > 0) return undefined;
    const { store } = this.#tools;
    const problem = placementProblem(pod);
    if (problem !== undefined) {
      const current = listAt(pod, 'status', 'conditions').find((each) => textAt(each, 'type') === 'PodScheduled');
      if (textAt(current, 'message') === problem) return undefined;
      const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: problem, lastProbeTime: null, lastTransitionTime: store.now() };
      store.updateStatus({ ...pod, status: { ...objectAt(pod, 'status'), phase: 'Pending', conditions: [condition] } }, { manager: 'kube-scheduler' });
      this.#scheduler.warning(pod, 'FailedScheduling', problem);
      return undefined;
    }
    const bound = store.update({ ...pod, spec: { ...objectAt(pod, 'spec'), nodeName } }, { manager: 'kube-scheduler' });
    const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: store.now() };
    store.updateStatus({ ...bound, status: { ...objectAt(bound, 'status'), conditions: [scheduled] } }, { manager: 'kube-scheduler' });
    this.#scheduler.normal(bound, 'Scheduled', `Successfully assigned ${pod.metadata.namespace ?? 'default'}/${pod.metadata.name} to ${nodeName}`);
    // The binding is a change of the pod, which brings the next look.
    return undefined;
  }

  #accept(pod: StoredObject): PodRun {
    const { clock, store } = this.#tools;
    this.#addresses += 1;
    const waiting = (reason: string): ContainerRun => ({ report: { state: { kind: 'waiting', reason }, restarts: 0 }, notBefore: 0 });
    const hasInit = listAt(pod, 'spec', 'initContainers').length > 0;
    const run: PodRun = {
      boundAt: clock.time(),
      startTime: store.now(),
      podIp: `10.244.${Math.floor(this.#addresses / 254)}.${(this.#addresses % 254) + 1}`,
      containers: new Map([
        ...namesOf(pod, 'initContainers').map((name): [string, ContainerRun] => [name, waiting('PodInitializing')]),
        ...namesOf(pod, 'containers').map((name): [string, ContainerRun] => [name, waiting(hasInit ? 'PodInitializing' : 'ContainerCreating')]),
      ]),
    };
    this.#pods.set(pod.metadata.uid, run);
    return run;
  }

  /** Starts what can start; answers when to look again. */
  #step(pod: StoredObject, run: PodRun): Again {
    const missing = this.#missingVolume(pod);
    if (missing !== undefined) {
      this.#events.warning(pod, 'FailedMount', missing);
      return retryDelay;
    }
    let again: Again;
    for (const [field, container] of containersOf(pod)) {
      const name = textAt(container, 'name') ?? '';
      const its = run.containers.get(name);
      if (its === undefined) continue;
      const wait = this.#stepContainer(pod, container, field, its);
      if (wait !== undefined) again = Math.min(wait, again ?? wait);
      const { state } = its.report;
      // Init containers run one after the other, each to its end; a sidecar only has to run.
      const blocks = field === 'initContainers' && !(isSidecar(pod, name) ? state.kind === 'running' : state.kind === 'ended' && state.exitCode === 0);
      if (blocks) break;
    }
    return again;
  }

  #stepContainer(pod: StoredObject, container: JsonObject, field: 'containers' | 'initContainers', its: ContainerRun): Again {
    const now = this.#tools.clock.time();
    const { state } = its.report;
    if (state.kind === 'running') return this.#completion(pod, container, field, its);
    if (state.kind === 'ended' && !this.#restarts(pod, container, field, state.exitCode)) return undefined;
    if (now < its.notBefore) return its.notBefore - now;
    return this.#start(pod, container, field, its);
  }

  #start(pod: StoredObject, container: JsonObject, field: 'containers' | 'initContainers', its: ContainerRun): Again {
    const { clock, store } = this.#tools;
    const name = textAt(container, 'name') ?? '';
    const fieldPath = `spec.${field}{${name}}`;
    const image = textAt(container, 'image') ?? '';
    this.#events.normal(pod, 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`, { fieldPath });
    try {
      const environment = containerEnvironment(pod, container, store);
      this.#events.normal(pod, 'Created', 'Container created', { fieldPath });
      const toCompletion = isOrdinaryInit(container, field);
      const ended = its.report.state.kind === 'ended' ? its.report.state : its.report.last;
      const restarts = its.report.restarts + (ended === undefined ? 0 : 1);
      const process = this.#runtime.start({ pod, container: name, environment, restarts, toCompletion, files: this.#projectedFiles(pod, container), mounted: () => mountedFiles(pod, container, store) }, (exitCode) => this.#ended(pod, its, exitCode));
      if (process === undefined) delete its.process;
      else its.process = process;
      its.report = { state: { kind: 'running', startedAt: store.now() }, restarts, ...(ended === undefined ? {} : { last: ended }) };
      its.notBefore = clock.time() + timeOf(container, toCompletion ? 0 : completionDelay);
      this.#events.normal(pod, 'Started', 'Container started', { fieldPath });
      return this.#completion(pod, container, field, its);
    } catch (error) {
      if (!(error instanceof ContainerConfigError)) throw error;
      this.#events.warning(pod, 'Failed', `Error: ${error.message}`, { fieldPath });
      its.report = { ...its.report, state: { kind: 'waiting', reason: 'CreateContainerConfigError', message: error.message } };
      its.notBefore = clock.time() + retryDelay;
      return retryDelay;
    }
  }

  #projectedFiles(pod: StoredObject, container: JsonObject): Readonly<Record<string, string>> {
    return this.#signer === undefined ? {} : projectedTokens(pod, container, this.#tools.store, this.#signer);
  }

  /** An init container, or one of a Job, that is only an object ends well after a while. */
  #completion(pod: StoredObject, container: JsonObject, field: 'containers' | 'initContainers', its: ContainerRun): Again {
    const { state } = its.report;
    if (state.kind !== 'running' || its.process !== undefined) return undefined;
    if (field === 'initContainers' ? !isOrdinaryInit(container, field) : (textAt(pod, 'spec', 'restartPolicy') ?? 'Always') === 'Always') return undefined;
    const wait = its.notBefore - this.#tools.clock.time();
    if (wait > 0) return wait;
    its.report = { ...its.report, state: { kind: 'ended', exitCode: 0, startedAt: state.startedAt, finishedAt: this.#tools.store.now() } };
    return undefined;
  }

  #restarts(pod: StoredObject, container: JsonObject, field: 'containers' | 'initContainers', exitCode: number): boolean {
    if (field === 'initContainers' && !isOrdinaryInit(container, field)) return true;
    if (field === 'initContainers' && exitCode === 0) return false;
    const policy = textAt(pod, 'spec', 'restartPolicy') ?? 'Always';
    return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
  }

  /** A container's process ended by itself. */
  #ended(pod: StoredObject, its: ContainerRun, exitCode: number): void {
    const { state, restarts } = its.report;
    if (state.kind !== 'running' || !this.#pods.has(pod.metadata.uid)) return;
    delete its.process;
    const end = { kind: 'ended', exitCode, startedAt: state.startedAt, finishedAt: this.#tools.store.now() } as const;
    its.report = { ...its.report, state: end };
    its.notBefore = this.#tools.clock.time() + Math.min(restartDelays.first * 2 ** restarts, restartDelays.most);
    this.#look(pod);
  }

  async #terminate(pod: StoredObject): Promise<Again> {
    const run = this.#pods.get(pod.metadata.uid);
    if (run !== undefined && run.ending === undefined) {
      for (const [field, container] of containersOf(pod)) {
        const name = textAt(container, 'name') ?? '';
        if (run.containers.get(name)?.report.state.kind === 'running') {
          this.#events.normal(pod, 'Killing', `Stopping container ${name}`, { fieldPath: `spec.${field}{${name}}` });
        }
      }
      run.ending = endAll(run);
    }
    await run?.ending;
    this.#pods.delete(pod.metadata.uid);
    const current = this.#tools.store.get(referenceTo(pod));
    // Told already: from here on it waits for whoever holds the finalizer.
    if (current?.metadata.deletionGracePeriodSeconds === 0) return undefined;
    if (current?.metadata.uid === pod.metadata.uid) this.#tools.store.remove(referenceTo(pod), { uid: pod.metadata.uid, gracePeriodSeconds: 0 });
    return undefined;
  }

  #missingVolume(pod: StoredObject): string | undefined {
    for (const volume of listAt(pod, 'spec', 'volumes')) {
      for (const [kind, field, nameField] of [['Secret', 'secret', 'secretName'], ['ConfigMap', 'configMap', 'name']] as const) {
        const name = textAt(volume, field, nameField);
        if (name === undefined || valueAt(volume, field, 'optional') === true) continue;
        if (this.#tools.store.get({ apiVersion: 'v1', kind, namespace: pod.metadata.namespace, name }) !== undefined) continue;
        return `MountVolume.SetUp failed for volume "${textAt(volume, 'name') ?? ''}" : ${kind.toLowerCase()} "${name}" not found`;
      }
    }
    return undefined;
  }

  #report(pod: StoredObject, run: PodRun): void {
    const { store } = this.#tools;
    const current = store.get(referenceTo(pod));
    if (current === undefined || current.metadata.uid !== pod.metadata.uid) return;
    const reports = (field: 'containers' | 'initContainers'): ReadonlyMap<string, ContainerReport> =>
      new Map(namesOf(pod, field).map((name) => [name, backingOff(current, run.containers.get(name)!)]));
    const report: PodReport = { startTime: run.startTime, podIp: run.podIp, init: reports('initContainers'), main: reports('containers') };
    const status = podStatus(current, report, store.now());
    if (!sameJson(status, current['status'])) store.updateStatus({ ...current, status }, { manager: 'kubelet' });
  }
}

/** A container that ended and will be started again waits in CrashLoopBackOff. */
function backingOff(pod: StoredObject, { report }: ContainerRun): ContainerReport {
  const { state } = report;
  if (state.kind !== 'ended' || state.exitCode === 0 || (textAt(pod, 'spec', 'restartPolicy') ?? 'Always') === 'Never') return report;
  return { ...report, last: state, state: { kind: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' } };
}

async function endAll(run: PodRun): Promise<void> {
  await Promise.all([...run.containers.values()].map(async ({ process }) => await process?.stop()));
}

function* containersOf(pod: StoredObject): Generator<readonly ['containers' | 'initContainers', JsonObject]> {
  for (const field of ['initContainers', 'containers'] as const) {
    for (const container of listAt(pod, 'spec', field)) yield [field, objectAt({ container }, 'container')];
  }
}

/** An init container that the next ones wait for to end; a sidecar they only wait for to start (Kubernetes docs, "Init Containers", "Sidecar Containers"). */
function isOrdinaryInit(container: JsonObject, field: 'containers' | 'initContainers'): boolean {
  return field === 'initContainers' && textAt(container, 'restartPolicy') !== 'Always';
}

/** World milliseconds that a container takes to its end, when it is only an object: as long as it sleeps by its own command. */
function timeOf(container: JsonObject, otherwise: number): number {
  const [command, seconds] = [...listAt(container, 'command'), ...listAt(container, 'args')].map(String);
  const slept = command === 'sleep' ? Number(seconds) * 1000 : Number.NaN;
  return Number.isNaN(slept) ? otherwise : slept;
}

/** Every container of its own has ended and none is started again, or none is ever started. */
function isDone(pod: StoredObject, run: PodRun): boolean {
  const policy = textAt(pod, 'spec', 'restartPolicy') ?? 'Always';
  const failed = namesOf(pod, 'initContainers').some((name) => {
    const state = run.containers.get(name)?.report.state;
    return policy === 'Never' && !isSidecar(pod, name) && state?.kind === 'ended' && state.exitCode !== 0;
  });
  return failed || namesOf(pod, 'containers').every((name) => {
    const state = run.containers.get(name)?.report.state;
    return state?.kind === 'ended' && (policy === 'Never' || (policy === 'OnFailure' && state.exitCode === 0));
  });
}

function namesOf(pod: StoredObject, field: 'containers' | 'initContainers'): readonly string[] {
  return listAt(pod, 'spec', field).map((container) => textAt(container, 'name') ?? '');
}

function placementProblem(pod: StoredObject): string | undefined {
  const labels: Readonly<Record<string, string>> = { 'kubernetes.io/hostname': nodeName, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
  const fits = Object.entries(objectAt(pod, 'spec', 'nodeSelector')).every(([key, value]) => labels[key] === value);
  return fits ? undefined : "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
}
