/** What pods need to call as a role for a certificate (IAM Roles Anywhere): which role, which certificate, and who asks for the sessions. */
import { cut } from '../access/defaults.ts';
import { sessionSeconds } from '../access/duration.ts';
import type { Access, RolesAnywhereCredentials } from '../access/types.ts';
import { parseArn } from '../bedrock/arn.ts';
import type { Partition } from '../bedrock/types.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { reference, type Field } from './kind.ts';
import { roleOf, type PodRole } from './pod-role.ts';
import { volumePrefix } from './pod-volumes.ts';

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
    certificate: `bedrock-${metadata.name}-certificate`,
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
  const arguments_ = helperArguments(identity);
  return {
    ...role,
    trust: trustPolicy(identity),
    trusts: [],
    pods: {
      volumes: [],
      sidecars: [
        {
          name: `${volumePrefix}credentials`,
          image: identity.declared.image,
          args: ['serve', ...arguments_],
          // A container of the pod starts only when a session was got once: a client that finds none at its first call may give up.
          first: [helper, 'credential-process', ...arguments_],
          volumes: [{ name: certificateVolume, mountPath: certificateFolder, source: { secret: { secretName: identity.certificate } } }],
        },
      ],
      variables: [{ name: 'AWS_EC2_METADATA_SERVICE_ENDPOINT', value: `http://127.0.0.1:${helperPort}/` }],
      hiddenBy: ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_EC2_METADATA_DISABLED'],
      ready: [reference('certificate', 'certificate', 'name')],
    },
  };
}

/** Its default (`--port`). */
const helperPort = 9911;

function helperArguments({ roleArn, region, declared, sessionSeconds }: RolesAnywhere): readonly Field[] {
  return [
    '--certificate',
    `${certificateFolder}/tls.crt`,
    '--private-key',
    `${certificateFolder}/tls.key`,
    '--trust-anchor-arn',
    declared.trustAnchor,
    '--profile-arn',
    reference('roles-anywhere-profile', 'profile', 'arn'),
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
