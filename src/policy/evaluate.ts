import { explainAllow, explainDeny, explainMissingAllow, nearestMiss } from './evaluator/explain.ts';
import { PreparedRequest } from './evaluator/prepared-request.ts';
import { matchesPrincipal, type PrincipalMatch } from './evaluator/principal-match.ts';
import { applies, type Hit } from './evaluator/statement.ts';
import type { AuthorizationRequest, NamedPolicy, PolicyLayer, PolicySet, PolicyStatement, Verdict } from './types.ts';

/**
 * Decides as AWS does (IAM user guide, "Policy evaluation logic"): an explicit deny anywhere wins; then every level of
 * service control policies must allow; within one account the identity policies or the resource policy must allow, across
 * accounts both; permissions boundary and session policies must allow too, except where a resource policy names the user or
 * the role session itself.
 *
 *   evaluate({ principal, action: 'bedrock:InvokeModel', resource: arn, context: {} }, { identity: [policy] }).decision
 */
export function evaluate(request: AuthorizationRequest, policies: PolicySet): Verdict {
  const prepared = new PreparedRequest(request);
  const identity = examine(policies.identity, prepared, true);
  if (identity.deny !== undefined) return denied(prepared, 'identity', identity.deny);
  const levels = policies.serviceControl === undefined ? noExamined : policies.serviceControl.map((level) => examine(level, prepared, false));
  for (const level of levels) if (level.deny !== undefined) return denied(prepared, 'service-control', level.deny);
  const boundary = policies.boundary === undefined ? undefined : examine([policies.boundary], prepared, true);
  if (boundary?.deny !== undefined) return denied(prepared, 'boundary', boundary.deny);
  const session = policies.session === undefined ? undefined : examine(policies.session, prepared, false);
  if (session?.deny !== undefined) return denied(prepared, 'session', session.deny);
  const resource = policies.resource === undefined ? noResource : examineResource(policies.resource, prepared, policies.boundary !== undefined);
  if (resource.deny !== undefined) return denied(prepared, 'resource', resource.deny);

  const silentLevel = levels.findIndex((level) => level.allow === undefined);
  if (silentLevel >= 0) return notAllowed(prepared, 'service-control', policies.serviceControl?.[silentLevel] ?? noPolicies);

  const sameAccount = prepared.account === undefined || prepared.account === prepared.resourceAccount;
  if (!sameAccount && resource.match === 'none') return notAllowed(prepared, 'resource', policies.resource ?? noPolicies);
  const grantedByResource = sameAccount && (resource.match === 'exact' || resource.match === 'role');
  if (grantedByResource && resource.allow !== undefined && resource.match === 'exact') return allowed(prepared, resource.allow);
  const grant = identity.allow ?? (grantedByResource ? resource.allow : undefined);
  if (grant === undefined) return notAllowed(prepared, 'identity', policies.identity);
  if (boundary !== undefined && boundary.allow === undefined) return notAllowed(prepared, 'boundary', policies.boundary === undefined ? noPolicies : [policies.boundary]);
  if (session !== undefined && session.allow === undefined) return notAllowed(prepared, 'session', policies.session ?? noPolicies);
  return allowed(prepared, grant);
}

const noPolicies: readonly NamedPolicy[] = [];
const nothing: Examined = {};
const noExamined: readonly Examined[] = [];
const noResource: ExaminedResource = { match: 'none' };

/** The first statement that denies, else the first that allows. */
interface Examined {
  readonly deny?: Hit;
  readonly allow?: Hit;
}

interface ExaminedResource extends Examined {
  /** How closely the best allow names the principal. */
  readonly match: PrincipalMatch;
}

function examine(policies: readonly NamedPolicy[], request: PreparedRequest, completes: boolean): Examined {
  let allow: Hit | undefined;
  for (const policy of policies) {
    const reading = { variables: policy.document.Version === '2012-10-17', completes };
    let index = -1;
    for (const statement of policy.document.Statement) {
      index += 1;
      if (statement.Effect === 'Allow' && allow !== undefined) continue;
      if (!applies(statement, request, reading)) continue;
      const hit = { policy, statement, index };
      if (statement.Effect === 'Deny') return { deny: hit };
      allow = hit;
    }
  }
  return allow === undefined ? nothing : { allow };
}

function examineResource(policies: readonly NamedPolicy[], request: PreparedRequest, hasBoundary: boolean): ExaminedResource {
  let best: { hit: Hit; match: PrincipalMatch } | undefined;
  for (const policy of policies) {
    const reading = { variables: policy.document.Version === '2012-10-17', completes: false };
    for (const [index, statement] of policy.document.Statement.entries()) {
      const match = principalApplies(statement, request, hasBoundary);
      if (match === 'none' || !applies(statement, request, reading)) continue;
      const hit = { policy, statement, index };
      if (statement.Effect === 'Deny') return { deny: hit, match };
      if (best === undefined || rank(match) > rank(best.match)) best = { hit, match };
    }
  }
  return best === undefined ? { match: 'none' } : { allow: best.hit, match: best.match };
}

/**
 * A Deny with NotPrincipal always meets a principal with a permissions boundary, whatever it lists (IAM user guide,
 * "Permissions boundaries for IAM entities").
 */
function principalApplies({ Effect, Principal, NotPrincipal }: PolicyStatement, request: PreparedRequest, hasBoundary: boolean): PrincipalMatch {
  if (Principal !== undefined) return matchesPrincipal(Principal, request);
  if (NotPrincipal === undefined) return 'none';
  if (hasBoundary && Effect === 'Deny') return 'exact';
  return matchesPrincipal(NotPrincipal, request) === 'none' ? 'exact' : 'none';
}

function rank(match: PrincipalMatch): number {
  return match === 'exact' ? 3 : match === 'role' ? 2 : match === 'account' ? 1 : 0;
}

function allowed(request: PreparedRequest, hit: Hit): Verdict {
  return {
    decision: 'allow',
    decidedBy: decider(hit),
    get explanation() {
      return explainAllow(request, hit);
    },
  };
}

function denied(request: PreparedRequest, layer: PolicyLayer, hit: Hit): Verdict {
  return {
    decision: 'explicit-deny',
    decidedBy: decider(hit),
    stoppedBy: layer,
    get explanation() {
      return explainDeny(request, layer, hit);
    },
  };
}

function notAllowed(request: PreparedRequest, layer: PolicyLayer, policies: readonly NamedPolicy[]): Verdict {
  return {
    decision: 'implicit-deny',
    stoppedBy: layer,
    get decidedBy() {
      const near = nearestMiss(request, policies);
      return near === undefined ? undefined : decider(near.hit);
    },
    get explanation() {
      return explainMissingAllow(request, layer, policies);
    },
  };
}

function decider({ policy, statement, index }: Hit): NonNullable<Verdict['decidedBy']> {
  return statement.Sid === undefined ? { policy: policy.name, statement: index } : { policy: policy.name, statement: index, sid: statement.Sid };
}
