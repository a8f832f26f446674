import { lifecycleAt, lifecycleIn } from './lifecycle.ts';
import type { Catalog, InferenceProfile, Model } from './types.ts';

/** How a model can be called: through a profile, or by its bare id. */
export type Way = InferenceProfile | 'on-demand';

/** The ways to call a model from a region, best first: geographic profiles (data stays in the geography), on demand, global. */
export function waysTo(catalog: Catalog, model: Model, region: string): readonly Way[] {
  const profiles = profilesFrom(catalog, model, region);
  return [
    ...profiles.filter((profile) => profile.scope === 'geographic'),
    ...(model.onDemandRegions.includes(region) ? ['on-demand' as const] : []),
    ...profiles.filter((profile) => profile.scope === 'global'),
  ];
}

/** Profiles over a model that can be called from a region, geographic ones first. */
export function profilesFrom(catalog: Catalog, model: Model, region: string): readonly InferenceProfile[] {
  return model.profiles
    .map((id) => catalog.profiles.get(id))
    .filter((profile) => profile !== undefined)
    .filter((profile) => profile.routing.has(region))
    .sort((a, b) => Number(a.scope === 'global') - Number(b.scope === 'global'));
}

/** What the client passes as model id for a way. */
export function invokeIdOf(model: Model, way: Way): string {
  return way === 'on-demand' ? model.modelId : way.profileId;
}

/** `geographic, to us-east-1, us-east-2, us-west-2`. */
export function describeWay(profile: InferenceProfile, region: string): string {
  return profile.scope === 'global' ? 'global, to any commercial region' : `geographic, to ${(profile.routing.get(region) ?? []).join(', ')}`;
}

/** Models of the same family that are active at a time and can be called from a region, newest version first, by the id to use there. */
export function successorsOf(catalog: Catalog, model: Model, region: string, now: Date): readonly string[] {
  return [...catalog.models.values()]
    .filter((other) => other.family === model.family && compareVersions(other.version, model.version) > 0)
    .filter((other) => lifecycleAt(lifecycleIn(other.lifecycle, region), now) === 'ACTIVE' && launched(other, now))
    .sort((a, b) => compareVersions(b.version, a.version))
    .flatMap((other) => waysTo(catalog, other, region).slice(0, 1).map((way) => invokeIdOf(other, way)));
}

/** Ids of what can be called from a region and is active, in the catalog's order. */
export function modelsReadyIn(catalog: Catalog, region: string, now: Date): readonly string[] {
  return [...catalog.models.values()]
    .filter((model) => lifecycleAt(lifecycleIn(model.lifecycle, region), now) === 'ACTIVE' && launched(model, now))
    .flatMap((model) => waysTo(catalog, model, region).slice(0, 1).map((way) => invokeIdOf(model, way)));
}

/** `4.6` against `4.10`: number by number. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function launched(model: Model, now: Date): boolean {
  return model.lifecycle.launchDate === undefined || now.getTime() >= Date.parse(model.lifecycle.launchDate);
}
