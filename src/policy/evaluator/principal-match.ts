import { parseArn } from '../../bedrock/arn.ts';
import { listOf } from '../document.ts';
import type { PrincipalElement } from '../types.ts';
import type { PreparedRequest } from './prepared-request.ts';

/**
 * How closely a Principal element names the caller:
 * - `exact`: the user or the role session itself: in its own account the resource policy then grants by itself, and no
 *   missing allow elsewhere takes it back;
 * - `role`: the role behind a session: grants by itself, but boundary and session policy must allow too;
 * - `account`: the account: the identity policy must allow too.
 * (IAM user guide, "Policy evaluation for requests within a single account".)
 */
export type PrincipalMatch = 'none' | 'account' | 'role' | 'exact';

export function matchesPrincipal(element: PrincipalElement, request: PreparedRequest): PrincipalMatch {
  if (element === '*') return 'exact';
  let best: PrincipalMatch = 'none';
  for (const type in element) {
    const ids = listOf(element[type]);
    for (const id of ids) {
      const match = type === 'AWS' ? matchesAwsPrincipal(id, request) : id === request.request.principal ? 'exact' : 'none';
      if (order[match] > order[best]) best = match;
    }
  }
  return best;
}

const order: Readonly<Record<PrincipalMatch, number>> = { none: 0, account: 1, role: 2, exact: 3 };

function matchesAwsPrincipal(id: string, { request, account }: PreparedRequest): PrincipalMatch {
  if (id === '*' || id === request.principal) return 'exact';
  if (account === undefined) return 'none';
  if (id === account || id === rootArn(request.principal, account)) return 'account';
  return id === roleArn(request.principal) ? 'role' : 'none';
}

function rootArn(principal: string, account: string): string {
  return `arn:${parseArn(principal)?.partition ?? 'aws'}:iam::${account}:root`;
}

/** The role behind `arn:aws:sts::123456789012:assumed-role/ROLE/SESSION`; sessions do not show the role's path. */
export function roleArn(principal: string): string | undefined {
  const arn = parseArn(principal);
  const role = arn?.service === 'sts' ? /^assumed-role\/([^/]+)\//.exec(arn.resource)?.[1] : undefined;
  return arn === undefined || role === undefined ? undefined : `arn:${arn.partition}:iam::${arn.account}:role/${role}`;
}
