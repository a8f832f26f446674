import type { World } from '../world.ts';
import { bearerSignatureMatches, readBearerToken } from './bearer-token.ts';
import { AwsError } from './error.ts';
import type { KnownCredential } from './credentials.ts';
import { aliasInApiKey, hasExpired } from './iam/service-credentials.ts';
import { readAuthorization, signatureMatches, signingTime } from './signature.ts';
import type { Protocol } from './services.ts';
import type { AwsState } from './state.ts';
import type { WireRequest } from './wire.ts';

/** Values of `bedrock:BearerTokenType` (Bedrock user guide, "Control permissions for generating and using Amazon Bedrock API keys"). */
export type BearerTokenType = 'LONG_TERM' | 'SHORT_TERM';

export interface Authenticated {
  readonly credential: KnownCredential;
  /** Of an API key its own id. */
  readonly accessKeyId: string;
  readonly region: string;
  /** The caller came with a bearer token, which takes a permission of its own. */
  readonly bearer?: BearerTokenType;
}

/** Who signed the request; else the error of that service's protocol, in its own words. */
export async function authenticate(request: WireRequest, protocol: Protocol, state: AwsState, world: World): Promise<Authenticated> {
  if (protocol === 'rest' && request.headers['authorization']?.startsWith('Bearer ') === true) return authenticateBearer(request, state, world);
  const errors = errorsOf[protocol];
  const authorization = readAuthorization(request);
  if (authorization.kind === 'none') throw errors.missingToken();
  if (authorization.kind === 'incomplete') throw errors.incomplete(authorization.missing, request.headers['authorization'] ?? '');
  const { accessKeyId } = authorization;
  checkFreshness(request, authorization.date, protocol);

  const credential = state.credentials.find(accessKeyId);
  if (credential === undefined || !credential.active || credential.apiKey !== undefined) throw errors.unknownKey();
  const token = request.headers['x-amz-security-token'];
  if (credential.session === undefined ? token !== undefined : token !== credential.session.token) throw errors.unknownKey();
  if (credential.session !== undefined && credential.session.expiresAt.getTime() <= Date.now()) throw errors.expired();
  if (!(await signatureMatches(request, authorization, credential.secret))) throw errors.badSignature();
  credential.key?.uses.push({ at: world.clock.now(), service: authorization.service, region: authorization.region });
  return { credential, accessKeyId, region: authorization.region };
}

/** AWS answers what is wrong with a key in these words (seen in public threads, 2026). */
const invalidKey = 'Authentication failed: Please make sure your API Key is valid.';
const expiredKey = 'Bearer Token has expired';

/**
 * A short-term token is a presigned URL: whoever makes one, AWS's token generator among them, puts X-Amz-Date and X-Amz-Expires into it
 * by their own clock, and it ends with the session that signs it (Bedrock user guide, "API keys"). Both are of the wire, so the
 * wall clock rules, as for every signature. A long-term key has an age that IAM counts, and ages in the world. How old a token
 * was at a call in the world's time, the audit log tells.
 */
async function authenticateBearer(request: WireRequest, state: AwsState, world: World): Promise<Authenticated> {
  const invalid = new AwsError('AccessDeniedException', 403, invalidKey);
  const plain = (request.headers['authorization'] ?? '').slice('Bearer '.length);
  const alias = aliasInApiKey(plain);
  if (alias !== undefined) {
    const found = state.credentials.find(alias);
    if (found?.apiKey === undefined || !found.active || found.secret !== plain) throw invalid;
    if (hasExpired(found.apiKey, world.clock.now())) throw new AwsError('AccessDeniedException', 403, expiredKey);
    return { credential: found, accessKeyId: found.apiKey.id, region: regionOfHost(request) ?? world.region, bearer: 'LONG_TERM' };
  }
  const token = readBearerToken(request);
  const credential = token === undefined ? undefined : state.credentials.find(token.accessKeyId);
  if (token === undefined || credential?.active !== true || credential.session?.token !== token.sessionToken) throw invalid;
  if (!(await bearerSignatureMatches(token, credential.secret))) throw invalid;
  if (token.signedAt.getTime() + token.expiresIn * 1000 <= Date.now()) throw new AwsError('AccessDeniedException', 403, expiredKey);
  credential.key?.uses.push({ at: world.clock.now(), service: 'bedrock', region: token.region });
  return { credential, accessKeyId: token.accessKeyId, region: token.region, bearer: 'SHORT_TERM' };
}

