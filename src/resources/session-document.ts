/** A session as it lies in the Secret, and what its annotations tell without it. */
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { AwsCredentials, AwsSession } from '../aws/types.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { Secret } from '../secret.ts';
import { annotationKeys } from './annotations.ts';
import { textAt } from './json.ts';
import { credentialFields } from './parameter-names.ts';
import { sessionKeys } from './session.ts';

/** A session, with the short-term API key that was signed with it: then the key alone is handed over. */
export interface HeldSession extends AwsSession {
  readonly apiKey?: Secret;
}

/** What is written into the Secret: the session, and the token for a sidecar, which stays the same. */
export function sessionContent(session: HeldSession, roleArn: string, observed?: KubernetesObject): { readonly data: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> } {
  const token = textAt(observed, 'data', sessionKeys.token) ?? Buffer.from(randomBytes(32).toString('base64url')).toString('base64');
  const { apiKey } = session;
  return {
    data: apiKey !== undefined ? { [credentialFields.apiKey]: Buffer.from(apiKey.reveal('handover')).toString('base64') } : { [sessionKeys.document]: Buffer.from(documentText(session)).toString('base64'), [sessionKeys.token]: token },
    annotations: {
      [annotationKeys.accessKeyId]: session.accessKeyId,
      [annotationKeys.sessionEnds]: session.expiresAt.toISOString(),
      [annotationKeys.sessionRole]: roleArn,
    },
  };
}

/** What a credential process prints (AWS SDKs and tools reference guide, "Process credential provider"): Version is the number 1. */
function documentText({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: AwsSession): string {
  const fields = Secret.json({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken, Expiration: expiresAt.toISOString() });
  return `{"Version":1,${fields.reveal('handover').slice(1)}`;
}

/** When the session ends that the Secret holds; undefined where it holds none. */
export function sessionEnds(secret: KubernetesObject): Date | undefined {
  const text = secret.metadata.annotations?.[annotationKeys.sessionEnds];
  const at = new Date(text ?? '');
  return Number.isNaN(at.getTime()) || !(holdsApiKey(secret) || textAt(secret, 'data', sessionKeys.document) !== undefined) ? undefined : at;
}

/** Changes with each; the pods are restarted for it. */
export function tokenId(secret: KubernetesObject | undefined): string | undefined {
  return secret?.metadata.annotations?.[annotationKeys.accessKeyId];
}

/** Is it a short-term API key that the Secret holds, and no session? */
export function holdsApiKey(secret: KubernetesObject): boolean {
  return textAt(secret, 'data', credentialFields.apiKey) !== undefined;
}

/** The short-term API key, and the id of the session that it was signed with. */
export function heldApiKey(secret: KubernetesObject): { readonly accessKeyId: string; readonly token: Secret } | undefined {
  const encoded = textAt(secret, 'data', credentialFields.apiKey);
  const accessKeyId = secret.metadata.annotations?.[annotationKeys.accessKeyId];
  return encoded === undefined || accessKeyId === undefined ? undefined : { accessKeyId, token: new Secret(Buffer.from(encoded, 'base64').toString('utf8')) };
}

/** The session itself, to call with it as a pod does. */
export function heldSession(secret: KubernetesObject): AwsCredentials | undefined {
  const encoded = textAt(secret, 'data', sessionKeys.document);
  const accessKeyId = secret.metadata.annotations?.[annotationKeys.accessKeyId];
  const document = encoded === undefined ? undefined : new Secret(Buffer.from(encoded, 'base64').toString('utf8'));
  const [secretAccessKey, sessionToken] = [document?.field('SecretAccessKey'), document?.field('SessionToken')];
  return accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined ? undefined : { accessKeyId, secretAccessKey, sessionToken };
}
