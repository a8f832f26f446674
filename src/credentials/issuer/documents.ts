/**
 * The two documents by which anybody verifies a cluster's ServiceAccount tokens: the discovery document and the key set
 * (OpenID Connect Discovery 1.0; Kubernetes docs, "Managing Service Accounts", service account issuer discovery).
 */
import type { Kubernetes } from '../../kubernetes/types.ts';

export interface IssuerDocuments {
  /** As the tokens say it: `https://oidc.example.com`. */
  readonly issuer: string;
  readonly discovery: Readonly<Record<string, unknown>>;
  /** All keys that the API server accepts: two while its signing key is being changed. */
  readonly keys: readonly IssuerKey[];
}

/** One public key of a JSON Web Key Set (RFC 7517). */
export interface IssuerKey {
  readonly kid: string;
  /** What makes it the key that it is: modulus and exponent, or curve and point. */
  readonly material: string;
  readonly published: Readonly<Record<string, unknown>>;
}

export const discoveryPath = '/.well-known/openid-configuration';
export const keySetPath = '/openid/v1/jwks';

/** Reads both from the live API server. Needs `system:service-account-issuer-discovery`, which every authenticated caller has in a default cluster. */
export async function liveIssuer(kubernetes: Pick<Kubernetes, 'document'>): Promise<IssuerDocuments> {
  const [discovery, keySet] = await Promise.all([kubernetes.document(discoveryPath), kubernetes.document(keySetPath)]);
  return { issuer: textOf(discovery['issuer']), discovery, keys: keysOf(keySet) };
}

/** The files to host as they are below the issuer's address. The API server's own `jwks_uri` names its inner address: it becomes the issuer's. */
export function hostedFiles({ issuer, discovery, keys }: IssuerDocuments): readonly { readonly path: string; readonly text: string }[] {
  const hosted = { ...discovery, jwks_uri: `${issuer.replace(/\/$/, '')}${keySetPath}` };
  return [
    { path: discoveryPath.slice(1), text: `${JSON.stringify(hosted, null, 2)}\n` },
    { path: keySetPath.slice(1), text: `${JSON.stringify({ keys: keys.map(({ published }) => published) }, null, 2)}\n` },
  ];
}

export function keysOf(keySet: Readonly<Record<string, unknown>>): readonly IssuerKey[] {
  const { keys } = keySet;
  return (Array.isArray(keys) ? keys : []).filter(isRecord).map((published) => ({
    kid: textOf(published['kid']),
    material: ['kty', 'n', 'e', 'crv', 'x', 'y'].map((member) => textOf(published[member])).join(' '),
    published,
  }));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