/** Nothing in a bearer call says its region but the endpoint, of which the sandbox has one for all regions. */
function regionOfHost(request: WireRequest): string | undefined {
  return /^bedrock(?:-runtime)?(?:-fips)?\.([a-z0-9-]+)\./.exec(request.headers['host'] ?? '')?.[1];
}

/** Signatures are of the wire, so the wall clock rules: 15 minutes for the Query services, 5 for the others, as their messages say. */
function checkFreshness(request: WireRequest, scopeDate: string, protocol: Protocol): void {
  const errors = errorsOf[protocol];
  const signed = signingTime(request);
  if (signed === undefined) throw errors.incomplete(['X-Amz-Date'], request.headers['authorization'] ?? '');
  const stamp = basicTime(signed);
  if (!stamp.startsWith(scopeDate)) {
    throw errors.badSignature(`Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scopeDate}' != '${stamp.slice(0, 8)}', from '${stamp}'.`);
  }
  const now = Date.now();
  const { toleranceMinutes } = errors;
  const tolerance = toleranceMinutes * 60_000;
  const wall = basicTime(new Date(now));
  if (signed.getTime() < now - tolerance) {
    throw errors.badSignature(`Signature expired: ${stamp} is now earlier than ${basicTime(new Date(now - tolerance))} (${wall} - ${toleranceMinutes} min.)`);
  }
  if (signed.getTime() > now + tolerance) {
    throw errors.badSignature(`Signature not yet current: ${stamp} is still later than ${basicTime(new Date(now + tolerance))} (${wall} + ${toleranceMinutes} min.)`);
  }
}

interface AuthenticationErrors {
  readonly toleranceMinutes: number;
  missingToken(): AwsError;
  incomplete(missing: readonly string[], header: string): AwsError;
  unknownKey(): AwsError;
  expired(): AwsError;
  badSignature(message?: string): AwsError;
}

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/** IAM API reference, "Common errors", for the Query services; the JSON services add `Exception` and differ in the status. */
const errorsOf: Readonly<Record<Protocol, AuthenticationErrors>> = {
  query: {
    toleranceMinutes: 15,
    missingToken: () => new AwsError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token'),
    incomplete: (missing, header) => new AwsError('IncompleteSignature', 400, incompleteMessage(missing, header)),
    unknownKey: () => new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.'),
    expired: () => new AwsError('ExpiredToken', 403, 'The security token included in the request is expired'),
    badSignature: (message = mismatch) => new AwsError('SignatureDoesNotMatch', 403, message),
  },
  json: jsonErrors(400),
  rest: jsonErrors(403),
};

function jsonErrors(status: number): AuthenticationErrors {
  return {
    toleranceMinutes: 5,
    missingToken: () => new AwsError('MissingAuthenticationTokenException', status, 'Missing Authentication Token'),
    incomplete: (missing, header) => new AwsError('IncompleteSignatureException', status, incompleteMessage(missing, header)),
    unknownKey: () => new AwsError('UnrecognizedClientException', status, 'The security token included in the request is invalid.'),
    expired: () => new AwsError('ExpiredTokenException', status, 'The security token included in the request is expired'),
    badSignature: (message = mismatch) => new AwsError('InvalidSignatureException', status, message),
  };
}

/** The header is shown as AWS does, but for the signature. */
function incompleteMessage(missing: readonly string[], header: string): string {
  const parts = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  return `${parts.join(' ')} Authorization=${header.replace(/Signature=\S+/, 'Signature=...')}`;
}

function basicTime(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}
