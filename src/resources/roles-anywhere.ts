/** What pods need to call as a role for a certificate (IAM Roles Anywhere): which role, which certificate, and who asks for the sessions. */
import { cut } from '../access/defaults.ts';
import { sessionSeconds } from '../access/duration.ts';
import type { Access, RolesAnywhereCredentials } from '../access/types.ts';
import { parseArn } from '../bedrock/arn.ts';
import type { Partition } from '../bedrock/types.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { reference, type Field } from './kind.ts';
import { roleOf, type PodRole } from './pod-role.ts';
import type { PodSidecar } from './pod-sidecars.ts';
import { volumePrefix, type PodVolume } from './pod-volumes.ts';

export interface RolesAnywhere {
  readonly roleArn: string;
  /** Of trust anchor and profile: they must be of one region (`aws_signing_helper` compares them). */
  readonly region: string;
  readonly trustAnchorId: string;
  readonly declared: RolesAnywhereCredentials;
  /** Subject of the certificate, which the role trusts: `openhands.openhands`, namespace first. */
  readonly commonName: string;
  /** Of the Certificate and of its Secret. */
  readonly certificate: string;
  /** A ResourceName takes letters, digits, blanks, `-` and `_` (API model). */
  readonly profile: string;
  readonly sessionSeconds: number;
}

/** Of the Certificate and of its Secret. */
export function certificateName(access: string): string {
  return `bedrock-${access}-certificate`;
}

/** Of the ConfigMap that carries the profile's ARN to pods whose manifests git holds, and its key. */
export function profileConfigMap(access: string): string {
  return `bedrock-${access}-profile`;
}
export const profileKey = 'arn';
const profileVariable = 'ROLES_ANYWHERE_PROFILE_ARN';

/** Does git hold the manifests, so that no value in them can name the profile? */
export function profileCarried({ spec }: Access): boolean {
  return spec.credentials.rolesAnywhere !== undefined && spec.managedBy.cluster === 'manifests';
}

const certificateVolume = `${volumePrefix}certificate`;
const certificateFolder = '/var/run/secrets/bedrock-access.dev/certificate';
const helper = '/usr/local/bin/aws_signing_helper';

/** RFC 5280, ub-common-name. It becomes the session's source identity, which takes no `/`. */
const commonNameLimit = 64;

/** Undefined in another mode. */
export function rolesAnywhereOf(access: Access, partition: Partition): RolesAnywhere | undefined {
  const { metadata, spec } = access;
  const declared = spec.credentials.rolesAnywhere;
  const role = roleOf(access, partition);
  if (declared === undefined || role === undefined) return undefined;
  const anchor = parseArn(declared.trustAnchor);
  return {
    roleArn: role.arn,
    region: anchor?.region ?? spec.region,
    trustAnchorId: anchor?.resource.split('/')[1] ?? '',
    declared,
    commonName: cut(`${metadata.namespace}.${metadata.name}`, commonNameLimit),
    certificate: certificateName(metadata.name),
    profile: `bedrock-${metadata.namespace}-${metadata.name.replaceAll('.', '-')}`,
    sessionSeconds: sessionSeconds(declared.sessionDuration),
  };
}

/**
 * AWS's own helper beside the workload's containers: it serves sessions on the pod's loopback as instance metadata does,
 * which every AWS SDK asks by itself, so that the workload's image needs neither the helper nor a C library for it, and its
 * containers never see the private key. It reads the certificate anew for every session, renewed ones too
 * (aws/rolesanywhere-credential-helper: README, "Docker Image" and `serve`; file_system_signer.go).
 */
export function podRoleOfRolesAnywhere(access: Access, partition: Partition): PodRole | undefined {
  const identity = rolesAnywhereOf(access, partition);
  const role = roleOf(access, partition);
  if (identity === undefined || role === undefined) return undefined;
  return {
    ...role,
    trust: trustPolicy(identity),
    trusts: [],
    pods: {
      volumes: [],
      sidecars: profileCarried(access) ? sidecarsOfGit(identity, access) : [sidecarOf(identity)],
      variables: [{ name: 'AWS_EC2_METADATA_SERVICE_ENDPOINT', value: `http://127.0.0.1:${helperPort}/` }],
      hiddenBy: ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_EC2_METADATA_DISABLED'],
      ready: [reference('certificate', 'certificate', 'name'), ...(profileCarried(access) ? [reference('roles-anywhere-config-map', 'profile', 'name')] : [])],
    },
  };
}

/** A container of the pod starts only when a session was got once: a client that finds none at its first call may give up. */
function sidecarOf(identity: RolesAnywhere): PodSidecar {
  const arguments_ = helperArguments(identity, reference('roles-anywhere-profile', 'profile', 'arn'));
  return { name: `${volumePrefix}credentials`, image: identity.declared.image, args: ['serve', ...arguments_], first: [helper, 'credential-process', ...arguments_], volumes: [certificateMount(identity)] };
}

/**
 * Kubernetes expands a variable in `args` and not in a `postStart` command, and the helper's image has no shell: the session
 * that has to be got first is got by an init container after the sidecar. `credential-process` would write it into the log;
 * `update --once` writes it into a file, which it opens as it is (rolesanywhere-credential-helper, update.go).
 */
function sidecarsOfGit(identity: RolesAnywhere, { metadata }: Access): readonly PodSidecar[] {
  const arguments_ = helperArguments(identity, `$(${profileVariable})`);
  const env = [{ name: profileVariable, valueFrom: { configMapKeyRef: { name: profileConfigMap(metadata.name), key: profileKey } } }];
  const each = { image: identity.declared.image, first: [], volumes: [certificateMount(identity)] };
  return [
    { ...each, name: `${volumePrefix}credentials`, args: ['serve', ...arguments_], env },
    { ...each, name: `${volumePrefix}first-session`, args: ['update', '--once', ...arguments_], env: [...env, { name: 'AWS_SHARED_CREDENTIALS_FILE', value: '/dev/null' }], ends: true },
  ];
}

function certificateMount({ certificate }: RolesAnywhere): PodVolume {
  return { name: certificateVolume, mountPath: certificateFolder, source: { secret: { secretName: certificate } } };
}

/** Its default (`--port`). */
const helperPort = 9911;

function helperArguments({ roleArn, region, declared, sessionSeconds }: RolesAnywhere, profile: Field): readonly Field[] {
  return [
    '--certificate',
    `${certificateFolder}/tls.crt`,
    '--private-key',
    `${certificateFolder}/tls.key`,
    '--trust-anchor-arn',
    declared.trustAnchor,
    '--profile-arn',
    profile,
    '--role-arn',
    roleArn,
    '--region',
    region,
    '--session-duration',
    String(sessionSeconds),
  ];
}

/**
 * Who may assume the role: the service, for a certificate of this name, of this trust anchor. Without the name every
 * certificate of the authority would do; without the trust anchor, those of every authority that the account trusts (user
 * guide, "Trust model", which also says why each of the three actions is needed).
 */
export function trustPolicy({ commonName, declared }: RolesAnywhere): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Certificate',
        Effect: 'Allow',
        Principal: { Service: 'rolesanywhere.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
        Condition: { StringEquals: { 'aws:PrincipalTag/x509Subject/CN': commonName }, ArnEquals: { 'aws:SourceArn': declared.trustAnchor } },
      },
    ],
  };
}
