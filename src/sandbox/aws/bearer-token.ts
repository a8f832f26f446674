import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { WireRequest } from './wire.ts';

/**
 * A short-term Bedrock API key: `bedrock-api-key-` and the base64 of a URL, presigned for the action
 * CallWithBearerToken, without its scheme (@aws/bedrock-token-generator, which made those that the tests use).
 */
export interface BearerToken {
  readonly accessKeyId: string;
  readonly region: string;
  readonly signedAt: Date;
  /** Seconds, at most 43,200. */
  readonly expiresIn: number;
  readonly signature: string;
  readonly sessionToken?: string;
}

const host = 'bedrock.amazonaws.com';

/** Undefined where the request carries none, or one that is not of this form. */
export function readBearerToken(request: WireRequest): BearerToken | undefined {
  const encoded = /^Bearer bedrock-api-key-(\S+)$/.exec(request.headers['authorization'] ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const address = `https://${Buffer.from(encoded, 'base64').toString('utf8')}`;
  if (!URL.canParse(address)) return undefined;
  const { searchParams, hostname } = new URL(address);
  const [accessKeyId, , region, service, terminator] = (searchParams.get('X-Amz-Credential') ?? '').split('/');
  const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(searchParams.get('X-Amz-Date') ?? '');
  const expiresIn = Number(searchParams.get('X-Amz-Expires'));
  const signature = searchParams.get('X-Amz-Signature');
  const sessionToken = searchParams.get('X-Amz-Security-Token');
  if (hostname !== host || searchParams.get('Action') !== 'CallWithBearerToken' || service !== 'bedrock' || terminator !== 'aws4_request') return undefined;
  if (accessKeyId === undefined || region === undefined || stamp === null || signature === null || !(expiresIn > 0 && expiresIn <= 43_200)) return undefined;
  const signedAt = new Date(`${stamp[1]}-${stamp[2]}-${stamp[3]}T${stamp[4]}:${stamp[5]}:${stamp[6]}Z`);
  return { accessKeyId, region, signedAt, expiresIn, signature, ...(sessionToken === null ? {} : { sessionToken }) };
}

/** Presigns the same again with the secret that the maker of the token should have held, and compares. */
export async function bearerSignatureMatches(token: BearerToken, secretAccessKey: string): Promise<boolean> {
  const { accessKeyId, sessionToken } = token;
  const signer = new SignatureV4({ service: 'bedrock', region: token.region, sha256: Sha256, credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } });
  const presigned = await signer.presign(new HttpRequest({ method: 'POST', protocol: 'https', hostname: host, headers: { host }, path: '/', query: { Action: 'CallWithBearerToken' } }), { expiresIn: token.expiresIn, signingDate: token.signedAt });
  return presigned.query?.['X-Amz-Signature'] === token.signature;
}
