/**
 * IAM's quotas before anything is changed: a plan that would make more than the account or the user may have is refused
 * as a whole. A quota that is met halfway leaves a user without its policy.
 */
import { AwsCallError } from '../aws/error.ts';
import { keyCredentialsOf } from '../access/credential-mode.ts';
import type { Finding } from '../finding.ts';
import { kindOf } from '../resources/index.ts';
import { address, type Resource } from '../resources/kind.ts';
import type { Readings } from '../resources/readings.ts';
import type { Footprint, FoundResource, RunContext } from './types.ts';

/** Looks only where something is to be made, so that a plan without changes costs no call. */
export async function quotaProblems(footprint: Footprint, found: ReadonlyMap<string, FoundResource>, readings: Readings, { only }: Pick<RunContext, 'only'>): Promise<readonly Finding[]> {
  const made = footprint.resources.filter((resource) => resource.required !== true && (only === undefined || only.includes(resource.kind)) && !isThere(resource, found));
  const counted = made.filter(({ kind }) => countedKinds.has(kind));
  if (counted.length === 0) return [];
  const { user } = footprint.access.spec.names;
  try {
    const [summary, attached] = await Promise.all([readings.accountSummary(), keyCredentialsOf(footprint.access.spec.credentials) === undefined ? [] : readings.attachedPolicies(user)]);
    return exceededQuotas({ summary, attached: attached.length, user, making: (kind) => counted.filter((resource) => resource.kind === kind).length });
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.kind !== 'denied') throw error;
    return [notLookedAt];
  }
}

const countedKinds: ReadonlySet<string> = new Set(['iam-user', 'managed-policy', 'policy-attachment']);

function isThere(resource: Resource, found: ReadonlyMap<string, FoundResource>): boolean {
  const seen = found.get(address(resource));
  return seen !== undefined && kindOf(resource).present?.(seen.observed) !== false;
}

export interface QuotaFacts {
  /** As GetAccountSummary answers: `Users`, `UsersQuota`, … */
  readonly summary: Readonly<Record<string, number>>;
  /** Managed policies on the user. */
  readonly attached: number;
  readonly user: string;
  /** How many of a kind are to be made. */
  making(kind: string): number;
}

/** What would be more than IAM takes. Pure. */
export function exceededQuotas({ summary, attached, user, making }: QuotaFacts): readonly Finding[] {
  const quotas = [
    { quota: 'UsersQuota', used: summary['Users'], more: making('iam-user'), what: 'IAM users', where: 'the account', mend: 'Delete users that nobody needs, or ask for a higher quota' },
    { quota: 'PoliciesQuota', used: summary['Policies'], more: making('managed-policy'), what: 'customer managed policies', where: 'the account', mend: 'Delete policies that nobody needs, or ask for a higher quota' },
    { quota: 'PolicyVersionsInUseQuota', used: summary['PolicyVersionsInUse'], more: making('managed-policy'), what: 'policy versions', where: 'the account', mend: 'Delete policy versions that are not in force' },
    { quota: 'AttachedPoliciesPerUserQuota', used: attached, more: making('policy-attachment'), what: 'managed policies', where: `the user ${user}`, mend: 'Take policies off the user, declare fewer models, or ask for a higher quota' },
  ];
  return quotas.flatMap(({ quota, used, more, what, where, mend }): readonly Finding[] => {
    const most = summary[quota];
    if (most === undefined || used === undefined || more === 0 || used + more <= most) return [];
    return [
      {
        id: 'quota-exceeded',
        severity: 'error',
        message: `${where} has ${used} of at most ${most} ${what}, and ${more} more ${more === 1 ? 'is' : 'are'} to be made`,
        cause: `IAM's quota ${quota} (GetAccountSummary) would be exceeded: AWS would refuse in the middle of the run.`,
        remedy: `${mend} (Service Quotas, AWS Identity and Access Management), then plan again.`,
        place: { resource: where === 'the account' ? 'AWS account' : `iam-user ${user}` },
      },
    ];
  });
}

const notLookedAt: Finding = {
  id: 'quotas-not-looked-at',
  severity: 'info',
  message: "the account's IAM quotas were not looked at",
  cause: 'The caller may not do iam:GetAccountSummary.',
  remedy: 'Nothing, as long as the account is far from its quotas; else allow iam:GetAccountSummary, as `bedrock-access permissions` prints it.',
  place: { resource: 'AWS account' },
};
