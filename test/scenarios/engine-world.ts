/** The seed's world: an empty account, a cluster with External Secrets, the store and the workload; and a program run in it. */
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { defineAccess } from '../../src/access/define-access.ts';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import { openAws } from '../../src/aws/open.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import type { Clock } from '../../src/clock.ts';
import { clusterIdOf } from '../../src/engine/index.ts';
import type { RunContext, RunEvent } from '../../src/engine/types.ts';
import { openKubernetes } from '../../src/kubernetes/open.ts';
import type { Kubernetes, KubernetesObject } from '../../src/kubernetes/types.ts';
import type { SandboxClock } from '../../src/sandbox/clock.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { AuditEntry, FaultPlan, Sandbox, SandboxOptions, WorldClock } from '../../src/sandbox/types.ts';
import { seededRandom } from '../../src/sandbox/world.ts';
import { UsedPermissions } from './used-permissions.ts';

export const namespace = 'openhands';
export const access = { namespace, name: 'openhands' };

/** What a scenario plays in: the sandbox, or a real control plane with the real External Secrets Operator (`test/conformance/product`). */
export interface ScenarioWorld {
  /** The administrator's view of the cluster. */
  readonly kubernetes: Kubernetes;
  /** Of the calls that runs make. */
  readonly faults: FaultPlan;
  /** The calls that were made, in order; `Get`, `List` of others than runs may be among them. */
  readonly audit: readonly Pick<AuditEntry, 'action' | 'verdict' | 'status' | 'code' | 'run'>[];
  /** For runs that wait for minutes: on real parts they pass in seconds. */
  readonly patientClock: Clock;
  /** A new run of the program, with an id of its own. */
  run(changes?: Partial<RunContext>): Promise<RunContext>;
  /** What exists in AWS without secrets and times, to be compared; `{}` for an empty account. */
  inAws(): Promise<unknown>;
  /** What exists in AWS and in the cluster, without what controllers make and unmake by themselves. */
  left(): Promise<unknown>;
  /** Controllers come to rest; a Lease that nobody renews is older by that much. */
  advance(milliseconds: number): Promise<void>;
  /** Somebody else's work, again and again while the world goes on. */
  every(milliseconds: number, work: () => Promise<void>): void;
  /** In the sandbox: what its runs may call. `stop` fails where they called anything else. */
  readonly used?: UsedPermissions;
  stop(): Promise<void>;
}

export interface EngineWorld extends ScenarioWorld {
  readonly sandbox: Sandbox;
  readonly used: UsedPermissions;
}

/** A story of the product that holds in every world. */
export interface Scenario {
  readonly name: string;
  /** What is in the cluster at its start. Default: store and workload. */
  readonly objects?: readonly KubernetesObject[];
  readonly play: (world: ScenarioWorld) => Promise<void>;
}

/** The sandbox's own generator: retries and jitter are the same each time. */
export const seeded = seededRandom;

let runs = 0;

let madeKey: string | undefined;
/** One for all worlds of a process: making it takes longer than most of what is told in them. */
const serviceAccountKey = (): string => (madeKey ??= generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey);

/**
 * @param options.verifyFromCluster what `permissions --from-cluster` prints may be called too
 * @param options.judged false where runs play Terraform too, which has permissions of its own
 */
export async function startEngineWorld(options: SandboxOptions & { readonly objects?: readonly KubernetesObject[]; readonly verifyFromCluster?: boolean; readonly judged?: boolean } = {}): Promise<EngineWorld> {
  const { objects = [store(), deployment()], verifyFromCluster = false, judged = true, ...sandboxOptions } = options;
  const sandbox = await startSandbox({ ticking: false, now: new Date('2026-11-24T09:00:00Z'), serviceAccountKey: serviceAccountKey(), ...sandboxOptions });
  const open = async (userAgent: string, random: () => number): Promise<Kubernetes> =>
    openKubernetes({ environment: sandbox.environment, clock: sandbox.productClock, random, userAgent });
  const kubernetes = await open('test-administrator', seeded(1));
  for (const object of [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...objects]) await kubernetes.create(object);
  // The operator looks at the store, the controllers bring the pods up.
  await sandbox.clock.advance(5000);
  const used = new UsedPermissions({ verifyFromCluster });
  const world: EngineWorld = {
    sandbox,
    used,
    kubernetes,
    faults: sandbox.faults,
    audit: sandbox.audit,
    patientClock: sandbox.productClock,
    inAws: () => Promise.resolve(sandbox.aws.snapshot()),
    left: () => Promise.resolve(left(world)),
    advance: (milliseconds) => sandbox.clock.advance(milliseconds),
    every(milliseconds, work) {
      const { clock } = sandbox;
      if (!hasTimers(clock)) throw new TypeError('the world has no timers');
      clock.every(milliseconds, work);
    },
    async run(changes = {}) {
      runs += 1;
      const random = seeded(runs);
      const userAgent = `bedrock-access/0.1.0 run/r${runs}`;
      const opened = await open(userAgent, random);
      const clusterId = changes.clusterId ?? (await clusterIdOf(opened));
      const own = used.opened(`r${runs}`, changes.adoptFromCluster === undefined ? clusterId : undefined, opened);
      return {
        aws: openAws({ region: 'us-west-2', environment: sandbox.environment, clock: sandbox.productClock, random, userAgent }),
        kubernetes: own,
        catalog: loadCatalog(),
        clock: sandbox.productClock,
        random,
        signal: new AbortController().signal,
        programVersion: '0.1.0',
        clusterId,
        ...changes,
      };
    },
    async stop() {
      await sandbox.stop();
      if (judged) used.assertDeclared(sandbox.audit);
    },
  };
  return world;
}

