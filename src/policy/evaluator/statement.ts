import { listOf } from '../document.ts';
import type { NamedPolicy, PolicyDocument, PolicyStatement } from '../types.ts';
import { matchesAction } from './action-match.ts';
import { conditionHolds, conditionsOf, type Condition } from './condition.ts';
import type { PreparedRequest } from './prepared-request.ts';
import { matchesResource } from './resource-match.ts';

/** A statement made ready to be matched many times. */
export interface ReadyStatement {
  readonly source: PolicyStatement;
  readonly index: number;
  readonly allows: boolean;
  /** In lower case. */
  readonly actions: readonly string[];
  /** Undefined where the statement names no resource, as in a role's trust policy: then every resource is meant. */
  readonly resources: readonly string[] | undefined;
  readonly conditions: readonly Condition[];
  /** Does the document's version know variables? */
  readonly variables: boolean;
}

/** A statement, and the policy that it stands in. */
export interface Hit {
  readonly policy: NamedPolicy;
  readonly statement: ReadyStatement;
}

/** Documents are data and never changed, so that what is made ready of one can be kept as long as it lives. */
const ready = new WeakMap<PolicyDocument, readonly ReadyStatement[]>();

export function statementsOf(document: PolicyDocument): readonly ReadyStatement[] {
  const kept = ready.get(document);
  if (kept !== undefined) return kept;
  const variables = document.Version === '2012-10-17';
  const made = document.Statement.map((source, index): ReadyStatement => {
    const resources = source.Resource ?? source.NotResource;
    return {
      source,
      index,
      allows: source.Effect === 'Allow',
      actions: listOf(source.Action ?? source.NotAction).map((action) => action.toLowerCase()),
      resources: resources === undefined ? undefined : listOf(resources),
      conditions: conditionsOf(source.Condition),
      variables,
    };
  });
  ready.set(document, made);
  return made;
}

export function actionApplies(statement: ReadyStatement, request: PreparedRequest): boolean {
  return matchesAction(statement.actions, request.action) !== (statement.source.NotAction !== undefined);
}

export function resourceApplies(statement: ReadyStatement, request: PreparedRequest): boolean {
  if (statement.resources === undefined) return true;
  const match = matchesResource(statement.resources, request, statement.variables);
  // NotResource with a variable that has no value applies to nothing: the safe reading of "will not match any resource".
  return statement.source.NotResource === undefined ? match === 'match' : match === 'none';
}

export function conditionsHold(statement: ReadyStatement, request: PreparedRequest): boolean {
  for (const condition of statement.conditions) if (!conditionHolds(condition, request, statement.variables)) return false;
  return true;
}

/** Action, resource and conditions; the principal is another question. */
export function applies(statement: ReadyStatement, request: PreparedRequest): boolean {
  return actionApplies(statement, request) && resourceApplies(statement, request) && conditionsHold(statement, request);
}
