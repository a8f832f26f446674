/** The seed's world in one mode of credentials, and what a test of the way to another asks of it. */
import assert from 'node:assert/strict';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import type { Access, CredentialMode } from '../../src/access/types.ts';
import { migrateAccess } from '../../src/credentials/index.ts';
import type { MigrateOptions } from '../../src/credentials/migration/migrate.ts';
import { applyAccess, planAccess } from '../../src/engine/index.ts';
import type { RunContext, RunEvent } from '../../src/engine/types.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { access, declared, deployment, events, serviceAccount, startEngineWorld, store, type EngineWorld } from './engine-world.ts';
import { administrator, eks, issuer } from './keyless-world.ts';
import { done } from './outcomes.ts';

const secretStore = { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' } as const;

/** Every mode that is built, as a declaration has it. */
const modes = {
  accessKey: () => ({ accessKey: { secretStore } }),
  webIdentity: () => ({ webIdentity: { issuer, serviceAccount: 'openhands' } }),
  podIdentity: () => ({ podIdentity: { ...eks, serviceAccount: 'openhands' } }),
  rolesAnywhere: (trustAnchor) => ({ rolesAnywhere: { trustAnchor, issuer: { name: 'platform' } } }),
  apiKey: () => ({ apiKey: { secretStore } }),
  session: () => ({ session: { delivery: 'credential-process', renewer: administrator } }),
} as const satisfies Partial<Record<CredentialMode, (trustAnchor: string) => AccessDocumentSpec['credentials']>>;

/** A key pair and an API key side by side lie in two parameters and two Secrets. */
const ofApiKey = { parameter: 'bedrock-openhands-api-key', secret: 'bedrock-api-key' };

export type BuiltMode = keyof typeof modes;
export const builtModes = ['accessKey', 'webIdentity', 'podIdentity', 'rolesAnywhere', 'apiKey', 'session'] as const satisfies readonly BuiltMode[];
export type Way = readonly [BuiltMode, BuiltMode];

/** From every mode to every other. */
export const ways: readonly Way[] = builtModes.flatMap((from) => builtModes.filter((to) => to !== from).map((to) => [from, to] as const));

/** Between a key and a role. */
export const mainWays: readonly Way[] = [['accessKey', 'webIdentity'], ['webIdentity', 'accessKey']];

export function inMode(mode: BuiltMode, spec: Partial<AccessDocumentSpec> = {}, trustAnchor = ''): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }], credentials: modes[mode](trustAnchor), ...(mode === 'apiKey' ? { names: ofApiKey } : {}), ...spec });
}

export interface MigrationWorld extends EngineWorld {
  /** The access in that mode, as this world can have it. */
  readonly in: (mode: BuiltMode, spec?: Partial<AccessDocumentSpec>) => Access;
}

/** Pods that run as the ServiceAccount that the modes with a role declare. */
export function workload(replicas = 1, serviceAccountName = 'openhands'): KubernetesObject {
  const object = deployment('openhands', {}, { serviceAccountName });
  return { ...object, spec: { ...Object(object['spec']), replicas } };
}

/** Sessions that somebody renews end by the wall clock, so that such a world's is set by it. */
export function clockOf(way: readonly BuiltMode[]): { readonly now?: Date } {
  return way.includes('session') ? { now: new Date() } : {};
}

/** Short, so that one run comes to the end. */
export const times = { silence: 30_000, grace: 30_000 };

export async function inMigration(from: BuiltMode, tell: (world: MigrationWorld) => Promise<void>, { spec, ...options }: Parameters<typeof startEngineWorld>[0] & { readonly spec?: Partial<AccessDocumentSpec> } = {}): Promise<void> {
  const started = await startEngineWorld({ issuer, eks, certManager: true, objects: [store(), serviceAccount(), workload()], ...options });
  const world: MigrationWorld = { ...started, in: (mode, spec = {}) => inMode(mode, spec, started.sandbox.trustAnchor) };
  try {
    await done(applyAccess(world.in(from, spec), await world.run({ restartNow: true })));
    // A key of the same second as the parameter could have been named by an earlier version of it.
    await world.sandbox.clock.advance(60_000);
    await tell(world);
  } finally {
    await world.stop();
  }
}

export async function migrate(world: EngineWorld, options: MigrateOptions = {}, changes: Partial<RunContext> = {}): Promise<RunEvent[]> {
  if (options.to !== undefined) world.used.inPlay([options.to]);
  return events(migrateAccess(access, await world.run(changes), options));
}

/** The declaration has nothing to do, the removal of what earlier revisions name among it. */
export async function settledIn(mode: BuiltMode, world: MigrationWorld): Promise<void> {
  await world.sandbox.clock.advance(60_000);
  const { plan } = await planAccess(world.in(mode), await world.run());
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
  assert.deepEqual(plan.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id), []);
}

/** The same, and AWS and the namespace hold what they would if the access had never been in another mode. */
export async function onlyEver(mode: BuiltMode, world: MigrationWorld): Promise<void> {
  await settledIn(mode, world);
  assert.deepEqual(await reached(world), await onlyIn(mode));
}

/** What there is in AWS of an access that never was in another mode: by sort and name. */
async function onlyIn(mode: BuiltMode): Promise<unknown> {
  let there: unknown;
  await inMigration(mode, async (world) => {
    there = await reached(world);
  }, clockOf([mode]));
  return there;
}

/** Sorts and names of what is in AWS, and of the objects in the namespace that are not the controllers' own. */
function reached({ sandbox }: EngineWorld): Promise<unknown> {
  const inAws = Object.entries(sandbox.aws.snapshot()).map(([sort, things]) => `${sort}: ${Object.keys(Object(things)).sort().join(' ')}`);
  const objects = Object.keys(sandbox.kubernetes.snapshot()).filter((name) => !/reloader|^(Pod|ReplicaSet|Event|EndpointSlice|Endpoints|ControllerRevision|Lease)\b/.test(name));
  return Promise.resolve([...inAws.sort(), ...objects.sort()]);
}
