/**
 * The profile that lets IAM Roles Anywhere hand out the access's role. AWS chooses its id and lets several bear one name: it
 * is found by its owner tags. The trust anchor is the platform's: it must be there, and is never written.
 */
import type { RolesAnywhereProfile, Tags, TrustAnchor } from '../aws/types.ts';
import type { Finding } from '../finding.ts';
import { keeperByTags } from './gitops.ts';
import { gone } from './iam-user.ts';
import { isRecord, textAt } from './json.ts';
import { address, reference, type Field, type ResourceKind, type Stray, type Whereabouts } from './kind.ts';
import { ours, ownershipByTags, ownerTags, type Owner } from './owner.ts';
import type { Readings } from './readings.ts';
import { rolesAnywhereOf } from './roles-anywhere.ts';

export interface DesiredProfile {
  readonly region: string;
  readonly name: string;
  readonly trustAnchor: { readonly arn: string; readonly id: string };
  readonly role: Field;
  readonly seconds: number;
}

type TaggedProfile = RolesAnywhereProfile & { readonly tags: Tags };

export interface ObservedProfile {
  readonly region: string;
  readonly profile?: TaggedProfile;
  /** Undefined where there is none, and where the profile is a stray. */
  readonly trustAnchor?: TrustAnchor;
}

export const rolesAnywhereProfile: ResourceKind<DesiredProfile, ObservedProfile> = {
  kind: 'roles-anywhere-profile',
  where: 'aws',

  desired({ access, partition }) {
    const identity = rolesAnywhereOf(access, partition);
    if (identity === undefined) return [];
    const { region, profile, declared, trustAnchorId, sessionSeconds } = identity;
    const desired: DesiredProfile = { region, name: profile, trustAnchor: { arn: declared.trustAnchor, id: trustAnchorId }, role: reference('iam-role', 'role', 'arn'), seconds: sessionSeconds };
    return [{ kind: 'roles-anywhere-profile', key: 'profile', name: profile, desired, ...(access.spec.managedBy.iam === 'terraform' ? { required: true } : {}) }];
  },
  identity: ({ desired }) => `${desired.region} ${desired.name}`,

  async observe({ desired }, readings, owner) {
    const { region, name } = desired;
    const [trustAnchor, [profile]] = await Promise.all([readings.trustAnchor(region, desired.trustAnchor.id), profilesOf(region, owner, readings, name)]);
    return { region, ...(trustAnchor === undefined ? {} : { trustAnchor }), ...(profile === undefined ? {} : { profile }) };
  },
  async strays(where, readings) {
    const found = await Promise.all((await regionsOf(where, readings)).map(async (region) => (await profilesOf(region, where.owner, readings)).map((profile) => ({ region, profile }))));
    const seen = new Set<string>();
    return found.flat().flatMap(({ region, profile }): readonly Stray<ObservedProfile>[] => {
      const identity = `${region} ${profile.name}`;
      const twin = seen.has(identity);
      seen.add(identity);
      if (where.accounted.has(identity) && !twin) return [];
      return [{ name: profile.name, observed: { region, profile }, reason: twin ? 'there is another of the same name' : 'not in the declaration any more' }];
    });
  },
  present: ({ profile }) => profile !== undefined,
  // Only what carries our tags is found at all.
  ownership: () => ours,
  keptBy: ({ profile }) => keeperByTags(profile?.tags ?? {}),

  expected: ({ role, seconds }, resolve) => ({ roles: resolve(role), sessions: `${seconds} s`, enabled: 'yes' }),
  found: ({ profile }) => (profile === undefined ? {} : { roles: profile.roleArns.join(', '), sessions: `${profile.durationSeconds} s`, enabled: profile.enabled ? 'yes' : 'no' }),
  problems(resource, observed): readonly Finding[] {
    const { arn } = resource.desired.trustAnchor;
    if (observed === undefined) return [];
    const place = { field: 'spec.credentials.rolesAnywhere.trustAnchor', resource: address(resource) };
    if (observed.trustAnchor === undefined) {
      return [{ id: 'trust-anchor-missing', severity: 'error', message: `there is no trust anchor ${arn}`, cause: "It tells AWS whose certificates to accept, and is the platform's: an access never makes one.", remedy: "Let the platform make one of the issuer's authority (aws rolesanywhere create-trust-anchor), or correct credentials.rolesAnywhere.trustAnchor.", place }];
    }
    if (observed.trustAnchor.enabled) return [];
    return [{ id: 'trust-anchor-disabled', severity: 'error', message: `the trust anchor ${observed.trustAnchor.name} is disabled`, cause: 'While it is disabled, no certificate of its authority gets a session.', remedy: `Let its owner enable it: aws rolesanywhere enable-trust-anchor --trust-anchor-id ${observed.trustAnchor.id} --region ${observed.region}`, place }];
  },

  foreseen: () => ({}),
  outputs: ({ profile }): Readonly<Record<string, string>> => (profile === undefined ? {} : { arn: profile.arn }),

  lasting: ['arn'],

  async create({ region, name, role, seconds }, hands) {
    const profile = await hands.aws.rolesAnywhere(region).createProfile({ name, roleArns: [hands.value(role)], durationSeconds: seconds, tags: ownerTags(hands.owner) });
    return { arn: profile.arn };
  },
  async update({ role, seconds }, { region, profile }, differences, hands) {
    if (profile === undefined) throw new TypeError('a profile that was not found is made, not changed');
    const calls = hands.aws.rolesAnywhere(region);
    if (differences.includes('enabled')) await calls.enableProfile(profile.id);
    if (differences.some((field) => field !== 'enabled')) await calls.updateProfile(profile.id, { roleArns: [hands.value(role)], durationSeconds: seconds });
    return { arn: profile.arn };
  },
  async remove({ region, profile }, hands) {
    if (profile !== undefined) await gone(() => hands.aws.rolesAnywhere(region).deleteProfile(profile.id));
  },

  permissions: [
    'rolesanywhere:GetTrustAnchor',
    'rolesanywhere:ListProfiles',
    'rolesanywhere:ListTagsForResource',
    'rolesanywhere:CreateProfile',
    'rolesanywhere:TagResource',
    'rolesanywhere:UpdateProfile',
    'rolesanywhere:EnableProfile',
    'rolesanywhere:DeleteProfile',
    // Whoever lists a role in a profile passes it to the service.
    'iam:PassRole',
  ],
  repeatable: ['rolesanywhere:UpdateProfile', 'rolesanywhere:EnableProfile', 'rolesanywhere:DeleteProfile'],
};

