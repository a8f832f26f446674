/** A customer managed policy: what the declared models need, one per 6,144 characters. */
import { AwsCallError } from '../aws/error.ts';
import type { ManagedPolicy } from '../aws/types.ts';
import { parsePolicy } from '../policy/parse.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { keeperByTags } from './gitops.ts';
import { gone } from './iam-user.ts';
import type { Field, Hands, ResourceKind, Resolve, State, Stray } from './kind.ts';
import { deniesSessions, ownershipByTags, ownerTags } from './owner.ts';
import { policyLines } from './policy-lines.ts';
import { namedPolicies } from './policy-names.ts';
import { filled, ownProfiles, resolved } from './profile-ids.ts';
import type { Readings } from './readings.ts';
import { rolesOf, usersOf } from './search.ts';

export interface DesiredPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly document: PolicyDocument;
  readonly description: string;
  /** The application profiles that the document names. */
  readonly profiles: readonly Field[];
}

export interface ObservedPolicy {
  readonly policy: ManagedPolicy;
  readonly document: PolicyDocument | undefined;
}

export const managedPolicy: ResourceKind<DesiredPolicy, ObservedPolicy> = {
  kind: 'managed-policy',
  where: 'aws',

  desired(implied) {
    const { metadata, spec } = implied.access;
    return namedPolicies(implied).map(({ key, name, arn, document }) => ({
      kind: 'managed-policy',
      key,
      name,
      nameField: 'spec.names.policy',
      desired: {
        name,
        path: spec.names.path,
        arn,
        document,
        description: `Models on Amazon Bedrock for ${metadata.namespace}/${metadata.name} (bedrock-access)`,
        profiles: ownProfiles([JSON.stringify(document)]),
      },
      ...(spec.managedBy.iam === 'terraform' ? { required: true } : {}),
    }));
  },
  identity: (resource) => resource.desired.arn,

  observe: (resource, readings) => read(resource.desired.arn, readings),
  // A policy's first version is there as long as nobody has deleted it; a permission shows either way.
  laterReadings: ({ desired }, readings) => [readings.policyDocument(desired.arn, 'v1')],
  async strays(where, readings) {
    const [users, roles] = await Promise.all([usersOf(where, readings), rolesOf(where, readings)]);
    const attached = await Promise.all([
      ...users.map(async (user) => ((await readings.user(user)) === undefined ? [] : readings.attachedPolicies(user))),
      ...roles.map(async (role) => ((await readings.role(role)) === undefined ? [] : readings.rolePolicies(role))),
    ]);
    const unknown = [...new Set(attached.flat())].filter((arn) => !where.accounted.has(arn) && arn.includes(`:${where.account}:`));
    const found = await Promise.all(unknown.map((arn) => read(arn, readings)));
    return found
      .filter((policy) => policy !== undefined)
      .filter(({ policy }) => ownershipByTags(policy.tags, where.owner).by === 'us' && !deniesSessions(policy.tags))
      .map((observed): Stray<ObservedPolicy> => ({ name: observed.policy.name, observed, reason: 'not in the declaration any more' }));
  },
  ownership: (observed, owner) => ownershipByTags(observed.policy.tags, owner),
  keptBy: ({ policy }) => keeperByTags(policy.tags),

  expected: (desired, resolve, observed) => ({
    // A statement that somebody added shall go.
    ...(observed?.document === undefined ? {} : Object.fromEntries(Object.keys(policyLines(observed.document)).map((line) => [line, '']))),
    ...linesOf(desired.document, resolve),
  }),
  found: (observed) => (observed.document === undefined ? {} : policyLines(observed.document)),

  foreseen: (desired) => ({ arn: desired.arn, name: desired.name }),
  outputs: (observed) => ({ arn: observed.policy.arn, name: observed.policy.name }),

  async create(desired, hands) {
    const { name, path, description } = desired;
    const document = withIds(desired.document, (text) => filled(text, hands));
    const made = await hands.aws.iam.createPolicy({ name, path, description, document, tags: ownerTags(hands.owner) });
    return { arn: made.arn, name: made.name };
  },
  async update(desired, observed, differences, hands) {
    const { arn, name } = observed.policy;
    if (differences.includes('owner')) await hands.aws.iam.tagPolicy(arn, ownerTags(hands.owner));
    if (differences.some((field) => field !== 'owner')) await putVersion(arn, withIds(desired.document, (text) => filled(text, hands)), hands);
    return { arn, name };
  },
  async remove(observed, hands) {
    const { arn } = observed.policy;
    await gone(async () => {
      // DeletePolicy refuses while other versions than the default one exist (IAM API reference, DeletePolicy).
      for (const version of await hands.aws.iam.listPolicyVersions(arn)) {
        if (!version.isDefault) await hands.aws.iam.deletePolicyVersion(arn, version.id);
      }
      await hands.aws.iam.deletePolicy(arn);
    });
  },

  permissions: [
    'iam:GetPolicy',
    'iam:GetPolicyVersion',
    'iam:ListPolicyVersions',
    'iam:CreatePolicy',
    'iam:TagPolicy',
    'iam:CreatePolicyVersion',
    'iam:DeletePolicyVersion',
    'iam:DeletePolicy',
  ],
  repeatable: ['iam:TagPolicy', 'iam:DeletePolicyVersion', 'iam:DeletePolicy'],
};

/** A statement that names a profile which does not exist yet is known only after it does. */
function linesOf(document: PolicyDocument, resolve: Resolve): State {
  const known = resolved(JSON.stringify(document), resolve);
  // Lists in a line are sorted, so that ids have to be in place before.
  if (known !== undefined) return policyLines(parsePolicy(JSON.parse(known)));
  return Object.fromEntries(Object.entries(policyLines(document)).map(([line, text]) => [line, text === undefined ? undefined : resolved(text, resolve)]));
}

function withIds(document: PolicyDocument, fill: (text: string) => string): PolicyDocument {
  return parsePolicy(JSON.parse(fill(JSON.stringify(document))));
}

async function read(arn: string, readings: Readings): Promise<ObservedPolicy | undefined> {
  const policy = await readings.policy(arn);
  if (policy === undefined) return undefined;
  return { policy, document: await readings.policyDocument(arn, policy.defaultVersionId) };
}

/** A policy keeps five versions (IAM quotas): the oldest that is not the default makes room. */
export async function putVersion(arn: string, document: PolicyDocument, hands: Hands): Promise<void> {
  try {
    await hands.aws.iam.createPolicyVersion(arn, document);
  } catch (error) {
    if (!(error instanceof AwsCallError && error.kind === 'limit-exceeded')) throw error;
    const versions = await hands.aws.iam.listPolicyVersions(arn);
    const oldest = versions.filter((version) => !version.isDefault).sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || Number(a.id.slice(1)) - Number(b.id.slice(1)))[0];
    if (oldest === undefined) throw error;
    await hands.aws.iam.deletePolicyVersion(arn, oldest.id);
    await hands.aws.iam.createPolicyVersion(arn, document);
  }
}
