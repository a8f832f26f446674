import { listOf } from '../document.ts';
import type { NamedPolicy, PolicyLayer, PolicyStatement } from '../types.ts';
import { conditionHolds, conditionsOf, type Condition } from './condition.ts';
import type { PreparedRequest } from './prepared-request.ts';
import { actionApplies, resourceApplies, type Hit } from './statement.ts';

export function explainAllow(request: PreparedRequest, hit: Hit): readonly string[] {
  return [`${nameOf(hit)} allows ${request.request.action} on ${request.request.resource}.`];
}

export function explainDeny(request: PreparedRequest, layer: PolicyLayer, hit: Hit): readonly string[] {
  return [
    `${nameOf(hit)} (${layerNames[layer]}) denies ${request.request.action} on ${request.request.resource}.`,
    ...conditionsOf(hit.statement.Condition).map((condition) => `Its Condition ${condition.operatorName} ${condition.key} holds: the request has ${valuesIn(condition, request)}.`),
    'An explicit deny wins over every allow.',
  ];
}

/** Why nothing allowed: the nearest misses, best first. */
export function explainMissingAllow(request: PreparedRequest, layer: PolicyLayer, policies: readonly NamedPolicy[]): readonly string[] {
  const misses = missesIn(request, policies);
  const first = `No ${layerNames[layer]} allows ${request.request.action} on ${request.request.resource}.`;
  if (policies.length === 0) return [first, 'There is none.'];
  if (misses.length === 0) return [first, 'No statement names this action or this resource.'];
  const nearest = misses[0]?.distance ?? 0;
  return [first, ...misses.filter((miss) => miss.distance <= nearest + 1).slice(0, 3).map((miss) => miss.sentence)];
}

/** A statement that would have allowed but for one thing. */
interface Miss {
  readonly hit: Hit;
  /** Fewer is nearer. */
  readonly distance: number;
  readonly sentence: string;
}

/** The statement that came nearest to allow; undefined when none names the action or the resource. */
export function nearestMiss(request: PreparedRequest, policies: readonly NamedPolicy[]): Miss | undefined {
  return missesIn(request, policies)[0];
}

function missesIn(request: PreparedRequest, policies: readonly NamedPolicy[]): readonly Miss[] {
  const misses: Miss[] = [];
  for (const policy of policies) {
    for (const [index, statement] of policy.document.Statement.entries()) {
      if (statement.Effect === 'Deny') continue;
      const miss = missOf({ policy, statement, index }, request);
      if (miss !== undefined) misses.push(miss);
    }
  }
  return misses.sort((a, b) => a.distance - b.distance);
}

function missOf(hit: Hit, request: PreparedRequest): Miss | undefined {
  const { statement } = hit;
  const variables = hit.policy.document.Version === '2012-10-17';
  const [action, resource] = [actionApplies(statement, request), resourceApplies(statement, request, { variables, completes: true })];
  const name = nameOf(hit);
  if (action && resource) {
    const failing = conditionsOf(statement.Condition).filter((condition) => !conditionHolds(condition, request, variables));
    if (failing.length === 0) return undefined;
    return { hit, distance: failing.length, sentence: `${name} matches the action and the resource, but ${failing.map((condition) => failure(condition, request)).join(', and ')}.` };
  }
  if (resource && !action) {
    // A statement over every resource is near only by its action, and that is another.
    return { hit, distance: listOf(statement.Resource).includes('*') ? 50 : 10, sentence: `${name} matches the resource, but ${actionClause(statement, request)}.` };
  }
  if (action && !resource) {
    const nearest = nearestResource(statement, request.request.resource);
    return { hit, distance: 20 + nearest.distance, sentence: `${name} matches the action, but ${nearest.clause}.` };
  }
  return undefined;
}

function actionClause(statement: PolicyStatement, { request }: PreparedRequest): string {
  const { Action, NotAction } = statement;
  return NotAction === undefined ? `its Action is ${listed(Action)}, not ${request.action}` : `its NotAction leaves out ${listed(NotAction)}`;
}

/** Which part of the ARN differs from the pattern that is most like it. */
function nearestResource(statement: PolicyStatement, resource: string): { readonly clause: string; readonly distance: number } {
  if (statement.NotResource !== undefined) return { clause: `its NotResource leaves out ${listed(statement.NotResource)}`, distance: 9 };
  const parts = partsOf(resource);
  let best = { clause: `its Resource does not name ${resource}`, distance: 9 };
  for (const pattern of listOf(statement.Resource)) {
    const wanted = partsOf(pattern);
    const differing = arnParts.map((_, index) => index).filter((index) => wanted[index] !== parts[index] && wanted[index] !== '*');
    if (differing.length >= best.distance) continue;
    const named = differing.map((index) => `${arnParts[index]} is ${quoted(parts[index])} where it has ${quoted(wanted[index])}`);
    best = { clause: `its Resource ${pattern} is another: the ${named.join(', the ')}`, distance: differing.length };
  }
  return best;
}

/** The six parts of an ARN: the last takes all further colons. */
function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

const arnParts = ['prefix', 'partition', 'service', 'region', 'account', 'resource'];

function failure(condition: Condition, request: PreparedRequest): string {
  return `Condition ${condition.operatorName} ${condition.key} wants ${listOf(condition.values).map((value) => quoted(value)).join(' or ')}, and the request has ${valuesIn(condition, request)}`;
}

function valuesIn(condition: Condition, request: PreparedRequest): string {
  const value = request.value(condition.key);
  return value === undefined ? 'no such key' : listOf(value).map((value) => quoted(value)).join(', ');
}

function nameOf({ policy, statement, index }: Hit): string {
  return `statement ${statement.Sid ?? index + 1} of ${policy.name}`;
}

const layerNames: Readonly<Record<PolicyLayer, string>> = {
  identity: 'identity policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  'service-control': 'service control policy',
  resource: 'resource policy',
};

function listed(value: string | readonly string[] | undefined): string {
  return value === undefined ? 'nothing' : listOf(value).join(', ');
}

function quoted(text: string | undefined): string {
  return text === undefined || text === '' ? 'empty' : `"${text}"`;
}
