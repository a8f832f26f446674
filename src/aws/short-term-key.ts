/**
 * A short-term Bedrock API key: a request for the action CallWithBearerToken, presigned with a session
 * (@aws/bedrock-token-generator, token.js; Bedrock user guide, "Generate short-term Amazon Bedrock API keys").
 */
import { Buffer } from 'node:buffer';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { Secret } from '../secret.ts';
import { credentialSource } from './credentials.ts';
import type { AwsSession } from './types.ts';

const host = 'bedrock.amazonaws.com';

/** Twelve hours, the most that AWS takes. */
const longestSeconds = 43_200;

export async function signShortTermKey(session: AwsSession, region: string, now: Date): Promise<Secret> {
  const seconds = Math.min(longestSeconds, Math.floor((session.expiresAt.getTime() - now.getTime()) / 1000));
  const signer = new SignatureV4({ service: 'bedrock', region, sha256: Sha256, credentials: credentialSource({ credentials: session, environment: {} }) });
  const request = new HttpRequest({ method: 'POST', protocol: 'https', hostname: host, headers: { host }, path: '/', query: { Action: 'CallWithBearerToken' } });
  const { path, query = {} } = await signer.presign(request, { expiresIn: Math.max(1, seconds), signingDate: now });
  // In order and encoded as RFC 3986 says, as the generator's formatUrl does.
  const text = Object.entries(query)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encoded(name)}=${encoded(String(value))}`)
    .join('&');
  return new Secret(`bedrock-api-key-${Buffer.from(`${host}${path}?${text}&Version=1`).toString('base64')}`);
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
