/** What every call has to do with: who calls, what was called, how it failed. */
import type { Secret } from '../../secret.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken?: Secret;
}

export interface AwsCall {
  /** `iam:CreateUser` as IAM names the action. */
  readonly action: string;
  readonly region: string;
  /** Attempts, throttled ones included. */
  readonly attempts: number;
  readonly failed?: string;
}

export type AwsErrorKind =
  | 'not-found'
  | 'already-exists'
  | 'conflict' // DeleteConflict, EntityTemporarilyUnmodifiable
  | 'limit-exceeded'
  | 'denied'
  | 'no-credentials'
  | 'expired-credentials'
  | 'clock-skewed' // RequestTimeTooSkewed, or a bad signature while the answer's Date differs
  | 'invalid-credentials' // InvalidClientTokenId, SignatureDoesNotMatch, UnrecognizedClient
  | 'throttled'
  | 'unavailable' // 5xx
  | 'unreachable' // connection refused, DNS, TLS
  | 'validation'
  | 'not-ready' // ModelNotReady
  | 'other';

/** Thrown by every call of `Aws`. `uncertain`: the call may have been executed (dropped connection, time-out, 5xx). */
export interface AwsCallErrorFields {
  readonly kind: AwsErrorKind;
  readonly action: string;
  readonly region: string;
  /** AWS's own code, `NoSuchEntity`. */
  readonly code: string;
  readonly uncertain: boolean;
  readonly requestId?: string;
}

export type Tags = Readonly<Record<string, string>>;
