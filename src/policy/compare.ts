import { listOf } from './document.ts';
import { evaluate } from './evaluate.ts';
import { tellingContexts } from './evaluator/context-examples.ts';
import { PreparedRequest } from './evaluator/prepared-request.ts';
import { actionApplies, resourceApplies } from './evaluator/statement.ts';
import { tellingExamples } from './evaluator/wildcard-example.ts';
import type { AuthorizationRequest, PolicyDocument, PolicySet, PolicyStatement } from './types.ts';

/** Something that one side allows and the other does not. */
export interface PolicyDifference {
  /** As a policy names it, `bedrock:InvokeModel` or `bedrock:*`. */
  readonly action: string;
  /** As a policy names it. */
  readonly resource: string;
  /** A request that shows it; its context is the smallest that was found. */
  readonly example: AuthorizationRequest;
  /** The Sid of the allowing statement, or its number from 1. */
  readonly statement: string;
}

export interface PolicyComparison {
  readonly onlyFirst: readonly PolicyDifference[];
  readonly onlySecond: readonly PolicyDifference[];
}

/**
 * What one identity policy allows that another does not, and the other way round. Each side may be several documents, as
 * attached to one principal. Found by asking both about every combination of the actions, resources and condition values
 * that they name, and of something beside each: exact for the values named and for what two patterns share; what only
 * three patterns together would tell apart is not looked for.
 */
export function comparePolicies(first: readonly PolicyDocument[], second: readonly PolicyDocument[]): PolicyComparison {
  const sides = [setOf(first), setOf(second)] as const;
  const statements = [...first, ...second].flatMap((document) => document.Statement);
  const actions = tellingExamples(statements.flatMap((statement) => [...listOf(statement.Action), ...listOf(statement.NotAction)]).map((action) => (action === '*' ? '*:*' : action)));
  const variables = variablesOf(statements);
  const resources = tellingExamples([
    '*',
    ...statements.flatMap((statement) => [...listOf(statement.Resource), ...listOf(statement.NotResource)]).map((resource) => (resource === '*' ? anyArn : withValues(resource))),
  ]);
  const onlyFirst = new Map<string, PolicyDifference>();
  const onlySecond = new Map<string, PolicyDifference>();
  for (const [action, actionPattern] of actions) {
    for (const [resourceExample, resourcePattern] of resources) {
      const resource = resourcePattern === '*' ? '*' : resourceExample;
      const bare: AuthorizationRequest = { principal, action, resource, resourceAccount: account, context: variables };
      const near = statements.filter((statement) => touches(statement, bare));
      if (near.length === 0) continue;
      for (const context of tellingContexts(near, variables)) {
        const request = { ...bare, context };
        const [a, b] = [evaluate(request, sides[0]), evaluate(request, sides[1])];
        if ((a.decision === 'allow') === (b.decision === 'allow')) continue;
        const by = (a.decision === 'allow' ? a : b).decidedBy;
        const difference: PolicyDifference = {
          action: actionPattern === '*:*' ? '*' : actionPattern,
          resource: resourcePattern === anyArn ? '*' : resourcePattern,
          example: request,
          statement: by?.sid ?? String((by?.statement ?? 0) + 1),
        };
        const found = a.decision === 'allow' ? onlyFirst : onlySecond;
        const key = `${difference.action} ${difference.resource} ${difference.statement}`;
        const before = found.get(key);
        if (before === undefined || size(before) > size(difference)) found.set(key, difference);
      }
    }
  }
  return { onlyFirst: [...onlyFirst.values()], onlySecond: [...onlySecond.values()] };
}

const account = '123456789012';
const principal = `arn:aws:iam::${account}:user/compared`;
/** Stands for the resources that a policy with `*` means and no one names. */
const anyArn = 'arn:aws:other:other:123456789012:other/other';
const variableValue = 'value';

function setOf(documents: readonly PolicyDocument[]): PolicySet {
  return { identity: documents.map((document, index) => ({ name: `policy ${index + 1}`, document })) };
}

/** Does the statement name action and resource, in either direction, so that its conditions matter? */
function touches(statement: PolicyStatement, request: AuthorizationRequest): boolean {
  const prepared = new PreparedRequest(request);
  return actionApplies(statement, prepared) && resourceApplies(statement, prepared, { variables: true, completes: true });
}

function variablesOf(statements: readonly PolicyStatement[]): AuthorizationRequest['context'] {
  const names = [...JSON.stringify(statements).matchAll(/\$\{([^*?$},]+)/g)].map(([, name = '']) => name.trim());
  return Object.fromEntries(names.map((name) => [name, variableValue]));
}

function withValues(pattern: string): string {
  return pattern.replaceAll(/\$\{[^*?$}][^}]*\}/g, variableValue).replaceAll(/\$\{([*?$])\}/g, 'x');
}

function size({ example }: PolicyDifference): number {
  return JSON.stringify(example.context).length;
}
