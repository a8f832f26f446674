/** A policy as comparable lines, one for each statement: what a plan shows when a policy differs. */
import { listOf } from '../policy/document.ts';
import type { PolicyDocument, PolicyStatement } from '../policy/types.ts';
import { canonicalJson } from './json.ts';
import type { State } from './kind.ts';

/** `statement InvokeDeclared`: `Allow bedrock:InvokeModel on arn:…`. Orders that mean nothing are made one. */
export function policyLines(document: PolicyDocument): State {
  const lines: Record<string, string> = { language: document.Version };
  for (const [index, statement] of document.Statement.entries()) {
    const name = `statement ${statement.Sid ?? index + 1}`;
    lines[name in lines ? `${name} (${index + 1})` : name] = statementLine(statement);
  }
  return lines;
}

function statementLine({ Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition }: PolicyStatement): string {
  return [
    Effect,
    Action === undefined ? undefined : sorted(Action),
    NotAction === undefined ? undefined : `all but ${sorted(NotAction)}`,
    Resource === undefined ? undefined : `on ${sorted(Resource)}`,
    NotResource === undefined ? undefined : `on all but ${sorted(NotResource)}`,
    Principal === undefined ? undefined : `to ${canonicalJson(Principal)}`,
    NotPrincipal === undefined ? undefined : `to all but ${canonicalJson(NotPrincipal)}`,
    Condition === undefined ? undefined : `if ${conditionLine(Condition)}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

function conditionLine(condition: NonNullable<PolicyStatement['Condition']>): string {
  return Object.entries(condition)
    .flatMap(([operator, keys]) => Object.entries(keys).map(([key, values]) => `${key} ${operator} ${sorted(values)}`))
    .sort()
    .join(' and ');
}

function sorted(values: string | readonly string[]): string {
  return [...listOf(values)].sort().join(', ');
}
