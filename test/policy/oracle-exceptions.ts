import { listOf } from '../../src/policy/document.ts';
import type { AuthorizationRequest, ConditionBlock, NamedPolicy, PolicyDocument, PolicySet, PolicyStatement } from '../../src/policy/types.ts';

/**
 * Where iam-simulate reads a policy otherwise than AWS's pages say. Each is put into words that iam-simulate reads as AWS
 * does, so that the rest of the pair is still compared.
 */
export const exceptions = {
  'for-any-value-if-exists':
    'IAM user guide, Condition operators, "...IfExists": "If the key is not present, evaluate the condition element as true", for any operator but Null; iam-simulate evaluates ForAnyValue:...IfExists as false.',
  'for-all-values-of-an-empty-text':
    'IAM user guide, Condition operators: ForAllValues "returns true if there are no context keys in the request or if the context key value resolves to a null dataset, such as an empty string"; iam-simulate compares the empty text.',
  'inverted-operator-with-a-variable-without-value':
    'IAM user guide, Variables and tags, "Policy variables with no value": "Inverted condition operators like StringNotEquals or StringNotLike do match against a null value"; iam-simulate lets them fail.',
  'variables-in-version-2008-10-17':
    'IAM user guide, Variables and tags: without version 2012-10-17 "variables like ${aws:username} are treated as literal strings"; iam-simulate replaces them.',
} as const;

export type ExceptionName = keyof typeof exceptions;

/** The set in the oracle's words, and which exceptions it took. */
export function inOracleWords(request: AuthorizationRequest, set: PolicySet): { readonly set: PolicySet; readonly taken: ReadonlySet<ExceptionName> } {
  const taken = new Set<ExceptionName>();
  const context = new Map(Object.entries(request.context).map(([key, value]) => [key.toLowerCase(), value]));
  const reword = (policy: NamedPolicy): NamedPolicy => ({ ...policy, document: rewordDocument(policy.document, context, taken) });
  return {
    taken,
    set: {
      identity: set.identity.map(reword),
      ...(set.boundary === undefined ? {} : { boundary: reword(set.boundary) }),
      ...(set.session === undefined ? {} : { session: set.session.map(reword) }),
      ...(set.serviceControl === undefined ? {} : { serviceControl: set.serviceControl.map((level) => level.map(reword)) }),
    },
  };
}

type Context = ReadonlyMap<string, string | readonly string[]>;

function rewordDocument(document: PolicyDocument, context: Context, taken: Set<ExceptionName>): PolicyDocument {
  let { Statement: statements } = document;
  if (document.Version === '2008-10-17' && JSON.stringify(statements).includes('${')) {
    taken.add('variables-in-version-2008-10-17');
    statements = statements.map(withoutVariables);
  }
  return { ...document, Version: '2012-10-17', Statement: statements.map((statement) => (statement.Condition === undefined ? statement : { ...statement, Condition: rewordCondition(statement.Condition, context, taken) })) };
}

/** A literal `${...}` equals nothing that the requests hold. */
function withoutVariables(statement: PolicyStatement): PolicyStatement {
  const literal = (value: string): string => value.replaceAll(/\$\{[^}]*\}/g, '(literal)');
  const list = (value: string | readonly string[]): string | readonly string[] => (typeof value === 'string' ? literal(value) : value.map(literal));
  return {
    ...statement,
    ...(statement.Resource === undefined ? {} : { Resource: list(statement.Resource) }),
    ...(statement.NotResource === undefined ? {} : { NotResource: list(statement.NotResource) }),
    ...(statement.Condition === undefined
      ? {}
      : { Condition: Object.fromEntries(Object.entries(statement.Condition).map(([operator, keys]) => [operator, Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, list(value)]))])) }),
  };
}

function rewordCondition(block: ConditionBlock, context: Context, taken: Set<ExceptionName>): ConditionBlock {
  const result: Record<string, Record<string, string | readonly string[]>> = {};
  for (const [operator, keys] of Object.entries(block)) {
    for (const [key, given] of Object.entries(keys)) {
      const value = context.get(key.toLowerCase());
      if (/^ForAnyValue:.*IfExists$/.test(operator) && value === undefined) {
        taken.add('for-any-value-if-exists');
        continue;
      }
      if (operator.startsWith('ForAllValues:') && value !== undefined && listOf(value).every((one) => one === '')) {
        taken.add('for-all-values-of-an-empty-text');
        continue;
      }
      let values = listOf(given);
      if (/(StringNot|ArnNot)/.test(operator) && values.some((one) => unresolved(one, context))) {
        taken.add('inverted-operator-with-a-variable-without-value');
        values = values.map((one) => (unresolved(one, context) ? 'arn:aws:nothing:::equals-this' : one));
      }
      result[operator] = { ...result[operator], [key]: values };
    }
  }
  return result;
}

function unresolved(value: string, context: Context): boolean {
  return [...value.matchAll(/\$\{([^}*?$][^}]*)\}/g)].some(([, variable = '']) => {
    const [name = '', fallback] = variable.split(', ');
    const found = context.get(name.toLowerCase());
    return fallback === undefined && (typeof found !== 'string' || found === '');
  });
}
