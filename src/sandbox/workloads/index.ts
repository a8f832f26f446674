/** The controllers of kube-controller-manager, the scheduler and the kubelet that a workload meets, on the sandbox's objects. */
import type { StoredObject } from '../kubernetes/object.ts';
import { isStatus } from '../kubernetes/status-error.ts';
import type { ObjectStore, StoreEvent } from '../kubernetes/store.ts';
import type { Part, World } from '../world.ts';
import { objectsOnly } from './container-runtime.ts';
import { keyOf, referenceOf, referenceTo, type Controller, type ControllerTools } from './controller.ts';
import { cronJobController } from './cron-job.ts';
import { daemonSetController } from './daemon-set.ts';
import { deploymentController } from './deployment.ts';
import { EventRecorder } from './event-recorder.ts';
import { jobController } from './job.ts';
import { Kubelet } from './kubelet.ts';
import { node } from './node.ts';
import { controllerOf } from './ownership.ts';
import { replicaSetController } from './replica-set.ts';
import { statefulSetController } from './stateful-set.ts';
import { kubernetesBackOff, WorkQueue } from './work-queue.ts';

const controllers: readonly Controller[] = [
  deploymentController,
  replicaSetController,
  statefulSetController,
  daemonSetController,
  jobController,
  cronJobController,
];

/** The version that the node reports; the API server of the sandbox says the same. */
const kubernetesVersion = 'v1.35.4';

/** World milliseconds; the kubelet's sync period. */
const syncPeriod = 60_000;

/** Kubernetes must have been started. */
export async function startWorkloads(world: World): Promise<Part> {
  const { store, clock, random } = world;
  if (store === undefined) throw new Error('workloads need the Kubernetes part to be started first');
  const queues = new Map<string, WorkQueue>();
  const tools = (component: string): ControllerTools => ({ store, clock, random, events: new EventRecorder(store, component), manager: 'kube-controller-manager' });

  for (const controller of controllers) {
    const its = tools(controller.component);
    queues.set(
      controller.kind,
      new WorkQueue(clock, kubernetesBackOff, (key) => {
        const object = store.get(referenceOf(key));
        return object === undefined ? undefined : controller.reconcile(object, its);
      }),
    );
  }

  const runtime =
    world.options.workloads === 'processes'
      ? (await import('./container-process.ts')).processRuntime({ directory: world.directory, endpoint: () => world.awsEndpoint, during: (work) => void clock.during(work) })
      : objectsOnly;
  const kubelet = new Kubelet({ ...tools('kubelet'), manager: 'kubelet' }, runtime, (pod) => queues.get('Pod')?.add(keyOf(referenceTo(pod))), world.tokenIssuer);
  queues.set(
    'Pod',
    new WorkQueue(clock, kubernetesBackOff, async (key) => {
      const pod = store.get(referenceOf(key));
      return pod === undefined ? undefined : await kubelet.reconcile(pod);
    }),
  );
  queues.set('Namespace', new WorkQueue(clock, kubernetesBackOff, (key) => giveServiceAccount(referenceOf(key).name, store)));

  const unsubscribe = store.subscribe((event) => {
    enqueue(event, queues, store);
    if (event.type === 'MODIFIED' && (event.object.kind === 'Secret' || event.object.kind === 'ConfigMap')) clock.after(syncPeriod, () => kubelet.refresh());
    if (event.object.kind === 'Pod' && event.type === 'DELETED') void clock.during(kubelet.forget(event.object));
  });
  for (const { object } of store.all()) enqueue({ object }, queues, store);
  registerNode(store);
  return {
    async stop() {
      unsubscribe();
      for (const queue of queues.values()) await queue.stop();
      await kubelet.stop();
    },
  };
}

/** The object itself, and its controlling owner. */
function enqueue({ object, previous }: Pick<StoreEvent, 'object' | 'previous'>, queues: ReadonlyMap<string, WorkQueue>, store: ObjectStore): void {
  if (isOurs(object)) queues.get(object.kind)?.add(keyOf(referenceTo(object)));
  for (const each of previous === undefined ? [object] : [object, previous]) {
    const owner = controllerOf(each);
    if (owner === undefined) continue;
    const controller = controllers.find((one) => one.kind === owner.kind && one.apiVersion === owner.apiVersion && one.owns.includes(object.kind));
    if (controller !== undefined) queues.get(owner.kind)?.add(keyOf({ apiVersion: owner.apiVersion, kind: owner.kind, namespace: object.metadata.namespace, name: owner.name }));
  }
  // A pod without an owner may be an orphan that a selector wants; its possible owners look.
  if (object.kind === 'Pod' && controllerOf(object) === undefined) {
    for (const { apiVersion, kind } of controllers.filter(({ owns }) => owns.includes('Pod'))) {
      for (const owner of store.list(apiVersion, kind, { namespace: object.metadata.namespace })) queues.get(kind)?.add(keyOf(referenceTo(owner)));
    }
  }
}

function isOurs(object: StoredObject): boolean {
  return ['apps/v1', 'batch/v1', 'v1'].includes(object.apiVersion);
}

/** Every namespace has the service account `default` (pkg/controller/serviceaccount). */
function giveServiceAccount(namespace: string, store: ObjectStore): undefined {
  const found = store.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
  if (store.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' }) !== undefined) return undefined;
  try {
    store.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }, { manager: 'kube-controller-manager' });
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error;
  }
  return undefined;
}

function registerNode(store: ObjectStore): void {
  const { node: itself, status } = node(kubernetesVersion, store.now());
  const created = store.create(itself, { manager: 'kubelet' });
  store.updateStatus({ ...created, status }, { manager: 'kubelet' });
}
