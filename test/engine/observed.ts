/** Hand-made observations: what `observe` would answer, without a world. */
import { defineAccess } from '../../src/access/define-access.ts';
import type { AccessDocument, AccessDocumentSpec } from '../../src/access/document.ts';
import type { AccessKeyMetadata, IamUser, ParameterMetadata, SecretMetadata } from '../../src/aws/types.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { footprint } from '../../src/engine/footprint.ts';
import { observe } from '../../src/engine/observe.ts';
import type { Footprint, Observation, RunContext } from '../../src/engine/types.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import type { PolicyDocument } from '../../src/policy/types.ts';
import type { Readings } from '../../src/resources/readings.ts';
import { storedParameter } from '../../src/resources/stores/parameter-store.ts';
import { storedSecret } from '../../src/resources/stores/secrets-manager.ts';
import type { ParameterPlace } from '../../src/resources/stores/store.ts';

export const account = '123456789012';
export const clusterId = '0b9cc5a1-6b0f-4d2c-8d0a-5a3c9f1e2d77';
export const now = new Date('2026-11-24T09:00:00Z');
export const owner = { cluster: clusterId, namespace: 'openhands', name: 'openhands' };
export const ownerTags = { 'bedrock-access/cluster': clusterId, 'bedrock-access/namespace': 'openhands', 'bedrock-access/name': 'openhands' };
export const ownerLabels = { 'bedrock-access.dev/namespace': 'openhands', 'bedrock-access.dev/name': 'openhands' };

export function declared(spec: Partial<AccessDocumentSpec> = {}, metadata: AccessDocument['metadata'] = { name: 'openhands', namespace: 'openhands' }): ReturnType<typeof defineAccess> {
  return defineAccess({
    metadata,
    spec: {
      account,
      region: 'us-west-2',
      models: [{ id: 'us.anthropic.claude-sonnet-4-6', role: 'default' }],
      workloads: [{ kind: 'Deployment', name: 'openhands', client: 'openhands' }],
      credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' }, layout: 'pair' } },
      ...spec,
    },
  });
}

export function footprintOf(access = declared()): Footprint {
  return footprint(access, { catalog: loadCatalog(), clusterId, now });
}

/** A world as data: what each reading answers. */
export interface World {
  users: IamUser[];
  keys: Record<string, AccessKeyMetadata[]>;
  usedKeys: string[];
  policies: { arn: string; document: PolicyDocument; tags: Record<string, string> }[];
  attached: Record<string, string[]>;
  parameters: (ParameterMetadata & { region: string; tags: Record<string, string> })[];
  secrets: (SecretMetadata & { region: string })[];
  objects: KubernetesObject[];
  served: Record<string, string[]>;
  caller: string;
}

/** A cluster with External Secrets, the store, the namespace and the workload; an empty account. */
export function emptyWorld(): World {
  return {
    users: [],
    keys: {},
    usedKeys: [],
    policies: [],
    attached: {},
    parameters: [],
    secrets: [],
    objects: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'openhands' } },
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ClusterSecretStore',
        metadata: { name: 'parameterstore' },
        spec: { provider: { aws: { service: 'ParameterStore', region: 'ap-northeast-1' } } },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      },
      workload(),
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ClusterSecretStore',
        metadata: { name: 'secretsmanager' },
        spec: { provider: { aws: { service: 'SecretsManager', region: 'ap-northeast-1' } } },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      },
    ],
    served: { ExternalSecret: ['v1'], ClusterSecretStore: ['v1'], SecretStore: ['v1'] },
    caller: account,
  };
}

export function workload(extra: { metadata?: Record<string, unknown>; env?: unknown[]; containers?: unknown[]; annotations?: Record<string, string> } = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'openhands', namespace: 'openhands', generation: 1, ...extra.metadata },
    spec: {
      template: {
        metadata: { annotations: extra.annotations ?? {} },
        spec: { containers: extra.containers ?? [{ name: 'openhands', image: 'openhands', env: extra.env ?? [] }] },
      },
    },
  };
}

export function user(name: string, tags: Record<string, string>, more: Partial<IamUser> = {}): IamUser {
  return { name, path: '/service/', arn: `arn:aws:iam::${account}:user/service/${name}`, id: `AIDA${name}`, tags, createdAt: now, ...more };
}

