/**
 * IAM's quotas before anything is changed: a plan that would make more than the account, the user or the role may have is
 * refused as a whole. A quota that is met halfway leaves a user or a role without its policy.
 */
import { AwsCallError } from '../aws/error.ts';
import { roleNameOf } from '../access/credential-mode.ts';
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
  const making = (kind: string): number => counted.filter((resource) => resource.kind === kind).length;
  const { names, credentials } = footprint.access.spec;
  const role = roleNameOf(credentials);
  try {
    const [summary, toUser, toRole] = await Promise.all([
      readings.accountSummary(),
      making('policy-attachment') === 0 ? [] : readings.attachedPolicies(names.user),
      role === undefined || making('role-policy-attachment') === 0 ? [] : readings.rolePolicies(role),
    ]);
    return exceededQuotas({ summary, user: { name: names.user, attached: toUser.length }, ...(role === undefined ? {} : { role: { name: role, attached: toRole.length } }), making });
  } catch (error) {
    if (!(error instanceof AwsCallError) || error.kind !== 'denied') throw error;
    return [notLookedAt];
  }
}

const countedKinds: ReadonlySet<string> = new Set(['iam-user', 'iam-role', 'managed-policy', 'policy-attachment', 'role-policy-attachment']);

function isThere(resource: Resource, found: ReadonlyMap<string, FoundResource>): boolean {
  const seen = found.get(address(resource));
  return seen !== undefined && kindOf(resource).present?.(seen.observed) !== false;
}

export interface QuotaFacts {
  /** As GetAccountSummary answers: `Users`, `UsersQuota`, … */
  readonly summary: Readonly<Record<string, number>>;
  readonly user: PolicyHolder;
  /** Where the pods call as one. */
  readonly role?: PolicyHolder;
  /** How many of a kind are to be made. */
  making(kind: string): number;
}

export interface PolicyHolder {
  readonly name: string;
  /** Managed policies on it. */
  readonly attached: number;
}

/** What would be more than IAM takes. Pure. */
export function exceededQuotas({ summary, user, role, making }: QuotaFacts): readonly Finding[] {
  const quotas = [
    { quota: 'UsersQuota', used: summary['Users'], more: making('iam-user'), what: 'IAM users', where: 'the account', mend: 'Delete users that nobody needs, or ask for a higher quota' },
    { quota: 'RolesQuota', used: summary['Roles'], more: making('iam-role'), what: 'IAM roles', where: 'the account', mend: 'Delete roles that nobody needs, or ask for a higher quota' },
    { quota: 'PoliciesQuota', used: summary['Policies'], more: making('managed-policy'), what: 'customer managed policies', where: 'the account', mend: 'Delete policies that nobody needs, or ask for a higher quota' },
    { quota: 'PolicyVersionsInUseQuota', used: summary['PolicyVersionsInUse'], more: making('managed-policy'), what: 'policy versions', where: 'the account', mend: 'Delete policy versions that are not in force' },
    { quota: 'AttachedPoliciesPerUserQuota', used: user.attached, more: making('policy-attachment'), what: 'managed policies', where: `the user ${user.name}`, resource: `iam-user ${user.name}`, mend: 'Take policies off the user, declare fewer models, or ask for a higher quota' },
    { quota: 'AttachedPoliciesPerRoleQuota', used: role?.attached, more: making('role-policy-attachment'), what: 'managed policies', where: `the role ${role?.name}`, resource: `iam-role ${role?.name}`, mend: 'Take policies off the role, declare fewer models, or ask for a higher quota' },
  ];
  return quotas.flatMap(({ quota, used, more, what, where, resource = 'AWS account', mend }): readonly Finding[] => {
    const most = summary[quota];
    if (most === undefined || used === undefined || more === 0 || used + more <= most) return [];
    return [
      {
        id: 'quota-exceeded',
        severity: 'error',
        message: `${where} has ${used} of at most ${most} ${what}, and ${more} more ${more === 1 ? 'is' : 'are'} to be made`,
        cause: `IAM's quota ${quota} (GetAccountSummary) would be exceeded: AWS would refuse in the middle of the run.`,
        remedy: `${mend} (Service Quotas, AWS Identity and Access Management), then plan again.`,
        place: { resource },
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
