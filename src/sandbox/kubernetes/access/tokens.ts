import { Buffer } from 'node:buffer';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import { isObject, type JsonObject, numberAt, type StoredObject, textAt } from '../object.ts';

/** Signs and checks ServiceAccount tokens. */
export interface TokenSigner {
  readonly issuer: string;
  /** RS256, as a real API server signs with an RSA key. Times are wall time, since real clients read them. */
  issue(claims: JsonObject): string;
  /** The claims of a token of ours that is still good. */
  verified(token: string): JsonObject | undefined;
  /** `/openid/v1/jwks` */
  keySet(): JsonObject;
  /** `/.well-known/openid-configuration` */
  discovery(): JsonObject;
}

/** `issuer` is what the tokens say (`--service-account-issuer`), `server` where the API server itself serves its keys. */
export function createTokenSigner(issuer: string, server: string, signingKey?: string): TokenSigner {
  let pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | undefined = signingKey === undefined ? undefined : { publicKey: createPublicKey(signingKey), privateKey: createPrivateKey(signingKey) };
  // Making an RSA key takes a tenth of a second: only where a token is asked for.
  const keys = (): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } => (pair ??= generateKeyPairSync('rsa', { modulusLength: 2048 }));
  // kube-apiserver: the key id is the hash of the public key (pkg/serviceaccount/jwt.go).
  const keyId = (): string => createHash('sha256').update(keys().publicKey.export({ type: 'spki', format: 'der' })).digest('base64url');
  return {
    issuer,
    issue(claims) {
      const content = `${encoded({ alg: 'RS256', kid: keyId() })}.${encoded({ ...claims, iss: issuer })}`;
      return `${content}.${sign('RSA-SHA256', Buffer.from(content), keys().privateKey).toString('base64url')}`;
    },
    verified(token) {
      const [header, body, signature] = token.split('.');
      if (header === undefined || body === undefined || signature === undefined || pair === undefined) return undefined;
      if (!verify('RSA-SHA256', Buffer.from(`${header}.${body}`), keys().publicKey, Buffer.from(signature, 'base64url'))) return undefined;
      const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
      const now = Date.now() / 1000;
      if (!isObject(claims) || textAt(claims, 'iss') !== issuer || (numberAt(claims, 'exp') ?? 0) < now || (numberAt(claims, 'nbf') ?? 0) > now + 60) return undefined;
      return claims;
    },
    keySet() {
      const { n, e } = createPublicKey(keys().publicKey.export({ type: 'spki', format: 'pem' })).export({ format: 'jwk' });
      return { keys: [{ use: 'sig', kty: 'RSA', kid: keyId(), alg: 'RS256', n, e }] };
    },
    discovery() {
      return {
        issuer,
        jwks_uri: `${server}/openid/v1/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      };
    },
  };
}

/** A token of a ServiceAccount, with the claims that a real API server writes (pkg/serviceaccount/claims.go). Times are wall time. */
export function accountToken(
  signer: TokenSigner,
  account: StoredObject,
  { audience, seconds, bound }: { readonly audience: readonly string[]; readonly seconds: number; readonly bound: object },
): { readonly token: string; readonly expiresAt: number } {
  const now = Math.floor(Date.now() / 1000);
  const { namespace = '', name, uid } = account.metadata;
  const token = signer.issue({
    aud: audience,
    exp: now + seconds,
    iat: now,
    jti: randomUUID(),
    'kubernetes.io': { namespace, ...bound, serviceaccount: { name, uid } },
    nbf: now,
    sub: `system:serviceaccount:${namespace}:${name}`,
  });
  return { token, expiresAt: now + seconds };
}

function encoded(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
