/** What pods need to call as a role: which role, whose token, and where it lies. */
import type { Access, WebIdentityCredentials } from '../access/types.ts';
import type { Partition } from '../bedrock/types.ts';
import type { PolicyDocument } from '../policy/types.ts';

/** Name of the projected volume that the program puts into a workload. */
export const tokenVolume = 'bedrock-access-token';
const tokenFolder = '/var/run/secrets/bedrock-access.dev/serviceaccount';
export const tokenMount = { name: tokenVolume, mountPath: tokenFolder, readOnly: true } as const;
export const tokenFile = `${tokenFolder}/token`;

/** The kubelet renews it at 80 % of this time (Kubernetes docs, "Projected Volumes"); SDKs read the file anew for every session. */
const tokenSeconds = 3600;

export interface PodIdentity {
  readonly roleName: string;
  readonly roleArn: string;
  readonly providerArn: string;
  readonly declared: WebIdentityCredentials;
  /** `system:serviceaccount:openhands:openhands` */
  readonly subject: string;
}

/** Undefined where the access has a key instead. */
export function podIdentityOf({ metadata, spec }: Access, partition: Partition): PodIdentity | undefined {
  const declared = spec.credentials.webIdentity;
  if (declared === undefined) return undefined;
  const iam = `arn:${partition}:iam::${spec.account}`;
  return {
    roleName: declared.role,
    roleArn: `${iam}:role${spec.names.path}${declared.role}`,
    providerArn: `${iam}:oidc-provider/${hostOf(declared.issuer)}`,
    declared,
    subject: `system:serviceaccount:${metadata.namespace}:${declared.serviceAccount}`,
  };
}

/**
 * Who may assume the role: a token of this issuer, for this audience, of exactly this ServiceAccount. Without the subject
 * every pod of the cluster could; without the audience a token made for another service would do (IAM user guide,
 * "Create a role for OpenID Connect federation").
 */
export function trustPolicy({ providerArn, declared, subject }: PodIdentity): PolicyDocument {
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

/** The volume of a pod template: a token of the pod's own ServiceAccount, renewed by the kubelet. */
export function projectedToken(audience: string): Readonly<Record<string, unknown>> {
  return { name: tokenVolume, projected: { sources: [{ serviceAccountToken: { audience, expirationSeconds: tokenSeconds, path: 'token' } }] } };
}

function hostOf(issuer: string): string {
  return issuer.replace(/^https:\/\//, '');
}
