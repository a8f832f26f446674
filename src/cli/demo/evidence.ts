import type { VerifyCheck } from '../../engine/types.ts';
import type { AuditEntry } from '../../sandbox/types.ts';

/** What verify says must stand in the audit log too: a call that it calls passed and AWS never saw has failed. */
export function confirmedByAudit(checks: readonly VerifyCheck[], audit: readonly AuditEntry[], user: string): { readonly verified: number; readonly failed: number } {
  const allowed = (action: string): boolean => audit.some((entry) => entry.action === action && entry.verdict === 'allow' && entry.identity.endsWith(`/${user}`));
  const evidence: Readonly<Record<string, string>> = { call: 'bedrock:InvokeModel', 'streamed-call': 'bedrock:InvokeModelWithResponseStream' };
  const holds = (check: VerifyCheck): boolean => check.outcome === 'passed' && (evidence[check.id] === undefined || allowed(evidence[check.id]!));
  const verified = checks.filter(holds).length;
  return { verified, failed: checks.filter((check) => check.outcome !== 'skipped').length - verified };
}

/** What a cluster makes and forgets by itself, and where it says how things are: of these nothing counts as left behind. */
const ownLife = /^((Event|Pod|ReplicaSet|Endpoints|EndpointSlice)(\.|\/|$)|status$)/;

/**
 * What exists now and did not before: paths into the two snapshots. A thing that is new as a whole is one path;
 * in one that was there before, new fields and list entries count.
 */
export function leftBehind(before: unknown, after: unknown, path = ''): readonly string[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const known = new Set(before.map((entry) => JSON.stringify(entry)));
    return after.flatMap((entry, index) => (known.has(JSON.stringify(entry)) ? [] : [`${path}[${index}]`]));
  }
  if (!isRecord(before) || !isRecord(after)) return [];
  return Object.entries(after).flatMap(([key, value]) => {
    if (ownLife.test(key)) return [];
    const here = path === '' ? key : `${path}/${key}`;
    return key in before ? leftBehind(before[key], value, here) : [here];
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
