import type { NamedPolicy, PolicyStatement } from '../types.ts';
import { matchesAction } from './action-match.ts';
import { conditionsHold } from './condition.ts';
import type { PreparedRequest } from './prepared-request.ts';
import { matchesResource } from './resource-match.ts';

/** A statement, and the policy that it stands in. */
export interface Hit {
  readonly policy: NamedPolicy;
  readonly statement: PolicyStatement;
  /** Its place in the document, from 0. */
  readonly index: number;
}

/**
 * How a policy is read. Nothing is prepared or kept of a document: comparing it as it is takes less time than making it
 * ready, and the caches of a first version took more time in garbage collection than they saved (measured).
 */
export interface Reading {
  /** Does its version know variables (2012-10-17)? */
  readonly variables: boolean;
  /** Is an ARN with fewer than six parts completed, as in identity policies? */
  readonly completes: boolean;
}

export function actionApplies(statement: PolicyStatement, request: PreparedRequest): boolean {
  if (statement.NotAction !== undefined) return !matchesAction(statement.NotAction, request);
  return statement.Action !== undefined && matchesAction(statement.Action, request);
}

export function resourceApplies(statement: PolicyStatement, request: PreparedRequest, reading: Reading): boolean {
  // NotResource with a variable that has no value applies to nothing: the safe reading of "will not match any resource".
  if (statement.NotResource !== undefined) return matchesResource(statement.NotResource, request, reading) === 'none';
  // A role's trust policy names no resource: it is about the role.
  return statement.Resource === undefined || matchesResource(statement.Resource, request, reading) === 'match';
}

/** Action, resource and conditions; the principal is another question. */
export function applies(statement: PolicyStatement, request: PreparedRequest, reading: Reading): boolean {
  return actionApplies(statement, request) && resourceApplies(statement, request, reading) && (statement.Condition === undefined || conditionsHold(statement.Condition, request, reading.variables));
}
