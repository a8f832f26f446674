/**
 * A managed policy on the user that denies everything to sessions made before a time: what is left of a leaked access key
 * after the key is gone. AWS judges each call of such a session by the user's policies of now, and `aws:TokenIssueTime` is
 * in the request of temporary credentials only, so that the user's own keys are not touched (IAM user guide, "Disabling
 * permissions for temporary security credentials", "Revoking IAM role temporary security credentials", "AWS global
 * condition context keys").
 *
 * Wanted as long as the mark `bedrock-access/deny` on the user says so; what carries that mark's time being over goes.
 */
import type { IamUser, ManagedPolicy, Tags } from '../aws/types.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { gone } from './iam-user.ts';
import type { Hands, Resource, ResourceKind, Stray } from './kind.ts';
import { putVersion } from './managed-policy.ts';
import { denialTagKeys, markKeys, ownershipByTags, ownerTags } from './owner.ts';
import { policyLines } from './policy-lines.ts';
import type { Readings } from './readings.ts';
import { usersOf } from './search.ts';

/** A session of GetSessionToken lives for at most 36 hours (STS API reference, GetSessionToken and GetFederationToken). */
export const longestSession = 36 * 3_600_000;

export interface SessionDenial {
  /** Sessions that were made before are denied. */
  readonly before: Date;
  /** No such session can live longer. */
  readonly until: Date;
  /** Only characters that IAM takes in a tag: `access key AKIA… has leaked`. */
  readonly reason: string;
}

export interface DesiredDenyPolicy extends SessionDenial {
  readonly userName: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
}

export interface ObservedDenyPolicy {
  readonly user: IamUser;
  readonly arn: string;
  /** Undefined where there is none, or none of ours. */
  readonly policy?: ManagedPolicy;
  readonly document?: PolicyDocument;
  readonly attached: boolean;
}

export const denyPolicy: ResourceKind<DesiredDenyPolicy, ObservedDenyPolicy> = {
  kind: 'deny-policy',
  where: 'aws',

  // What no declaration says: the engine adds it where the mark is found.
  desired: () => [],
  identity: ({ desired }) => desired.arn,

  observe: ({ desired }, readings, owner) => look(desired.userName, desired.arn, readings, (tags) => ownershipByTags(tags, owner).by === 'us'),
  async strays(where, readings) {
    const found = await Promise.all(
      (await usersOf(where, readings)).map(async (name): Promise<readonly Stray<ObservedDenyPolicy>[]> => {
        const user = await readings.user(name);
        const arn = denialOf(user)?.arn;
        if (arn === undefined || where.accounted.has(arn)) return [];
        const observed = await look(name, arn, readings, (tags) => ownershipByTags(tags, where.owner).by === 'us');
        return observed === undefined ? [] : [{ name: nameIn(arn), observed, reason: 'its time is over: no session that it denies can live any more' }];
      }),
    );
    return found.flat();
  },
  present: ({ policy }) => policy !== undefined,
  ownership: ({ user }, owner) => ownershipByTags(user.tags, owner),
  heldByAnother: true,

  expected: (desired, _resolve, observed) => ({
    ...(observed?.document === undefined ? {} : Object.fromEntries(Object.keys(policyLines(observed.document)).map((line) => [line, '']))),
    ...policyLines(documentOf(desired)),
    attached: `to ${desired.userName}`,
    expires: desired.until.toISOString(),
    reason: desired.reason,
  }),
  found: ({ user, policy, document, attached }) => ({
    ...(document === undefined ? {} : policyLines(document)),
    attached: attached ? `to ${user.name}` : '',
    expires: policy?.tags[denialTagKeys.expires] ?? '',
    reason: policy?.tags[denialTagKeys.reason] ?? '',
  }),

  foreseen: ({ arn, name }) => ({ arn, name }),
  outputs: ({ arn }) => ({ arn }),

  async create(desired, hands) {
    const { name, path, arn, userName, reason } = desired;
    await hands.aws.iam.tagUser(userName, { [markKeys.deny]: markText(desired) });
    // Made by a try before this one, whose end did not come back.
    const there = await hands.aws.iam.getPolicy(arn);
    if (there !== undefined && ownershipByTags(there.tags, hands.owner).by === 'us') await putVersion(arn, documentOf(desired), hands);
    else await hands.aws.iam.createPolicy({ name, path, description: `Denies sessions made before ${desired.before.toISOString()}: ${reason} (bedrock-access)`, document: documentOf(desired), tags: tagsOf(desired, hands) });
    await hands.aws.iam.attachUserPolicy(userName, arn);
    return { arn, name };
  },
  async update(desired, observed, differences, hands) {
    const { arn, name, userName } = desired;
    if (observed.user.tags[markKeys.deny] !== markText(desired)) await hands.aws.iam.tagUser(userName, { [markKeys.deny]: markText(desired) });
    if (differences.includes('expires') || differences.includes('reason')) await hands.aws.iam.tagPolicy(arn, tagsOf(desired, hands));
    if (differences.includes('attached')) await hands.aws.iam.attachUserPolicy(userName, arn);
    if (differences.some((field) => !['expires', 'reason', 'attached'].includes(field))) await putVersion(arn, documentOf(desired), hands);
    return { arn, name };
  },
  async remove({ user, arn, policy, attached }, hands) {
    if (attached) await gone(() => hands.aws.iam.detachUserPolicy(user.name, arn));
    if (policy !== undefined) {
      await gone(async () => {
        for (const version of await hands.aws.iam.listPolicyVersions(arn)) if (!version.isDefault) await hands.aws.iam.deletePolicyVersion(arn, version.id);
        await hands.aws.iam.deletePolicy(arn);
      });
    }
    // Last: it tells the next run what is left.
    await gone(() => hands.aws.iam.untagUser(user.name, [markKeys.deny]));
  },

  permissions: [
    'iam:GetUser',
    'iam:GetPolicy',
    'iam:GetPolicyVersion',
    'iam:ListAttachedUserPolicies',
    'iam:ListPolicyVersions',
    'iam:TagUser',
    'iam:UntagUser',
    'iam:CreatePolicy',
    'iam:TagPolicy',
    'iam:CreatePolicyVersion',
    'iam:DeletePolicyVersion',
    'iam:DeletePolicy',
    'iam:AttachUserPolicy',
    'iam:DetachUserPolicy',
  ],
  repeatable: ['iam:TagUser', 'iam:UntagUser', 'iam:TagPolicy', 'iam:AttachUserPolicy', 'iam:DetachUserPolicy', 'iam:DeletePolicyVersion', 'iam:DeletePolicy'],
};

