import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import type { Call } from '../call.ts';
import { AwsError } from '../error.ts';
import { isRecord } from '../fields.ts';
import { providerArn } from '../iam/oidc-providers.ts';
import type { IamOidcProvider } from '../iam/state.ts';

/** What a token says, after its signature, issuer, audience and times were found good. */
export interface WebIdentity {
  readonly provider: IamOidcProvider;
  readonly subject: string;
  readonly audience: string;
}

/**
 * Checks a token as STS does: the account has a provider of its issuer, the issuer's published keys signed it, the
 * provider knows its audience, and it is in force (IAM user guide, "Create an OpenID Connect identity provider").
 * Times are of the wire, so the wall clock rules.
 * @throws AwsError InvalidIdentityToken, ExpiredTokenException, IDPCommunicationError
 */
export function readWebIdentity(token: string, call: Call): WebIdentity {
  const [header, body, signature, ...more] = token.split('.');
  if (header === undefined || body === undefined || signature === undefined || more.length > 0) throw notAToken();
  const [{ kid, alg }, claims] = [decoded(header), decoded(body)];
  const issuer = textOf(claims['iss']);
  const provider = call.state.iam.oidcProviders.get(providerArn(call, issuer));
  if (provider === undefined || !issuer.startsWith('https://')) throw invalid(`No OpenIDConnect provider found in your account for ${issuer}`);
  checkSignature(`${header}.${body}`, Buffer.from(signature, 'base64url'), publishedKey(issuer, kid, call), alg);
  // One audience that the provider knows is enough.
  const audience = [claims['aud']].flat().map(textOf).find((one) => provider.clientIds.has(one));
  if (audience === undefined) throw invalid('Incorrect token audience');
  checkTimes(claims);
  return { provider, subject: textOf(claims['sub']), audience };
}

/** STS fetches the discovery document and the key set of the issuer from the internet; the sandbox knows the one cluster's. */
function publishedKey(issuer: string, keyId: unknown, { world }: Call): Readonly<Record<string, unknown>> {
  const { tokenIssuer } = world;
  if (tokenIssuer === undefined || tokenIssuer.issuer !== issuer) {
    throw new AwsError('IDPCommunicationError', 400, `Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements`);
  }
  const keys: unknown = tokenIssuer.keySet()['keys'];
  const key: unknown = Array.isArray(keys) ? keys.find((one: unknown) => isRecord(one) && one['kid'] === keyId) : undefined;
  if (!isRecord(key)) throw invalid("Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements");
  return key;
}

/** RS256 is what kube-apiserver signs with an RSA key. */
function checkSignature(content: string, signature: Buffer, key: Readonly<Record<string, unknown>>, algorithm: unknown): void {
  if (algorithm !== 'RS256') throw invalid('Unsupported signature algorithm');
  if (!verify('RSA-SHA256', Buffer.from(content), createPublicKey({ key, format: 'jwk' }), signature)) throw invalid('Provided Token has an invalid signature');
}

function checkTimes(claims: Readonly<Record<string, unknown>>): void {
  const now = Math.floor(Date.now() / 1000);
  const [expiry, from] = [Number(claims['exp'] ?? 0), Number(claims['nbf'] ?? 0)];
  // The words of STS, seen in public threads.
  if (expiry <= now) throw new AwsError('ExpiredTokenException', 400, `Token expired: current date/time ${now} must be before the expiration date/time ${expiry}`);
  if (from > now + 300) throw invalid(`Token is not valid yet: ${from}`);
}

function decoded(part: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw notAToken();
  }
  if (!isRecord(value)) throw notAToken();
  return value;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function notAToken(): AwsError {
  return invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', 400, message);
}
