/**
 * A catalog brought up to what Bedrock answers, region by region; pure. What no region was asked about stays as it was,
 * with the certainty that it had; prices are in no answer of Bedrock's and stay too.
 */
import type { Catalog, Certainty, InferenceProfile, Model } from '../types.ts';
import { refreshedLifecycle } from './lifecycle.ts';
import { nameOf } from './model-name.ts';
import type { OfferedModel, OfferedProfile, RegionOffer } from './offer.ts';

export type { OfferedModel, RegionOffer } from './offer.ts';

/** @param offers what each region that could be asked has answered */
export function refreshCatalog(catalog: Catalog, offers: readonly RegionOffer[], now: Date): Catalog {
  const date = now.toISOString().slice(0, 10);
  const profiles = refreshedProfiles(catalog, offers, certaintyBy('GetInferenceProfile', date));
  return { date, models: refreshedModels(catalog, offers, profiles, certaintyBy('ListFoundationModels', date)), profiles, prices: catalog.prices };
}

function certaintyBy(operation: string, asOf: string): Certainty {
  return { asOf, verified: true, source: `Amazon Bedrock, ${operation}` };
}

function refreshedProfiles(catalog: Catalog, offers: readonly RegionOffer[], certainty: Certainty): ReadonlyMap<string, InferenceProfile> {
  const asked = new Set(offers.map(({ region }) => region));
  const found = new Map<string, { readonly modelId: string; readonly routing: Map<string, readonly string[]> }>();
  for (const { region, profiles } of offers) {
    for (const profile of profiles.filter(({ type }) => type === 'SYSTEM_DEFINED')) {
      const [first] = profile.modelArns;
      if (first === undefined) continue;
      const entry = found.get(profile.id) ?? { modelId: modelIn(first), routing: new Map() };
      entry.routing.set(region, isGlobal(profile.id) ? [] : destinationsOf(profile));
      found.set(profile.id, entry);
    }
  }
  const entries = [...new Set([...catalog.profiles.keys(), ...found.keys()])].sort().flatMap((profileId): InferenceProfile[] => {
    const before = catalog.profiles.get(profileId);
    const now = found.get(profileId);
    const kept = [...(before?.routing ?? [])].filter(([region]) => !asked.has(region));
    const routing = new Map([...kept, ...(now?.routing ?? [])].sort(([a], [b]) => a.localeCompare(b)));
    const modelId = now?.modelId ?? before?.modelId;
    if (routing.size === 0 || modelId === undefined) return [];
    return [
      {
        profileId,
        modelId,
        scope: isGlobal(profileId) ? 'global' : 'geographic',
        prefix: profileId.slice(0, profileId.indexOf('.')),
        routing,
        // Only as sure as the least sure of its source regions.
        certainty: kept.length > 0 && before !== undefined && !before.certainty.verified ? before.certainty : now === undefined && before !== undefined ? before.certainty : certainty,
      },
    ];
  });
  return new Map(entries.map((profile) => [profile.profileId, profile]));
}

function refreshedModels(catalog: Catalog, offers: readonly RegionOffer[], profiles: ReadonlyMap<string, InferenceProfile>, certainty: Certainty): ReadonlyMap<string, Model> {
  const asked = new Set(offers.map(({ region }) => region));
  const answers = Map.groupBy(
    offers.flatMap(({ region, models }) => models.filter(isCallable).map((model) => ({ region, model }))),
    ({ model }) => model.modelId,
  );
  const over = Map.groupBy(profiles.values(), ({ modelId }) => modelId);
  const ids = [...new Set([...catalog.models.keys(), ...answers.keys()])].sort();
  return new Map(
    ids.map((modelId): [string, Model] => {
      const before = catalog.models.get(modelId);
      const told = answers.get(modelId) ?? [];
      const onDemandNow = told.filter(({ model }) => model.inferenceTypes.includes('ON_DEMAND')).map(({ region }) => region);
      const onDemandKept = (before?.onDemandRegions ?? []).filter((region) => !asked.has(region));
      const name = told[0]?.model.name ?? '';
      const known = before ?? { modelId, ...nameOf(modelId), ...(name === '' ? {} : { name }), onDemandCertainty: certainty, lifecycle: { certainty } };
      return [
        modelId,
        {
          ...known,
          profiles: (over.get(modelId) ?? []).map(({ profileId }) => profileId),
          onDemandRegions: [...onDemandKept, ...onDemandNow].sort(),
          onDemandCertainty: told.length > 0 && (onDemandKept.length === 0 || known.onDemandCertainty.verified) ? certainty : known.onDemandCertainty,
          lifecycle: refreshedLifecycle(known.lifecycle, told.map(({ region, model }) => ({ region, dates: model.lifecycle })), certainty),
          certainty: told.length > 0 ? certainty : (before?.certainty ?? certainty),
        },
      ];
    }),
  );
}

/** `…:48k` and the like are throughput to be bought, no models to call. */
function isCallable({ inferenceTypes }: OfferedModel): boolean {
  return inferenceTypes.includes('ON_DEMAND') || inferenceTypes.includes('INFERENCE_PROFILE');
}

function isGlobal(profileId: string): boolean {
  return profileId.startsWith('global.');
}

/** `arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6` */
function modelIn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function destinationsOf({ modelArns }: OfferedProfile): readonly string[] {
  return [...new Set(modelArns.map((arn) => arn.split(':')[3] ?? '').filter((region) => region !== ''))].sort();
}