export function parameter(name: string, tags: Record<string, string>, more: Partial<ParameterMetadata> = {}): World['parameters'][number] {
  return { region: 'ap-northeast-1', name, type: 'SecureString', version: 1, lastModified: now, tags, ...more };
}

export function readingsOf(world: World): Readings {
  const matches = (tags: Readonly<Record<string, string>>, wanted: Record<string, string>): boolean => Object.entries(wanted).every(([key, value]) => tags[key] === value);
  const labels = (selector: string | undefined): Record<string, string> =>
    Object.fromEntries((selector ?? '').split(',').filter((term) => term.includes('=')).map((term) => term.split('=') as [string, string]));
  const policy = (arn: string): World['policies'][number] | undefined => world.policies.find((candidate) => candidate.arn === arn);
  const parameterAt = ({ service, region, name }: ParameterPlace): World['parameters'][number] | undefined =>
    world.parameters.find((candidate) => service === 'ParameterStore' && candidate.region === region && candidate.name === name);
  const secretAt = ({ service, region, name }: ParameterPlace): World['secrets'][number] | undefined =>
    world.secrets.find((candidate) => service === 'SecretsManager' && candidate.region === region && candidate.name === name);
  return {
    callerIdentity: async () => ({ account: world.caller, arn: `arn:aws:iam::${world.caller}:user/admin`, userId: 'AIDAADMIN' }),
    user: async (name) => world.users.find((candidate) => candidate.name === name),
    accessKeys: async (name) => world.keys[name] ?? [],
    apiKeys: () => Promise.resolve([]),
    accessKeyUse: async (id) => (world.usedKeys.includes(id) ? { at: new Date(0) } : {}),
    attachedPolicies: async (name) => world.attached[name] ?? [],
    policy: async (arn) => {
      const found = policy(arn);
      return found === undefined ? undefined : { arn, name: arn.split('/').at(-1) ?? '', path: '/service/', defaultVersionId: 'v1', attachmentCount: 1, tags: found.tags };
    },
    roleWithPolicies: () => Promise.resolve(undefined),
    policyDocument: async (arn) => policy(arn)?.document,
    parameter: async (place) => {
      const [found, secret] = [parameterAt(place), secretAt(place)];
      return secret !== undefined ? storedSecret(secret) : found === undefined ? undefined : storedParameter(found);
    },
    parameterTags: async (place) => (parameterAt(place) ?? secretAt(place))?.tags,
    ownedParameters: async ({ service, region }, { cluster, namespace, name }) =>
      (service === 'ParameterStore' ? world.parameters.map((each) => ({ each, as: storedParameter(each) })) : world.secrets.map((each) => ({ each, as: storedSecret(each) })))
        .filter(({ each }) => each.region === region && matches(each.tags, { 'bedrock-access/cluster': cluster, 'bedrock-access/namespace': namespace, 'bedrock-access/name': name }))
        .map(({ as }) => as),
    accountSummary: async () => ({ Users: world.users.length, UsersQuota: 5000 }),
    usersWithTags: async () => world.users,
    role: async () => undefined,
    rolePolicies: async () => [],
    rolesWithTags: async () => [],
    applicationProfiles: async () => [],
    profileTags: async () => undefined,
    oidcProvider: async () => undefined,
    eksCluster: async () => undefined,
    eksAddonStatus: async () => undefined,
    podIdentityAssociation: async () => undefined,
    podIdentityAssociations: async () => [],
    trustAnchor: async () => undefined,
    rolesAnywhereProfiles: async () => [],
    rolesAnywhereTags: async () => undefined,
    object: async (target) =>
      world.objects.find(({ apiVersion, kind, metadata }) => apiVersion === target.apiVersion && kind === target.kind && metadata.namespace === target.namespace && metadata.name === target.name),
    objects: async (apiVersion, kind, { namespace, labelSelector }) =>
      world.objects.filter(
        (object) =>
          object.apiVersion === apiVersion && object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace) && matches({ ...object.metadata.labels }, labels(labelSelector)),
      ),
    servedVersions: async (_group, kind) => world.served[kind] ?? [],
  };
}

/** `observe` takes all it looks at from the readings; of the context it needs clock, catalog and cluster only. */
export function observed(world: World, of: Footprint = footprintOf()): Promise<Observation> {
  const context = { clock: { now: () => now, sleep: () => Promise.resolve() }, catalog: loadCatalog(), clusterId } as unknown as RunContext;
  return observe(of, context, readingsOf(world));
}
