/**
 * What pods need to call with sessions that somebody renews for them: which role, who renews, and how the session reaches the client.
 * For a cluster whose token issuer AWS cannot reach and that has no certificate authority for its pods.
 */
import { cut } from '../access/defaults.ts';
import { sessionSeconds } from '../access/duration.ts';
import type { Access, SessionCredentials, Workload } from '../access/types.ts';
import type { Partition } from '../bedrock/types.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { reference } from './kind.ts';
import { credentialFields } from './parameter-names.ts';
import { roleOf, type PodParts, type PodRole } from './pod-role.ts';
import { volumePrefix } from './pod-volumes.ts';

export interface RenewedSession {
  readonly roleArn: string;
  readonly declared: SessionCredentials;
  readonly namespace: string;
  /** Of the Secret. */
  readonly secret: string;
  /** As CloudTrail shows it. */
  readonly sessionName: string;
  readonly seconds: number;
  /** Where Bedrock is called: a short-term API key is for one region. */
  readonly region: string;
  /** Restarted for each short-term API key; none in another delivery. */
  readonly restarts: readonly Workload[];
  /** git keeps those workloads: the program puts one annotation on their pod templates, and nothing else. */
  readonly byOthers: boolean;
}

/** Keys of the Secret. */
export const sessionKeys = { document: 'credentials.json', token: 'token' } as const;

/**
 * Seconds until a changed Secret shows in a pod: the kubelet's sync period and the delay of its cache, a minute each
 * (Kubernetes docs, "Secrets", mounted Secrets are updated automatically).
 */
export const kubeletSeconds = 120;

const folder = '/var/run/secrets/bedrock-access.dev/session';
const documentFile = `${folder}/${sessionKeys.document}`;

/** Of a RoleSessionName (STS API reference, AssumeRole). */
const sessionNameLimit = 64;

/** Undefined in another mode. */
export function sessionOf(access: Access, partition: Partition): RenewedSession | undefined {
  const { metadata, spec } = access;
  const declared = spec.credentials.session;
  const role = roleOf(access, partition);
  if (declared === undefined || role === undefined) return undefined;
  return {
    roleArn: role.arn,
    declared,
    namespace: metadata.namespace,
    secret: sessionSecretNames(metadata.name)[declared.delivery === 'api-key' ? 'apiKey' : 'session'],
    sessionName: cut(`bedrock-access-${metadata.namespace}-${metadata.name}`, sessionNameLimit),
    seconds: sessionSeconds(declared.sessionDuration),
    region: spec.region,
    restarts: declared.delivery === 'api-key' ? spec.workloads : [],
    byOthers: spec.managedBy.cluster === 'manifests',
  };
}

/** A session and a short-term API key lie side by side while an access is on its way from the one to the other. */
export function sessionSecretNames(access: string): Readonly<Record<'session' | 'apiKey', string>> {
  return { session: `bedrock-${access}-session`, apiKey: `bedrock-${access}-short-term-key` };
}

/** A session is renewed when no more than this is left of it: half of it, so that a renewal may fail for a while. */
export function renewedWithin(seconds: number): number {
  return seconds / 2;
}

/** A role whose session lies in a file that is renewed; the client reads it by a command, or asks a sidecar for it. */
export function podRoleOfSession(access: Access, partition: Partition): PodRole | undefined {
  const session = sessionOf(access, partition);
  const role = roleOf(access, partition);
  if (session === undefined || role === undefined) return undefined;
  return {
    ...role,
    ...(session.seconds > 3600 ? { sessionSeconds: session.seconds } : {}),
    trust: sessionTrust(session),
    trusts: [],
    pods: {
      ...deliveredBy(session, access),
      ready: [reference('session-secret', 'session', 'name')],
    },
  };
}

/**
 * Who renews the sessions, and nobody else: neither the account, in which every administrator could hand the right on, nor
 * the pods (IAM user guide, "AWS JSON policy elements: Principal").
 */