/** Ours, the oldest first: a creation whose answer was lost and that was made again leaves two. */
async function profilesOf(region: string, owner: Owner, readings: Readings, name?: string): Promise<readonly TaggedProfile[]> {
  const named = (await readings.rolesAnywhereProfiles(region)).filter((profile) => name === undefined || profile.name === name);
  const tagged = await Promise.all(named.map(async (profile) => ({ ...profile, tags: (await readings.rolesAnywhereTags(region, profile.arn)) ?? {} })));
  return tagged
    .filter(({ tags }) => ownershipByTags(tags, owner).by === 'us')
    .sort((a, b) => `${a.createdAt} ${a.id}`.localeCompare(`${b.createdAt} ${b.id}`, 'en'));
}

/** Where this access has or had a profile: where one is or was declared; with `sweep`, where a role of ours trusts a trust anchor. */
export async function regionsOf(where: Whereabouts, readings: Readings): Promise<readonly string[]> {
  const named = where.named.filter(({ kind }) => kind === 'roles-anywhere-profile').flatMap(({ desired }) => (isRecord(desired) ? [textAt(desired, 'region') ?? ''] : []));
  if (!where.sweep) return [...new Set(named)];
  const roles = (await readings.rolesWithTags()).filter((role) => ownershipByTags(role.tags, where.owner).by === 'us');
  const trusted = roles.flatMap(({ trust }) => [...JSON.stringify(trust).matchAll(/:rolesanywhere:([a-z0-9-]+):\d{12}:trust-anchor\//g)].map(([, region = '']) => region));
  return [...new Set([...named, ...trusted])];
}
