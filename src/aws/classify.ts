import { retryAfter } from '../backoff.ts';
import { connectionFailure } from '../connection-failure.ts';
import { AwsCallError } from './call-error.ts';
import type { AwsErrorKind } from './types.ts';

/** Which call failed. `resource` is what the request named: an ARN or a name. */
export interface CallPlace {
  readonly action: string;
  readonly region: string;
  readonly resource?: string;
}

/** Makes an {@link AwsCallError} of whatever an SDK call threw: by error name and code and by status, never by message. */
export function classify(error: unknown, place: CallPlace): AwsCallError {
  if (error instanceof AwsCallError) return error;
  const seen = read(error);
  const kind = kindOf(seen, place);
  return new AwsCallError(`${place.action} in ${place.region}: ${seen.code}${seen.message === '' ? '' : `: ${seen.message}`}`, {
    ...place,
    kind,
    code: seen.code,
    uncertain: isUncertain(kind, seen),
    ...(seen.requestId === undefined ? {} : { requestId: seen.requestId }),
    ...(seen.status === undefined ? {} : { status: seen.status }),
    ...(seen.retryAfter === undefined ? {} : { retryAfter: seen.retryAfter }),
  });
}

/**
 * Codes as the services document them ("Common Errors" of each API reference, and each action's errors). The SDK names
 * IAM's classes with `Exception` at the end where the wire says it without, so the table is looked up without it.
 */
const kinds: Readonly<Record<string, AwsErrorKind>> = {
  NoSuchEntity: 'not-found',
  ParameterNotFound: 'not-found',
  ParameterVersionNotFound: 'not-found',
  InvalidResourceId: 'not-found', // SSM tagging: the parameter does not exist
  ResourceNotFound: 'not-found',
  ResourceInUse: 'already-exists', // EKS: there is an association of that ServiceAccount already
  EntityAlreadyExists: 'already-exists',
  ParameterAlreadyExists: 'already-exists',
  ResourceExists: 'already-exists', // Secrets Manager
  DeleteConflict: 'conflict',
  EntityTemporarilyUnmodifiable: 'conflict',
  ConcurrentModification: 'conflict',
  Conflict: 'conflict',
  TooManyUpdates: 'conflict', // SSM: another update of the same parameter is under way
  LimitExceeded: 'limit-exceeded',
  ParameterLimitExceeded: 'limit-exceeded',
  ParameterMaxVersionLimitExceeded: 'limit-exceeded',
  ServiceQuotaExceeded: 'limit-exceeded',
  TooManyTags: 'limit-exceeded',
  TooManyTagsError: 'limit-exceeded',
  AccessDenied: 'denied',
  UnauthorizedOperation: 'denied',
  NotAuthorized: 'denied',
  OptInRequired: 'denied',
  ExpiredToken: 'expired-credentials',
  CredentialsProviderError: 'no-credentials',
  TokenProviderError: 'no-credentials',
  InvalidClientTokenId: 'invalid-credentials',
  InvalidAccessKeyId: 'invalid-credentials',
  SignatureDoesNotMatch: 'invalid-credentials',
  InvalidSignature: 'invalid-credentials',
  IncompleteSignature: 'invalid-credentials',
  UnrecognizedClient: 'invalid-credentials',
  MissingAuthenticationToken: 'invalid-credentials',
  RequestTimeTooSkewed: 'clock-skewed',
  RequestInTheFuture: 'clock-skewed',
  RequestExpired: 'clock-skewed',
  Throttling: 'throttled',
  Throttled: 'throttled',
  TooManyRequests: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
  SlowDown: 'throttled',
  PriorRequestNotComplete: 'throttled',
  BandwidthLimitExceeded: 'throttled',
  ModelNotReady: 'not-ready',
  ModelTimeout: 'unavailable',
  InternalFailure: 'unavailable',
  InternalError: 'unavailable',
  InternalServer: 'unavailable',
  InternalServerError: 'unavailable',
  ServiceFailure: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ModelStreamError: 'unavailable',
  Validation: 'validation',
  ValidationError: 'validation',
  MalformedPolicyDocument: 'validation',
  InvalidInput: 'validation',
  InvalidParameterValue: 'validation',
  InvalidParameter: 'validation', // Secrets Manager
};

/**
 * Secrets Manager: "The operation is not valid for the current state of the secret": it is scheduled for deletion, or one that
 * was deleted without a recovery window is not quite gone yet (API reference, CreateSecret and DeleteSecret). Elsewhere the
 * same code means bad input.
 */
const ofState: Readonly<Record<string, string>> = { InvalidRequest: 'secretsmanager:' };

function kindOf(seen: SeenError, { action }: CallPlace): AwsErrorKind {
  const code = seen.code.replace(/Exception$/, '');
  const service = ofState[code];
  if (service !== undefined && action.startsWith(service)) return 'conflict';
  const known = kinds[code];
  // A skewed clock shows as a bad signature; the answer's own Date tells them apart (SigV4 allows five minutes).
  if (known === 'invalid-credentials' && Math.abs(seen.skew) > 5 * 60_000) return 'clock-skewed';
  if (known !== undefined) return known;
  if (connectionFailure(seen.code) !== undefined) return 'unreachable';
  if (seen.status === undefined) return 'other';
  if (seen.status === 429) return 'throttled';
  if (seen.status >= 500) return 'unavailable';
  if (seen.status === 403) return 'denied';
  if (seen.status === 404) return 'not-found';
  if (seen.status === 400) return 'validation';
  return 'other';
}

/** A 4xx is an answer: not executed. No answer, a broken one, or a 5xx leave open whether the call was executed. */
function isUncertain(kind: AwsErrorKind, seen: SeenError): boolean {
  if (kind === 'no-credentials' || connectionFailure(seen.code) === 'never-sent') return false;
  return seen.status === undefined || seen.status >= 500 || seen.status < 400 || seen.status === 408;
}

interface SeenError {
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  /** The answer's Date against this machine's clock, in milliseconds; 0 when unknown. Wall time, since signatures are made with it. */
  readonly skew: number;
}

function read(error: unknown): SeenError {
  const fields = record(error);
  const metadata = record(fields['$metadata']);
  const response = record(fields['$response']);
  const headers = record(response['headers']);
  const status = typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : typeof response['statusCode'] === 'number' ? response['statusCode'] : undefined;
  const name = text(fields['name']);
  const date = Date.parse(text(headers['date']) ?? '');
  // Query protocol (IAM, STS) carries AWS's own code beside the class's name; system errors carry `code`, with the status
  // of an answer that began well when the connection ended in its middle.
  const code = text(record(fields['Error'])['Code']) ?? text(fields['Code']) ?? (status === undefined || status < 300 ? text(fields['code']) : undefined) ?? name ?? 'Unknown';
  return {
    code,
    message: text(fields['message']) ?? '',
    status,
    requestId: text(metadata['requestId']) ?? text(fields['RequestId']),
    retryAfter: retryAfter(text(headers['retry-after'])),
    skew: Number.isNaN(date) ? 0 : date - Date.now(),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value, ...pick(value) } : {};
}

/** The fields read above may be inherited or not enumerable (`name`, `message`, `$response`). */
function pick(value: object): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const key of ['name', 'message', 'code', '$metadata', '$response', 'headers', 'statusCode', 'httpStatusCode', 'requestId']) {
    const field: unknown = Reflect.get(value, key);
    if (field !== undefined) found[key] = field;
  }
  return found;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
