import type { AwsCallErrorFields, AwsErrorKind } from './types.ts';

/**
 * The one error that calls of {@link Aws} throw. It is told apart by `kind` and `code`, never by its message.
 * The SDK's own error is not kept: its response may hold what must not be seen.
 */
export class AwsCallError extends Error implements AwsCallErrorFields {
  readonly kind: AwsErrorKind;
  readonly action: string;
  readonly region: string;
  readonly code: string;
  readonly uncertain: boolean;
  readonly requestId?: string;
  /** HTTP status; undefined when no answer came. */
  readonly status?: number;
  /** What the call was about, as the request named it: an ARN or a name. */
  readonly resource?: string;
  /** How long AWS asked to wait (`Retry-After`), in milliseconds. */
  readonly retryAfter?: number;

  constructor(message: string, fields: AwsCallErrorFields & { readonly status?: number; readonly resource?: string; readonly retryAfter?: number }) {
    // Some of AWS's messages end with a period, and some do not: whoever quotes one ends the sentence.
    super(message.replace(/\.$/, ''));
    this.name = 'AwsCallError';
    this.kind = fields.kind;
    this.action = fields.action;
    this.region = fields.region;
    this.code = fields.code;
    this.uncertain = fields.uncertain;
    if (fields.requestId !== undefined) this.requestId = fields.requestId;
    if (fields.status !== undefined) this.status = fields.status;
    if (fields.resource !== undefined) this.resource = fields.resource;
    if (fields.retryAfter !== undefined) this.retryAfter = fields.retryAfter;
  }
}
