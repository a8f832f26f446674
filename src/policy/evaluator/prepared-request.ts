import { parseArn } from '../../bedrock/arn.ts';
import type { AuthorizationRequest } from '../types.ts';

/** A request made ready to be compared: names that are compared without case are in lower case. */
export interface PreparedRequest {
  readonly request: AuthorizationRequest;
  /** `bedrock:invokemodel`. */
  readonly action: string;
  /** By key in lower case. A list is a multivalued key, however many values it holds. */
  readonly context: ReadonlyMap<string, string | readonly string[]>;
  /** Account of the principal; undefined for a service. */
  readonly account: string | undefined;
  /** Account of the resource, taken as the principal's where nothing says otherwise. */
  readonly resourceAccount: string | undefined;
}

export function prepareRequest(request: AuthorizationRequest): PreparedRequest {
  const context = new Map<string, string | readonly string[]>();
  for (const key in request.context) {
    const value = request.context[key];
    if (value !== undefined) context.set(key.toLowerCase(), value);
  }
  const account = accountOf(request.principal);
  const owner = request.resourceAccount ?? accountOf(request.resource);
  return { request, action: request.action.toLowerCase(), context, account, resourceAccount: owner ?? account };
}

/** The fifth part of an ARN, without taking the rest apart. */
function accountOf(arn: string): string | undefined {
  if (!arn.startsWith('arn:')) return undefined;
  const account = parseArn(arn)?.account;
  return account === '' ? undefined : account;
}