function hasTimers(clock: WorldClock): clock is SandboxClock {
  return 'every' in clock;
}

/** In a sandbox of its own. */
export async function inSandbox<Result>(play: (world: EngineWorld) => Promise<Result>, options: Parameters<typeof startEngineWorld>[0] = {}): Promise<Result> {
  const world = await startEngineWorld(options);
  try {
    return await play(world);
  } finally {
    await world.stop();
  }
}

export function playInSandbox(scenarios: readonly Scenario[]): void {
  for (const { name, objects, play } of scenarios) test(name, () => inSandbox(play, objects === undefined ? {} : { objects }));
}

export function store(): KubernetesObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name: 'parameterstore' },
    spec: { provider: { aws: { service: 'ParameterStore', region: 'ap-northeast-1' } } },
  };
}

export function deployment(name = 'openhands', container: Readonly<Record<string, unknown>> = {}, pod: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: 'example.invalid/openhands:1', env: [{ name: 'LOG_LEVEL', value: 'info' }], ...container }], ...pod },
      },
    },
  };
}

export function serviceAccount(name = 'openhands'): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } };
}

export function declared(spec: Partial<AccessDocumentSpec> = {}, name = 'openhands'): Access {
  return defineAccess({
    metadata: { name, namespace },
    spec: {
      account: '123456789012',
      region: 'us-west-2',
      models: [{ id: 'us.anthropic.claude-sonnet-4-6', role: 'default' }],
      workloads: [{ kind: 'Deployment', name: 'openhands', client: 'openhands' }],
      credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' }, layout: 'pair' } },
      ...spec,
    },
  });
}

export async function events(run: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const event of run) all.push(event);
  return all;
}

export function summaryOf(said: readonly RunEvent[]): Extract<RunEvent, { type: 'summary' }> {
  const last = said.at(-1);
  if (last?.type !== 'summary') throw new Error(`the run ends with ${JSON.stringify(last)}`);
  return last;
}

/** Steps of the plan that change something, as a person reads them. */
export function changes(said: readonly RunEvent[]): string[] {
  const planned = said.find((event) => event.type === 'planned');
  return planned?.type === 'planned' ? planned.plan.steps.filter(({ action }) => action !== 'none').map(({ action, kind, name }) => `${action} ${kind} ${name}`) : [];
}

export const failures = (said: readonly RunEvent[]): string[] => said.flatMap((event) => (event.type === 'step-failed' ? [`${event.step}: ${event.finding.message}; ${event.finding.cause}`] : []));

/** As if nobody knew the earlier plans of an access any more. */
export async function forgetRevisions({ kubernetes }: Pick<ScenarioWorld, 'kubernetes'>): Promise<void> {
  const revisions = (await kubernetes.list('apps/v1', 'ControllerRevision', { namespace })).filter(({ metadata }) => metadata.labels?.['bedrock-access.dev/name'] !== undefined);
  if (revisions.length === 0) throw new Error('there is no revision to be forgotten');
  for (const { metadata } of revisions) await kubernetes.remove({ apiVersion: 'apps/v1', kind: 'ControllerRevision', namespace, name: metadata.name ?? '' });
}

/** What is there of AWS and of the cluster, without what controllers make and unmake by themselves. */
export function left({ sandbox }: EngineWorld): unknown {
  const objects = Object.entries(sandbox.kubernetes.snapshot()).filter(([name]) => !/^(Pod|ReplicaSet|Event|EndpointSlice|Endpoints)\b/.test(name));
  return { aws: sandbox.aws.snapshot(), kubernetes: Object.fromEntries(objects.map(([name, object]) => [name, JSON.parse(JSON.stringify(object, withoutOwnPace))])) };
}

function withoutOwnPace(field: string, value: unknown): unknown {
  return ['status', 'generation', 'deployment.kubernetes.io/revision', 'managedFields', 'resourceVersion'].includes(field) ? undefined : value;
}