/** The policy that the user's mark asks for, whatever the time; undefined without a mark. */
export function denialOf(user: IamUser | undefined): DesiredDenyPolicy | undefined {
  const match = /^policy=(\S+) before=(\S+) until=(\S+) (.+)$/.exec(user?.tags[markKeys.deny] ?? '');
  if (user === undefined || match === null) return undefined;
  const [, name = '', before = '', until = '', reason = ''] = match;
  const [from, to] = [new Date(before), new Date(until)];
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return undefined;
  return { before: from, until: to, reason, userName: user.name, ...policyBeside(user.arn, user.name, name) };
}

/** What the user is to have from now on; its policy is called after the access's own, and lies under the same path. */
export function denialFor(user: IamUser, policyName: string, denial: SessionDenial): DesiredDenyPolicy {
  // IAM takes 128 characters (API reference, CreatePolicy).
  return { ...denial, userName: user.name, ...policyBeside(user.arn, user.name, `${policyName.slice(0, 114)}-deny-sessions`) };
}

export function denyPolicyOf(desired: DesiredDenyPolicy): Resource<DesiredDenyPolicy> {
  return { kind: 'deny-policy', key: 'sessions', name: desired.name, desired };
}

/** `arn:aws:iam::123456789012:user/service/NAME` has the path of its policies in it. */
function policyBeside(userArn: string, userName: string, name: string): { readonly name: string; readonly path: string; readonly arn: string } {
  const [account = '', resource = ''] = userArn.split(':user');
  const path = resource.slice(0, resource.length - userName.length);
  return { name, path, arn: `${account}:policy${path}${name}` };
}

function markText({ name, before, until, reason }: DesiredDenyPolicy): string {
  return `policy=${name} before=${before.toISOString()} until=${until.toISOString()} ${reason}`;
}

function tagsOf({ until, reason }: DesiredDenyPolicy, { owner }: Hands): Tags {
  return { ...ownerTags(owner), [denialTagKeys.reason]: reason, [denialTagKeys.expires]: until.toISOString() };
}

function documentOf({ before }: DesiredDenyPolicy): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [{ Sid: 'DenySessionsOfLeakedKey', Effect: 'Deny', Action: '*', Resource: '*', Condition: { DateLessThan: { 'aws:TokenIssueTime': before.toISOString() } } }],
  };
}

function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

async function look(userName: string, arn: string, readings: Readings, isOurs: (tags: Tags) => boolean): Promise<ObservedDenyPolicy | undefined> {
  const user = await readings.user(userName);
  if (user === undefined) return undefined;
  const [policy, attached] = await Promise.all([readings.policy(arn), readings.attachedPolicies(userName)]);
  const ours = policy !== undefined && isOurs(policy.tags) ? policy : undefined;
  const document = ours === undefined ? undefined : await readings.policyDocument(arn, ours.defaultVersionId);
  return { user, arn, attached: attached.includes(arn), ...(ours === undefined ? {} : { policy: ours }), ...(document === undefined ? {} : { document }) };
}
