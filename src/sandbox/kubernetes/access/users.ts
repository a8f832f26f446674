import type { TLSSocket } from 'node:tls';
import { objectAt, textAt } from '../object.ts';
import type { TokenSigner } from './tokens.ts';

/** Who calls, as authentication found. */
export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const anonymous: User = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Static tokens, client certificates, ServiceAccount tokens, else anonymous; a token that nobody knows is refused. */
export interface Authenticator {
  /** `undefined`: the credentials are wrong (401). */
  authenticate(socket: TLSSocket, authorization: string | undefined): User | undefined;
  ofToken(token: string): User | undefined;
  addToken(token: string, user: User): void;
}

export function createAuthenticator(signer: TokenSigner): Authenticator {
  const tokens = new Map<string, User>();
  const ofToken = (token: string): User | undefined => tokens.get(token) ?? serviceAccountUser(signer, token);
  return {
    ofToken,
    addToken: (token, user) => void tokens.set(token, user),
    authenticate(socket, authorization) {
      const token = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
      if (token !== undefined) return ofToken(token.trim());
      return socket.authorized ? certificateUser(socket) : anonymous;
    },
  };
}

function certificateUser(socket: TLSSocket): User {
  const subject = socket.getPeerCertificate().subject;
  if (subject?.CN === undefined) return anonymous;
  const groups: unknown = subject.O;
  const listed = Array.isArray(groups) ? groups.map(String) : typeof groups === 'string' ? [groups] : [];
  return { username: String(subject.CN), groups: [...listed, 'system:authenticated'] };
}

function serviceAccountUser(signer: TokenSigner, token: string): User | undefined {
  let claims;
  try {
    claims = signer.verified(token);
  } catch {
    return undefined;
  }
  if (claims === undefined) return undefined;
  const place = objectAt(claims, 'kubernetes.io');
  const [namespace, name, uid] = [textAt(place, 'namespace'), textAt(place, 'serviceaccount', 'name'), textAt(place, 'serviceaccount', 'uid')];
  if (namespace === undefined || name === undefined) return undefined;
  const id = textAt(claims, 'jti');
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    ...(uid === undefined ? {} : { uid }),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    ...(id === undefined ? {} : { extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${id}`] } }),
  };
}
