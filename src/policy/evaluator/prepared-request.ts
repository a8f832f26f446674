import type { AuthorizationRequest } from '../types.ts';

/** A request made ready to be compared. */
export class PreparedRequest {
  readonly request: AuthorizationRequest;
  /** In lower case: action names are compared without case. */
  readonly action: string;
  /** Account of the principal; undefined for a service. */
  readonly account: string | undefined;
  /** Account of the resource, taken as the principal's where nothing says otherwise. */
  readonly resourceAccount: string | undefined;

  constructor(request: AuthorizationRequest) {
    this.request = request;
    this.action = request.action.toLowerCase();
    this.account = accountOf(request.principal);
    this.resourceAccount = request.resourceAccount ?? accountOf(request.resource) ?? this.account;
  }

  /** A condition key's value; keys are compared without case. A list is a multivalued key, however many values it holds. */
  value(key: string): string | readonly string[] | undefined {
    const { context } = this.request;
    const exact = context[key];
    if (exact !== undefined && Object.hasOwn(context, key)) return exact;
    const wanted = key.toLowerCase();
    for (const name in context) if (name.length === wanted.length && name.toLowerCase() === wanted) return context[name];
    return undefined;
  }
}

/** The fifth part of an ARN. */
function accountOf(arn: string): string | undefined {
  if (!arn.startsWith('arn:')) return undefined;
  let start = 3;
  for (let colon = 0; colon < 3; colon += 1) {
    start = arn.indexOf(':', start + 1);
    if (start < 0) return undefined;
  }
  const end = arn.indexOf(':', start + 1);
  return end <= start + 1 ? undefined : arn.slice(start + 1, end);
}
