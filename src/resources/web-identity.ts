/** What pods need to call as a role: which role, whose token, and where it lies. */
import type { Access, WebIdentityCredentials } from '../access/types.ts';
import type { Partition } from '../bedrock/types.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { reference } from './kind.ts';
import { roleOf, type PodRole } from './pod-role.ts';
import { volumePrefix } from './pod-volumes.ts';

const tokenVolume = `${volumePrefix}token`;
const tokenFolder = '/var/run/secrets/bedrock-access.dev/serviceaccount';
const tokenFile = `${tokenFolder}/token`;

/** The kubelet renews it at 80 % of this time (Kubernetes docs, "Projected Volumes"); SDKs read the file anew for every session. */
const tokenSeconds = 3600;

export interface WebIdentity {
  readonly roleArn: string;
  readonly providerArn: string;
  readonly declared: WebIdentityCredentials;
  /** `system:serviceaccount:openhands:openhands` */
  readonly subject: string;
}

/** Undefined in another mode. */
export function webIdentityOf(access: Access, partition: Partition): WebIdentity | undefined {
  const { metadata, spec } = access;
  const declared = spec.credentials.webIdentity;
  const role = roleOf(access, partition);
  if (declared === undefined || role === undefined) return undefined;
  return {
    roleArn: role.arn,
    providerArn: `arn:${partition}:iam::${spec.account}:oidc-provider/${hostOf(declared.issuer)}`,
    declared,
    subject: `system:serviceaccount:${metadata.namespace}:${declared.serviceAccount}`,
  };
}

/** A role whose session the SDK takes with the token that the kubelet keeps fresh in a file. */
export function podRoleOfWebIdentity(access: Access, partition: Partition): PodRole | undefined {
  const identity = webIdentityOf(access, partition);
  const role = roleOf(access, partition);
  if (identity === undefined || role === undefined) return undefined;
  return {
    ...role,
    trust: trustPolicy(identity),
    // A trust policy may name a provider that does not exist, and the role could not be assumed: the provider comes first.
    trusts: [reference('oidc-provider', 'provider', 'arn')],
    pods: {
      serviceAccount: identity.declared.serviceAccount,
      volumes: [{ name: tokenVolume, mountPath: tokenFolder, source: projectedToken(identity.declared.audience) }],
      variables: [
        { name: 'AWS_ROLE_ARN', value: role.arn },
        { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: tokenFile },
      ],
      ready: [],
    },
  };
}

/**
 * Who may assume the role: a token of this issuer, for this audience, of exactly this ServiceAccount. Without the subject
 * every pod of the cluster could; without the audience a token made for another service would do (IAM user guide,
 * "Create a role for OpenID Connect federation").
 */
export function trustPolicy({ providerArn, declared, subject }: WebIdentity): PolicyDocument {
  const host = hostOf(declared.issuer);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ServiceAccount',
        Effect: 'Allow',
        Principal: { Federated: providerArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${host}:aud`]: declared.audience, [`${host}:sub`]: subject } },
      },
    ],
  };
}

/** A token of the pod's own ServiceAccount, renewed by the kubelet. */
function projectedToken(audience: string): Readonly<Record<string, unknown>> {
  return { projected: { sources: [{ serviceAccountToken: { audience, expirationSeconds: tokenSeconds, path: 'token' } }] } };
}

function hostOf(issuer: string): string {
  return issuer.replace(/^https:\/\//, '');
}
