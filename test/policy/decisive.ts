import { evaluate } from '../../src/policy/evaluate.ts';
import type { ConditionBlock, NamedPolicy, PolicySet, PolicyStatement } from '../../src/policy/types.ts';
import type { Pair } from './random-pair.ts';

/**
 * What a pair's verdict hangs on: condition operators, set qualifiers, IfExists, NotAction, NotResource, boundary, session.
 * Something decides when the verdict is another without it (a condition or a qualifier left out, a Not turned into its opposite).
 */
export function decisiveIn(pair: Pair): ReadonlySet<string> {
  const decision = evaluate(pair.request, pair.set).decision;
  const found = new Set<string>();
  const differs = (set: PolicySet): boolean => evaluate(pair.request, set).decision !== decision;
  if (pair.set.boundary !== undefined) {
    const { boundary: _, ...without } = pair.set;
    if (differs(without)) found.add('boundary');
  }
  if (pair.set.session !== undefined) {
    const { session: _, ...without } = pair.set;
    if (differs(without)) found.add('session');
  }
  if (pair.set.serviceControl !== undefined) {
    const { serviceControl: _, ...without } = pair.set;
    if (differs(without)) found.add('service-control');
  }
  for (const { statement, replaced } of statementsIn(pair.set)) {
    if (statement.NotAction !== undefined) {
      const { NotAction, ...rest } = statement;
      if (differs(replaced({ ...rest, Action: NotAction }))) found.add('NotAction');
    }
    if (statement.NotResource !== undefined) {
      const { NotResource, ...rest } = statement;
      if (differs(replaced({ ...rest, Resource: NotResource }))) found.add('NotResource');
    }
    for (const operator of Object.keys(statement.Condition ?? {})) {
      const { quantifier, base, ifExists } = partsOf(operator);
      if (differs(replaced({ ...statement, Condition: without(statement.Condition ?? {}, operator) }))) found.add(base);
      if (quantifier !== undefined && differs(replaced({ ...statement, Condition: renamed(statement.Condition ?? {}, operator, operator.slice(quantifier.length + 1)) }))) found.add(quantifier);
      if (ifExists && differs(replaced({ ...statement, Condition: renamed(statement.Condition ?? {}, operator, operator.replace(/IfExists$/, '')) }))) found.add('IfExists');
    }
  }
  return found;
}

/** The pair as an evaluator sees it that takes one operator for another. */
export function withOperator(set: PolicySet, from: string, to: string): PolicySet {
  return mapStatements(set, (statement) => {
    if (statement.Condition === undefined) return statement;
    let block = statement.Condition;
    for (const name of Object.keys(block)) if (partsOf(name).base === from) block = renamed(block, name, name.replace(from, to));
    return { ...statement, Condition: block };
  });
}

export function partsOf(operator: string): { readonly quantifier: string | undefined; readonly base: string; readonly ifExists: boolean } {
  const match = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operator);
  return { quantifier: match?.[1], base: match?.[2] ?? operator, ifExists: match?.[3] !== undefined };
}

interface Place {
  readonly statement: PolicyStatement;
  /** The set with another statement in its place. */
  readonly replaced: (statement: PolicyStatement) => PolicySet;
}

export function statementsIn(set: PolicySet): readonly Place[] {
  const places: Place[] = [];
  mapStatements(set, (statement) => {
    places.push({ statement, replaced: (other) => mapStatements(set, (one) => (one === statement ? other : one)) });
    return statement;
  });
  return places;
}

export function mapStatements(set: PolicySet, change: (statement: PolicyStatement) => PolicyStatement): PolicySet {
  const map = (policy: NamedPolicy): NamedPolicy => ({ ...policy, document: { ...policy.document, Statement: policy.document.Statement.map(change) } });
  return {
    identity: set.identity.map(map),
    ...(set.boundary === undefined ? {} : { boundary: map(set.boundary) }),
    ...(set.session === undefined ? {} : { session: set.session.map(map) }),
    ...(set.serviceControl === undefined ? {} : { serviceControl: set.serviceControl.map((level) => level.map(map)) }),
  };
}

function without(block: ConditionBlock, operator: string): ConditionBlock {
  return Object.fromEntries(Object.entries(block).filter(([name]) => name !== operator));
}

function renamed(block: ConditionBlock, from: string, to: string): ConditionBlock {
  const { [from]: keys = {}, ...rest } = block;
  return { ...rest, [to]: { ...rest[to], ...keys } };
}
