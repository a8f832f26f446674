/** From a declaration to an {@link Access}: every default filled in, every name decided. */
import { createHash } from 'node:crypto';
import { clientProfile } from './clients/index.ts';
import { sessionSeconds } from './duration.ts';
import { modelRoles } from './rules/models.ts';
import type { DeclaredAccess } from './schema/index.ts';
import type { Access, Credentials, Names, CredentialJob } from './types.ts';

/** The names that an access gets unless it says otherwise; for `openhands`, those of the original request. */
export function defaultNames(name: string): Names {
  return {
    user: cut(`bedrock-${name}-user`, iamUserLimit),
    path: '/service/',
    policy: `bedrock-${name}-policy`,
    profile: profileStem(`bedrock-${name}`),
    parameter: `bedrock-${name}-credentials`,
    accessKeyIdParameter: 'bedrock-access-key-id',
    secretAccessKeyParameter: 'bedrock-secret-access-key',
    secret: 'bedrock-credentials',
    environment: `bedrock-${name}-environment`,
  };
}

/**
 * Names that no other cluster, namespace or access has, for when the defaults are taken:
 * `bedrock-<cluster>-<namespace>-<name>-user`, cut with a hash at what the service allows.
 * `cluster` is any text that tells the cluster apart, such as its id.
 */
export function distinctNames(access: { readonly cluster: string; readonly namespace: string; readonly name: string }): Names {
  const cluster = access.cluster.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-');
  const stem = `bedrock-${cluster}-${access.namespace}-${access.name}`;
  return {
    user: cut(`${stem}-user`, iamUserLimit),
    path: '/service/',
    policy: cut(`${stem}-policy`, iamPolicyLimit),
    profile: profileStem(stem),
    parameter: cut(`${stem}-credentials`, 512),
    accessKeyIdParameter: cut(`${stem}-access-key-id`, 512),
    secretAccessKeyParameter: cut(`${stem}-secret-access-key`, 512),
    // Kubernetes names are apart by cluster and namespace already.
    secret: cut(`bedrock-${access.name}-credentials`, 253),
    environment: cut(`bedrock-${access.name}-environment`, 253),
  };
}

const iamUserLimit = 64;
const iamRoleLimit = 64;
const cronJobLimit = 52;
/** 64 for the whole name of an application inference profile, of which the half tells what it copies. */
const profileStemLimit = 32;
/** 128 less what `-2`, `-3` of further policies take. */
const iamPolicyLimit = 125;

/** Letters and digits with one hyphen between at most (Bedrock API reference, CreateInferenceProfile). */
function profileStem(name: string): string {
  return cut(name.replaceAll(/[^0-9A-Za-z]+/g, '-'), profileStemLimit);
}

/** The name itself where it fits; else its beginning, a hash of the whole and, where it is short, its last word. */
export function cut(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const word = name.slice(name.lastIndexOf('-'));
  const last = word.length <= limit / 3 ? word : '';
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 10);
  return `${name.slice(0, limit - last.length - hash.length - 1).replace(/-+$/, '')}-${hash}${last}`;
}

/** A declaration that passed schema and rules, as the rest of the program uses it. */
export function normalise(declared: DeclaredAccess, credentials: Credentials): Access {
  const { metadata, spec } = declared;
  const roles = modelRoles(spec.models);
  return {
    apiVersion: declared.apiVersion,
    kind: declared.kind,
    metadata: { name: metadata.name, namespace: metadata.namespace },
    spec: {
      account: spec.account,
      region: spec.region,
      models: spec.models.map((model, index) => ({ id: model.id, role: roles[index]!, applicationProfile: model.applicationProfile })),
      workloads: spec.workloads.map((workload) => present(workload)),
      credentials,
      discovery: spec.discovery ?? spec.workloads.some((workload) => clientProfile(workload.client).listsModels),
      ...present({ endpoint: spec.endpoint && present(spec.endpoint), permissionsBoundary: spec.permissionsBoundary, parameterKmsKeyId: spec.parameterKmsKeyId, budget: spec.budget, restartWindow: spec.restartWindow }),
      restart: spec.restart,
      names: { ...defaultNames(metadata.name), ...present(spec.names ?? {}) },
      suspend: spec.suspend,
      deletionPolicy: spec.deletionPolicy,
      managedBy: spec.managedBy ?? { iam: 'program', cluster: 'program' },
    },
  };
}