function sessionTrust({ declared }: RenewedSession): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Sid: 'Renewer', Effect: 'Allow', Principal: { AWS: declared.renewer }, Action: 'sts:AssumeRole' }] };
}

function deliveredBy(session: RenewedSession, access: Access): Omit<PodParts, 'ready'> {
  switch (session.declared.delivery) {
    case 'sidecar':
      return fromSidecar(session);
    case 'credential-process':
      return fromFile(session, access);
    case 'api-key':
      return asApiKey(session);
  }
}

/** Clients take a bearer token before every other credential, so that nothing hides it. */
function asApiKey({ secret }: RenewedSession): Omit<PodParts, 'ready'> {
  return {
    volumes: [],
    variables: [{ name: credentialFields.apiKey, from: 'apiKey' }],
    token: { secretName: secret, secret: reference('session-secret', 'session', 'name'), id: reference('session-secret', 'session', 'accessKeyId') },
  };
}

const configFolder = '/var/run/secrets/bedrock-access.dev/aws';

/**
 * The SDK runs the command for each session, and again before that ends (AWS SDKs and tools reference guide, "Process credential
 * provider"). The image of the workload needs `cat`.
 */
function fromFile({ secret }: RenewedSession, { spec }: Access): Omit<PodParts, 'ready'> {
  return {
    volumes: [
      { name: `${volumePrefix}session`, mountPath: folder, source: { secret: { secretName: secret, items: [{ key: sessionKeys.document, path: sessionKeys.document }] } } },
      { name: `${volumePrefix}aws-config`, mountPath: configFolder, source: { configMap: { name: spec.names.environment, items: [{ key: 'aws-config', path: 'config' }] } } },
    ],
    files: { 'aws-config': `[default]\ncredential_process = cat ${documentFile}\n` },
    variables: [
      { name: 'AWS_CONFIG_FILE', value: `${configFolder}/config` },
      // SDKs of earlier major versions read no config file without it (SDKs and tools reference guide, "Shared config and credentials files").
      { name: 'AWS_SDK_LOAD_CONFIG', value: '1' },
    ],
    hiddenBy: ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_PROFILE'],
  };
}

/** Above those that IAM Roles Anywhere's helper and EKS's agent listen on. */
export const sessionPort = 9912;

/** The program in its image (`deploy/Dockerfile`), which a container's postStart hook calls by its whole name. */
const program = ['/nodejs/bin/node', '/app/dist/cli/main.js'];

/** The containers of the workload see the address and a token for it, and never the file. */
function fromSidecar({ secret, declared }: RenewedSession): Omit<PodParts, 'ready'> {
  const tokenFolder = `${folder}-token`;
  return {
    volumes: [{ name: `${volumePrefix}session-token`, mountPath: tokenFolder, source: { secret: { secretName: secret, items: [{ key: sessionKeys.token, path: sessionKeys.token }] } } }],
    sidecars: [
      {
        name: `${volumePrefix}session`,
        image: declared.image ?? '',
        args: ['session', 'serve', '--port', String(sessionPort), '--session-file', documentFile, '--token-file', `${folder}/${sessionKeys.token}`],
        // The workload's own containers start when it answers.
        first: [...program, 'session', 'await', '--port', String(sessionPort)],
        volumes: [{ name: `${volumePrefix}session`, mountPath: folder, source: { secret: { secretName: secret } } }],
      },
    ],
    variables: [
      { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: `http://127.0.0.1:${sessionPort}/credentials` },
      { name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', value: `${tokenFolder}/${sessionKeys.token}` },
    ],
    hiddenBy: ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_PROFILE'],
  };
}

/** Every Secret from which containers of the access take variables, in whichever mode. */
export function secretsOf({ metadata, spec }: Access): readonly string[] {
  return [spec.names.secret, sessionSecretNames(metadata.name).apiKey];
}
