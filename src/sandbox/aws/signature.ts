import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { WireRequest } from './wire.ts';

/** What a SigV4 `Authorization` header says. */
export interface Authorization {
  readonly accessKeyId: string;
  /** `20261124` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** `none`: not signed at all; `incomplete`: which parts are missing. */
export type ReadAuthorization = { readonly kind: 'none' } | { readonly kind: 'incomplete'; readonly missing: readonly string[] } | ({ readonly kind: 'signed' } & Authorization);

/** AWS General Reference, "Create a signed AWS API request". */
export function readAuthorization(request: WireRequest): ReadAuthorization {
  const header = request.headers['authorization'];
  if (header === undefined || !header.startsWith('AWS4-HMAC-SHA256')) return { kind: 'none' };
  const part = (name: string): string | undefined => new RegExp(`${name}=([^,\\s]+)`).exec(header)?.[1];
  const [credential, signedHeaders, signature] = [part('Credential'), part('SignedHeaders'), part('Signature')];
  const missing = [
    ...(credential === undefined ? ['Credential'] : []),
    ...(signature === undefined ? ['Signature'] : []),
    ...(signedHeaders === undefined ? ['SignedHeaders'] : []),
    ...(request.headers['x-amz-date'] === undefined && request.headers['date'] === undefined ? ['X-Amz-Date'] : []),
  ];
  const [accessKeyId, date, region, service, terminator] = (credential ?? '').split('/');
  if (missing.length > 0 || signature === undefined || signedHeaders === undefined) return { kind: 'incomplete', missing };
  if (accessKeyId === undefined || date === undefined || region === undefined || service === undefined || terminator !== 'aws4_request') {
    return { kind: 'incomplete', missing: ['Credential'] };
  }
  return { kind: 'signed', accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature };
}

/** Signs the request again with the secret that the caller should hold, and compares. Over HTTP/2 `host` is what `:authority` said. */
export async function signatureMatches(request: WireRequest, authorization: Authorization, secretAccessKey: string): Promise<boolean> {
  const signer = new SignatureV4({
    service: authorization.service,
    region: authorization.region,
    credentials: { accessKeyId: authorization.accessKeyId, secretAccessKey },
    sha256: Sha256,
    applyChecksum: false,
  });
  const headers: Record<string, string> = {};
  for (const name of authorization.signedHeaders) {
    const value = request.headers[name === ':authority' ? 'host' : name];
    if (value !== undefined) headers[name] = value;
  }
  const claimedHash = request.headers['x-amz-content-sha256'];
  if (claimedHash !== undefined && claimedHash !== 'UNSIGNED-PAYLOAD') {
    const hash = new Sha256();
    hash.update(request.body);
    if (Buffer.from(await hash.digest()).toString('hex') !== claimedHash) return false;
    headers['x-amz-content-sha256'] = claimedHash;
  }
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(request.query.keys())) {
    const values = request.query.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  const signingDate = signingTime(request);
  if (signingDate === undefined) return false;
  const signed = await signer.sign(new HttpRequest({ method: request.method, path: request.path, query, headers, body: request.body }), {
    signingDate,
    signableHeaders: new Set(authorization.signedHeaders),
    // A header that was sent but not signed is none of the signature's.
    unsignableHeaders: new Set(Object.keys(headers).filter((name) => !authorization.signedHeaders.includes(name))),
  });
  return signed.headers['authorization']?.endsWith(`Signature=${authorization.signature}`) === true;
}

/** When the request says that it was signed; undefined when that is no date. */
export function signingTime(request: WireRequest): Date | undefined {
  const stamp = request.headers['x-amz-date'];
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp ?? '');
  const time = basic === null ? Date.parse(stamp ?? request.headers['date'] ?? '') : Date.parse(`${basic[1]}-${basic[2]}-${basic[3]}T${basic[4]}:${basic[5]}:${basic[6]}Z`);
  return Number.isNaN(time) ? undefined : new Date(time);
}
