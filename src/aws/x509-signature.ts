/**
 * Signs a request of IAM Roles Anywhere with the private key of a certificate: as Signature Version 4, with another
 * algorithm, the certificate in a header and its serial number in place of an access key id (IAM Roles Anywhere user
 * guide, "Signing process").
 */
import { createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { HttpRequest } from '@smithy/protocol-http';
import type { Secret } from '../secret.ts';

export interface Certified {
  /** PEM; only the first certificate of it is sent, as AWS's credential helper does without `--intermediates`. */
  readonly certificate: string;
  /** PEM, of an RSA or an elliptic curve key. */
  readonly privateKey: Secret;
}

/** @throws Error of Node's when certificate or key cannot be read */
export function signedByCertificate(request: HttpRequest, { certificate, privateKey }: Certified, region: string, now: Date): HttpRequest {
  const leaf = new X509Certificate(certificate);
  const key = createPrivateKey(privateKey.reveal('certify'));
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'AWS4-X509-RSA-SHA256' : 'AWS4-X509-ECDSA-SHA256';
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/rolesanywhere/aws4_request`;
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-date': time,
    'x-amz-x509': leaf.raw.toString('base64'),
  };
  const names = Object.keys(headers).filter((name) => name !== 'user-agent').sort();
  const canonical = [
    request.method,
    request.path,
    '',
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    hex(typeof request.body === 'string' ? request.body : ''),
  ].join('\n');
  const signature = sign('sha256', Buffer.from([algorithm, time, scope, hex(canonical)].join('\n')), key).toString('hex');
  const serial = BigInt(`0x${leaf.serialNumber}`).toString();
  return new HttpRequest({ ...request, headers: { ...headers, authorization: `${algorithm} Credential=${serial}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}` } });
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
