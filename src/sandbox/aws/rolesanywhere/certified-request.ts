/** Who signed a request of CreateSession: the certificate, its chain and the signature are really verified. */
import { Buffer } from 'node:buffer';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { AwsError } from '../error.ts';
import { signingTime } from '../signature.ts';
import type { WireRequest } from '../wire.ts';

/** Milliseconds; as of other signatures of REST services. */
const tolerance = 5 * 60_000;

/** The end-entity certificate with whose key the request was signed (IAM Roles Anywhere user guide, "Signing process"). */
export function signerOf(request: WireRequest): X509Certificate {
  const { algorithm, credential, signedHeaders, signature } = readHeader(request.headers['authorization'] ?? '');
  const certificate = readCertificate(request.headers['x-amz-x509']);
  const rsa = certificate.publicKey.asymmetricKeyType === 'rsa';
  if (algorithm !== (rsa ? 'AWS4-X509-RSA-SHA256' : 'AWS4-X509-ECDSA-SHA256')) throw denied('Unsupported signing algorithm');
  const [serial = '', ...scope] = credential.split('/');
  if (BigInt(`0x${certificate.serialNumber}`).toString() !== serial) throw denied('Credential does not match certificate');
  const time = signingTime(request);
  if (time === undefined || Math.abs(time.getTime() - Date.now()) > tolerance) throw denied('Signature expired');
  for (const name of ['host', 'x-amz-date', 'x-amz-x509']) if (!signedHeaders.includes(name)) throw denied(`${name} is not signed`);
  const canonical = [
    request.method,
    request.path,
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    hash(request.body),
  ].join('\n');
  const content = [algorithm, request.headers['x-amz-date'] ?? '', scope.join('/'), hash(Buffer.from(canonical))].join('\n');
  if (!verify('sha256', Buffer.from(content), certificate.publicKey, Buffer.from(signature, 'hex'))) throw denied('Signature is invalid');
  return certificate;
}

/**
 * Leads a certificate to an authority of the trust anchor, over certificates that the request brings along. End entities:
 * no authority, in force, for digital signatures, for client authentication where it says what it is for (user guide,
 * "Trust model", signature validation). The wall clock rules, as on every wire.
 */
export function checkTrusted(certificate: X509Certificate, authorities: readonly X509Certificate[], chain: readonly X509Certificate[]): void {
  const usages = certificate.keyUsage ?? [];
  if (certificate.ca || (usages.length > 0 && !usages.includes('1.3.6.1.5.5.7.3.2'))) throw denied('Insufficient certificate');
  for (let [at, left] = [certificate, [...chain]]; ; ) {
    if (!inForce(at)) throw denied('Certificate is expired or not yet valid');
    if (authorities.some((authority) => inForce(authority) && at.checkIssued(authority) && at.verify(authority.publicKey))) return;
    const next = left.find((one) => one.ca && at.checkIssued(one) && at.verify(one.publicKey));
    if (next === undefined) throw denied('Untrusted signing certificate');
    [at, left] = [next, left.filter((one) => one !== next)];
  }
}

/** Of the header `X-Amz-X509-Chain`: base64 DER, separated by commas, five at most. */
export function chainOf(request: WireRequest): readonly X509Certificate[] {
  const texts = (request.headers['x-amz-x509-chain'] ?? '').split(',').filter((text) => text !== '');
  if (texts.length > 5) throw denied('Certificate chain is too long');
  return texts.map(readCertificate);
}

function inForce({ validFrom, validTo }: X509Certificate): boolean {
  const now = Date.now();
  return Date.parse(validFrom) <= now && now < Date.parse(validTo);
}

function readHeader(header: string): { readonly algorithm: string; readonly credential: string; readonly signedHeaders: readonly string[]; readonly signature: string } {
  const [algorithm = ''] = header.split(' ');
  const part = (name: string): string => new RegExp(`${name}=([^,\\s]+)`).exec(header)?.[1] ?? '';
  return { algorithm, credential: part('Credential'), signedHeaders: part('SignedHeaders').split(';'), signature: part('Signature') };
}

function readCertificate(text: string | undefined): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(text ?? '', 'base64'));
  } catch {
    throw denied('Certificate is malformed');
  }
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).sort().join('&');
}

function hash(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** AWS gives no more than the code and a few words (seen in public threads: `AccessDeniedException: Untrusted signing certificate`). */
function denied(message: string): AwsError {
  return new AwsError('AccessDeniedException', 403, message);
}
