/**
 * An application inference profile of the access's own over a model or a system profile: calls through it count for this
 * access alone. AWS chooses its id, and no API changes what it copies: another source is another profile. The new one is
 * made first, both are permitted, the workload moves, then the old one goes. Names are not unique (Bedrock API reference,
 * CreateInferenceProfile): a profile is known by its name, its tags and the model beneath.
 */
import { createHash } from 'node:crypto';
import type { InferenceProfileSummary, Tags } from '../aws/types.ts';
import { applicationInferenceProfileArn, foundationModelArn, inferenceProfileArn } from '../bedrock/arn.ts';
import { ownProfileSource } from '../bedrock/own-profile.ts';
import type { ResolvedModel } from '../bedrock/types.ts';
import { gone } from './iam-user.ts';
import { keeperByTags } from './gitops.ts';
import { isRecord, textAt } from './json.ts';
import type { Field, ResourceKind, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { ownProfile } from './profile-ids.ts';
import { ownershipByTags, ownerTags, type Owner } from './owner.ts';
import type { Readings } from './readings.ts';
import { profileRegionsMarked } from './profile-regions.ts';

export interface DesiredProfile {
  readonly name: string;
  readonly region: string;
  readonly account: string;
  /** ARN of the foundation model or system profile that it copies. */
  readonly copyFrom: string;
  readonly modelId: string;
  readonly description: string;
  /** What it copies, as the declaration means it: its key. */
  readonly source: string;
  /** The user or role that carries the mark of the region, written before. */
  readonly holders: readonly Field[];
}

export interface ObservedProfile extends InferenceProfileSummary {
  readonly region: string;
  readonly tags: Tags;
}

export const applicationInferenceProfile: ResourceKind<DesiredProfile, ObservedProfile> = {
  kind: 'application-inference-profile',
  where: 'aws',

  desired({ access, models }) {
    const { account, names, managedBy } = access.spec;
    const sources = new Map(models.flatMap((model) => (ownProfileSource(model) === undefined ? [] : [[ownProfileSource(model) ?? '', model] as const])));
    return [...sources].map(([source, model]) => {
      const name = profileName(names.profile, source);
      return {
        kind: 'application-inference-profile',
        key: source,
        name,
        nameField: 'spec.names.profile',
        desired: {
          name,
          region: model.sourceRegion,
          account,
          copyFrom: sourceArn(model, account),
          modelId: model.modelId,
          description: describe(`${source} for ${access.metadata.namespace} ${access.metadata.name} by bedrock-access`),
          source,
          holders: [reference('iam-user', 'user', 'name'), reference('iam-role', 'role', 'name')],
        },
        ...(managedBy.iam === 'terraform' ? { required: true } : {}),
      };
    });
  },
  identity: ({ desired }) => `${desired.region} ${desired.name}`,

  observe: ({ desired }, readings, owner) => profileOf(desired, readings, owner),
  // Tags are asked for only of what the list shows; a permission shows on an id that cannot be.
  laterReadings: ({ desired }, readings) => [readings.profileTags(desired.region, applicationInferenceProfileArn('aws', desired.region, desired.account, '000000000000'))],
  async strays(where, readings) {
    const named = where.named.filter(({ kind }) => kind === 'application-inference-profile').map(({ desired }) => desired).filter(isDesired);
    const regions = [...new Set([...named.map(({ region }) => region), ...(await profileRegionsMarked(where, readings))])];
    const accounted = new Set((await Promise.all(named.map((desired) => profileOf(desired, readings, where.owner)))).map((profile) => profile?.arn));
    const found = await Promise.all(
      regions.map(async (region): Promise<readonly Stray<ObservedProfile>[]> => {
        const profiles = (await readings.applicationProfiles(region)).filter(({ arn }) => !accounted.has(arn));
        const tagged = await Promise.all(profiles.map((profile) => withTags(profile, region, readings)));
        return tagged
          .filter(({ tags }) => ownershipByTags(tags, where.owner).by === 'us')
          .map((observed) => ({ name: observed.name, observed, reason: 'not in the declaration any more' }));
      }),
    );
    return found.flat();
  },
  ownership: ({ tags }, owner) => ownershipByTags(tags, owner),
  keptBy: ({ tags }) => keeperByTags(tags),

  expected: ({ modelId }) => ({ model: modelId }),
  found: (profile) => ({ model: [...modelsOf(profile)].sort().join(', ') }),

  foreseen: ({ name }) => ({ name }),
  outputs: ({ id, arn, name }) => ({ id, arn, name }),

  async create({ name, region, copyFrom, description }, hands) {
    const { arn } = await hands.aws.bedrock(region).createInferenceProfile({ name, description, copyFrom, tags: ownerTags(hands.owner), clientRequestToken: requestToken(hands.owner, copyFrom) });
    return { id: arn.slice(arn.lastIndexOf('/') + 1), arn, name };
  },
  async update(_desired, { id, arn, name, region }, differences, hands) {
    if (differences.includes('owner')) await hands.aws.bedrock(region).tagResource(arn, ownerTags(hands.owner));
    return { id, arn, name };
  },
  async remove({ region, arn }, hands) {
    await gone(() => hands.aws.bedrock(region).deleteInferenceProfile(arn));
  },
  async settle({ region, name, source }, hands) {
    const arn = hands.value(ownProfile(source, 'arn'));
    const listed = (await hands.aws.bedrock(region).listInferenceProfiles('APPLICATION')).find((profile) => profile.arn === arn);
    return listed?.status === 'ACTIVE' ? undefined : `Bedrock to offer the application inference profile ${name}`;
  },

  permissions: ['bedrock:ListInferenceProfiles', 'bedrock:ListTagsForResource', 'bedrock:CreateInferenceProfile', 'bedrock:TagResource', 'bedrock:DeleteInferenceProfile'],
  repeatable: ['bedrock:CreateInferenceProfile', 'bedrock:TagResource', 'bedrock:DeleteInferenceProfile'],
};

/** Ours where there is one; else another of that name over the same model. */
async function profileOf({ name, region, modelId }: DesiredProfile, readings: Readings, owner: Owner): Promise<ObservedProfile | undefined> {
  const alike = (await readings.applicationProfiles(region)).filter((profile) => profile.name === name && modelsOf(profile).has(modelId));
  const tagged = await Promise.all(alike.map((profile) => withTags(profile, region, readings)));
  return tagged.find(({ tags }) => ownershipByTags(tags, owner).by === 'us') ?? tagged[0];
}

function isDesired(desired: unknown): desired is DesiredProfile {
  return isRecord(desired) && textAt(desired, 'region') !== undefined && textAt(desired, 'modelId') !== undefined && textAt(desired, 'name') !== undefined;
}

async function withTags(profile: InferenceProfileSummary, region: string, readings: Readings): Promise<ObservedProfile> {
  return { ...profile, region, tags: (await readings.profileTags(region, profile.arn)) ?? {} };
}

/** The foundation models beneath; a profile over several regions names the same one in each. */
function modelsOf({ modelArns }: InferenceProfileSummary): ReadonlySet<string> {
  return new Set(modelArns.map((arn) => arn.slice(arn.lastIndexOf('/') + 1)));
}

/** "For one region, the ARN of the model in that region; for several, of the system-defined profile" (Bedrock API reference, CreateInferenceProfile). */
function sourceArn({ partition, sourceRegion, profileId, modelId }: ResolvedModel, account: string): string {
  return profileId === undefined ? foundationModelArn(partition, sourceRegion, modelId) : inferenceProfileArn(partition, sourceRegion, account, profileId);
}

/**
 * Derived from the owner and the source alone: the same profile asked for twice is made once ("If this token matches a
 * previous request, Amazon Bedrock ignores the request", CreateInferenceProfile).
 */
function requestToken(owner: Owner, copyFrom: string): string {
  return createHash('sha256').update([owner.cluster, owner.namespace, owner.name, copyFrom].join('\n')).digest('hex');
}

/** At most 64 letters and digits, each with one space, `_` or `-` after it at most (CreateInferenceProfile, inferenceProfileName). */
export function profileName(stem: string, source: string): string {
  const name = `${stem}-${source.replaceAll(/[^0-9A-Za-z]+/g, '-')}`.replace(/-$/, '');
  if (name.length <= 64) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, 55).replace(/[^0-9A-Za-z]+$/, '')}-${hash}`;
}

/** At most 200 letters, digits, `:` and `.`, each with one space, `_` or `-` after it at most (CreateInferenceProfile, description). */
function describe(text: string): string {
  return text.replaceAll(/[^0-9A-Za-z:.]*([ _-])[^0-9A-Za-z:.]*/g, '$1').slice(0, 200).trim();
}
