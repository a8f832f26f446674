/** An answer of AWS that is no success; thrown by operations, written by the gateway in the protocol of the service. */
export class AwsError extends Error {
  /** As on the wire: `NoSuchEntity`, `ParameterNotFound`. */
  readonly code: string;
  readonly status: number;
  /** Sentences of the evaluator, for the audit log only. */
  readonly explanation: readonly string[] | undefined;
  /** Which resource was refused, for the audit log only. */
  readonly resource: string | undefined;

  constructor(code: string, status: number, message: string, about: { readonly explanation?: readonly string[]; readonly resource?: string } = {}) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.explanation = about.explanation;
    this.resource = about.resource;
  }
}

/** What the sandbox does not do it says, rather than make something up. No AWS service answers 501. */
export function notImplemented(what: string): AwsError {
  return new AwsError('NotImplemented', 501, `The sandbox does not do ${what}.`);
}
