import type { ConditionBlock, PolicyDocument, PolicyStatement } from './types.ts';

/** Characters of a policy as IAM counts them for its quotas: without whitespace (IAM user guide, "IAM and AWS STS quotas"). */
export function policySize(document: PolicyDocument): number {
  return JSON.stringify(document).replace(/\s/g, '').length;
}

/** Most characters of one managed policy, and most managed policies of one user or role by default (same page). */
export const managedPolicyLimit = 6144;
export const attachedPoliciesLimit = 10;

/**
 * One text for all policies that say the same in another order: elements, statements, actions, resources and values are
 * sorted, single values become lists, action names and condition keys lose their case. Sids are kept. For comparing only.
 */
export function canonicalPolicy(document: PolicyDocument): string {
  const statements = document.Statement.map(canonicalStatement).sort();
  return `{"Version":${JSON.stringify(document.Version)}${document.Id === undefined ? '' : `,"Id":${JSON.stringify(document.Id)}`},"Statement":[${statements.join(',')}]}`;
}

/** A string or a list of them, as a list. */
export function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

function canonicalStatement(statement: PolicyStatement): string {
  const parts: [string, unknown][] = [
    ['Sid', statement.Sid],
    ['Effect', statement.Effect],
    ['Principal', canonicalPrincipal(statement.Principal)],
    ['NotPrincipal', canonicalPrincipal(statement.NotPrincipal)],
    ['Action', canonicalList(statement.Action, true)],
    ['NotAction', canonicalList(statement.NotAction, true)],
    ['Resource', canonicalList(statement.Resource)],
    ['NotResource', canonicalList(statement.NotResource)],
    ['Condition', canonicalCondition(statement.Condition)],
  ];
  return JSON.stringify(Object.fromEntries(parts.filter(([, value]) => value !== undefined)));
}

function canonicalList(value: string | readonly string[] | undefined, ignoreCase = false): readonly string[] | undefined {
  if (value === undefined) return undefined;
  return [...new Set(listOf(value).map((text) => (ignoreCase ? text.toLowerCase() : text)))].sort();
}

function canonicalPrincipal(principal: PolicyStatement['Principal']): unknown {
  if (principal === undefined || principal === '*') return principal;
  return sortedByKey(Object.entries(principal).map(([type, ids]) => [type, canonicalList(ids)]));
}

function canonicalCondition(condition: ConditionBlock | undefined): unknown {
  if (condition === undefined) return undefined;
  return sortedByKey(Object.entries(condition).map(([operator, keys]) => [operator, sortedByKey(Object.entries(keys).map(([key, values]) => [key.toLowerCase(), canonicalList(values)]))]));
}

function sortedByKey(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
