/** The world of the engine's scenarios made of real parts: a real control plane, the real External Secrets Operator, and some AWS. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openAws } from '../../../src/aws/open.ts';
import type { Aws } from '../../../src/aws/types.ts';
import { systemClock, type Clock } from '../../../src/clock.ts';
import { openKubernetes } from '../../../src/kubernetes/open.ts';
import { KubernetesCallError } from '../../../src/kubernetes/call-error.ts';
import type { Kubernetes, KubernetesObject, ObjectReference } from '../../../src/kubernetes/types.ts';
import { at, textAt } from '../../../src/resources/json.ts';
import { startExternalSecretsOperator } from '../../control-plane/external-secrets-operator.ts';
import { startProxiedRuns, type AwsConnection } from '../../control-plane/proxied-runs.ts';
import type { RunFolder } from '../../control-plane/run-folder.ts';
import { deployment, namespace, seeded, store, type ScenarioWorld } from '../../scenarios/engine-world.ts';
import { realParts } from '../parts.ts';
import { emptyAccount, inAccount } from './account.ts';

export interface RealWorld extends ScenarioWorld {
  /** Empties account and namespace and puts these objects there; the world is as new. */
  begin(objects?: readonly KubernetesObject[]): Promise<void>;
}

/** What a scenario may make or leave; in the order in which it is best removed. */
const kinds = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'apps/v1', kind: 'ControllerRevision' },
  { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
];
const stores = { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore' };
/** Made again by the control plane itself (root-ca-cert-publisher). */
const ofTheClusterItself = (object: KubernetesObject): boolean => object.kind === 'ConfigMap' && object.metadata.name === 'kube-root-ca.crt';

export async function startRealWorld(folder: RunFolder, aws: AwsConnection): Promise<RealWorld> {
  const parts = realParts();
  const runs = await startProxiedRuns({ aws, kubernetes: parts.kubernetes, clock: eager });
  await startExternalSecretsOperator(
    folder,
    { ...parts.kubernetes, startedIn: 0 },
    { awsEndpoint: runs.awsForOthers, region: 'ap-northeast-1', accessKeyId: aws.accessKeyId, secretAccessKey: aws.secretAccessKey },
    (line) => void process.stderr.write(`${line}\n`),
  );
  const random = seeded(1);
  const kubernetes = await openKubernetes({ environment: { KUBECONFIG: parts.kubernetes.kubeconfigFile }, clock: systemClock, random, userAgent: 'test-administrator' });
  const account: Aws = openAws({
    region: 'us-west-2',
    environment: { AWS_ENDPOINT_URL: aws.endpoint, AWS_ACCESS_KEY_ID: aws.accessKeyId, AWS_SECRET_ACCESS_KEY: aws.secretAccessKey },
    clock: systemClock,
    random,
  });
  const timers: NodeJS.Timeout[] = [];

  const objects = async (): Promise<readonly KubernetesObject[]> => {
    const found = await Promise.all(kinds.map(({ apiVersion, kind }) => kubernetes.list(apiVersion, kind, { namespace })));
    return found.flat().filter((object) => !ofTheClusterItself(object));
  };

  /** Nothing is being deleted, rolled out or still to be synced. */
  const rests = async (): Promise<boolean> => {
    const [all, pods, own] = await Promise.all([objects(), kubernetes.list('v1', 'Pod', { namespace }), kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })]);
    if (own?.metadata.deletionTimestamp !== undefined) return false;
    if ([...all, ...pods].some(({ metadata }) => metadata.deletionTimestamp !== undefined)) return false;
    return all.every((object) => {
      if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return true;
      const status = at(object, 'status');
      const wanted = at(object, 'spec', 'replicas');
      if (at(object, 'spec', 'template', 'spec', 'nodeSelector', 'no') !== undefined) return true;
      return at(status, 'observedGeneration') === object.metadata.generation && at(status, 'updatedReplicas') === wanted && at(status, 'readyReplicas') === wanted && (at(status, 'replicas') ?? 0) === wanted;
    });
  };
  const settle = async (): Promise<void> => {
    for (let count = 0, quiet = 0; count < 300 && quiet < 2; count += 1) {
      quiet = (await rests()) ? quiet + 1 : 0;
      await sleep(60);
    }
  };

  async function age(milliseconds: number): Promise<void> {
    for (const lease of await kubernetes.list('coordination.k8s.io/v1', 'Lease', { namespace })) {
      const renewed = Date.parse(textAt(lease, 'spec', 'renewTime') ?? '');
      if (Number.isNaN(renewed)) continue;
      const renewTime = new Date(renewed - milliseconds).toISOString().replace('Z', '000Z');
      await kubernetes.patch({ apiVersion: lease.apiVersion, kind: 'Lease', namespace, name: lease.metadata.name ?? '' }, { type: 'merge', body: { spec: { renewTime } } });
    }
  }

  const remove = async (reference: ObjectReference): Promise<void> => {
    // The garbage collector may have been quicker.
    await kubernetes.remove(reference).catch((error: unknown) => {
      if (!(error instanceof KubernetesCallError) || error.kind !== 'not-found') throw error;
    });
  };

  async function clear(): Promise<void> {
    const found = [...(await objects()), ...(await kubernetes.list(stores.apiVersion, stores.kind))];
    await Promise.all(found.map(({ apiVersion, kind, metadata }) => remove({ apiVersion, kind, name: metadata.name ?? '', ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) })));
    for (let count = 0; count < 300; count += 1) {
      const [pods, others] = await Promise.all([kubernetes.list('v1', 'Pod', { namespace }), objects()]);
      if (pods.length === 0 && others.length === 0) return;
      // Controllers make some things anew until their own owner is gone.
      await Promise.all(others.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ apiVersion, kind, metadata }) => remove({ apiVersion, kind, namespace, name: metadata.name ?? '' })));
      await sleep(60);
    }
    throw new Error(`what does not go: ${(await objects()).map(({ kind, metadata }) => `${kind} ${metadata.name ?? ''}`).join(', ')}`);
  }

  async function makeNamespace(): Promise<void> {
    for (let count = 0; count < 300; count += 1) {
      const found = await kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      if (found === undefined) {
        await kubernetes.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
        return;
      }
      if (found.metadata.deletionTimestamp === undefined) return;
      await sleep(100);
    }
  }

  return {
    kubernetes,
    faults: runs.faults,
    audit: runs.audit,
    patientClock: hurried(60),
    run: runs.run,
    inAws: () => inAccount(account),
    async left() {
      const found = await objects();
      const named = found.map((object) => [`${object.kind} ${object.metadata.name ?? ''}`, JSON.parse(JSON.stringify(object, withoutOwnPace))] as const);
      return { aws: await inAccount(account), kubernetes: Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1))) };
    },
    async advance(milliseconds) {
      await age(milliseconds);
      // What goes on by itself gets some of its turns.
      if (timers.length > 0) await sleep(1000);
      await settle();
    },
    every(_milliseconds, work) {
      let running = false;
      const turn = (): void => {
        if (running) return;
        running = true;
        // A turn that fails is tried again at the next, as such tools do.
        void work().catch(() => undefined).finally(() => (running = false));
      };
      timers.push(setInterval(turn, 200));
    },
    async begin(begun = [store(), deployment()]) {
      for (const timer of timers.splice(0)) clearInterval(timer);
      runs.forget();
      await makeNamespace();
      await clear();
      await emptyAccount(account);
      for (const object of begun) await kubernetes.create(object);
      await settle();
      for (let count = 0; count < 200 && !(await storesAreReady(kubernetes)); count += 1) await sleep(50);
    },
    async stop() {
      for (const timer of timers.splice(0)) clearInterval(timer);
      runs.forget();
      await makeNamespace();
      await clear();
      await emptyAccount(account);
      await runs.stop();
    },
  };
}

async function storesAreReady(kubernetes: Kubernetes): Promise<boolean> {
  const found = await kubernetes.list(stores.apiVersion, stores.kind);
  return found.every((object) => JSON.stringify(object['status'] ?? '').includes('store validated'));
}

/** Real time, with short pauses between looks: nothing here is slow, and nobody else is to be spared. */
const eager: Clock = { now: systemClock.now, sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / 5, signal) };

/** Minutes pass in seconds, for runs that wait for what never comes. */
function hurried(times: number): Clock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    async sleep(milliseconds, signal) {
      await systemClock.sleep(milliseconds / times, signal);
      ahead += milliseconds - milliseconds / times;
    },
  };
}

function withoutOwnPace(field: string, value: unknown): unknown {
  return ['status', 'generation', 'deployment.kubernetes.io/revision', 'managedFields', 'resourceVersion', 'uid', 'creationTimestamp'].includes(field) ? undefined : value;
}