/** The one mode that is declared; undefined where its term lacks what it needs, which a rule reports. */
export function declaredMode({ metadata, spec }: DeclaredAccess): Credentials | undefined {
  const { accessKey, webIdentity, podIdentity, rolesAnywhere, apiKey, session } = spec.credentials;
  const role = (declared: { readonly role?: string | undefined }): string => declared.role ?? cut(`bedrock-${metadata.name}-role`, iamRoleLimit);
  if (accessKey !== undefined) return { accessKey: present({ ...accessKey, secretStore: present(accessKey.secretStore), rotation: accessKey.rotation && rotationOf(metadata.name, accessKey.rotation) }) };
  if (webIdentity !== undefined) return { webIdentity: { ...webIdentity, role: role(webIdentity) } };
  if (podIdentity !== undefined) return { podIdentity: { ...podIdentity, role: role(podIdentity) } };
  if (rolesAnywhere !== undefined) return { rolesAnywhere: present({ ...rolesAnywhere, role: role(rolesAnywhere) }) };
  if (apiKey !== undefined) {
    const { secretStore, renewer, sessionDuration, role: named, term, rotation, renewal, ...ages } = apiKey;
    // A short-term key is a session that is handed over as a bearer token.
    if (term === 'short') return renewer === undefined ? undefined : { session: present({ delivery: 'api-key', renewer, sessionDuration, role: role({ role: named }), renewal: renewal && renewalOf(metadata.name, renewal, sessionDuration) }) };
    return secretStore === undefined ? undefined : { apiKey: present({ ...ages, term, secretStore: present(secretStore), rotation: rotation && rotationOf(metadata.name, rotation) }) };
  }
  if (session !== undefined) return { session: present({ ...session, role: role(session), renewal: session.renewal && renewalOf(metadata.name, session.renewal, session.sessionDuration) }) };
  return undefined;
}

type DeclaredCredentials = DeclaredAccess['spec']['credentials'];

function rotationOf(access: string, { name, identity, ...rotation }: NonNullable<NonNullable<DeclaredCredentials['accessKey']>['rotation']>): CredentialJob {
  return { ...rotation, name: name ?? cut(`bedrock-${access}-rotation`, cronJobLimit), identity: present(identity) };
}

function renewalOf(access: string, { name, schedule, identity, image }: NonNullable<NonNullable<DeclaredCredentials['session']>['renewal']>, sessionDuration: string | undefined): CredentialJob {
  return { image, schedule: schedule ?? usualRenewal(sessionSeconds(sessionDuration)), name: name ?? cut(`bedrock-${access}-renewal`, cronJobLimit), identity: present(identity) };
}

/** So often that several runs may fail between the half of a session and its end. */
export function usualRenewal(seconds: number): string {
  return `*/${seconds < 1800 ? 2 : 5} * * * *`;
}

type Present<Shape> = { [Name in keyof Shape]: Exclude<Shape[Name], undefined> };

/** The object without its undefined fields, as `exactOptionalPropertyTypes` wants it. */
function present<Shape extends object>(value: Shape): Present<Shape> {
  const copy = { ...value };
  for (const name of Object.keys(copy)) if (Reflect.get(copy, name) === undefined) Reflect.deleteProperty(copy, name);
  if (!isPresent(copy)) throw new TypeError('an undefined field is left');
  return copy;
}

function isPresent<Shape extends object>(value: Shape): value is Shape & Present<Shape> {
  return Object.values(value).every((field) => field !== undefined);
}
