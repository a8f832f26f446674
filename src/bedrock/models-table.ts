import { lifecycleAt, lifecycleIn } from './lifecycle.ts';
import type { Catalog, Certainty, LifecycleState, Model, Price } from './types.ts';
import { invokeIdOf, waysTo, type Way } from './ways.ts';

/** One line of `models`: one way to call one model, from one region or anywhere. */
export interface ModelRow {
  /** What `models[].id` takes: profile id or bare id. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'on-demand' | 'geographic-profile' | 'global-profile';
  readonly modelId: string;
  readonly aliases: readonly string[];
  readonly lifecycle: LifecycleState;
  readonly endOfLifeDate?: string;
  /** Regions that it can be called from; with a region asked for, that one only. */
  readonly sourceRegions: readonly string[];
  /** With a region asked for: where requests go. Empty for a global profile. */
  readonly destinationRegions: readonly string[];
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  /** USD per million tokens. */
  readonly price?: Price;
  readonly certainty: Certainty;
}

/** The rows of `models`, in the catalog's order; filtered by what can be called from a region, and by lifecycle at `now` (in that region). */
export function listModels(catalog: Catalog, filter: { readonly region?: string; readonly lifecycle?: LifecycleState; readonly now: Date }): readonly ModelRow[] {
  return [...catalog.models.values()].flatMap((model) => {
    const lifecycle = filter.region === undefined ? model.lifecycle : lifecycleIn(model.lifecycle, filter.region);
    const state = lifecycleAt(lifecycle, filter.now);
    if (filter.lifecycle !== undefined && state !== filter.lifecycle) return [];
    return waysOf(catalog, model, filter.region).map((way): ModelRow => {
      const id = invokeIdOf(model, way);
      const price = catalog.prices.get(id) ?? (way === 'on-demand' ? catalog.prices.get(model.modelId) : undefined);
      const everywhere = way === 'on-demand' ? model.onDemandRegions : [...way.routing.keys()];
      return {
        id,
        name: model.name ?? model.modelId,
        kind: way === 'on-demand' ? 'on-demand' : way.scope === 'global' ? 'global-profile' : 'geographic-profile',
        modelId: model.modelId,
        aliases: model.aliases,
        lifecycle: state,
        ...(lifecycle.endOfLifeDate === undefined ? {} : { endOfLifeDate: lifecycle.endOfLifeDate }),
        sourceRegions: filter.region === undefined ? everywhere : [filter.region],
        destinationRegions: filter.region === undefined ? [] : way === 'on-demand' ? [filter.region] : (way.routing.get(filter.region) ?? []),
        ...(model.contextTokens === undefined ? {} : { contextTokens: model.contextTokens }),
        ...(model.maxOutputTokens === undefined ? {} : { maxOutputTokens: model.maxOutputTokens }),
        ...(price === undefined ? {} : { price }),
        certainty: way === 'on-demand' ? model.onDemandCertainty : way.certainty,
      };
    });
  });
}

function waysOf(catalog: Catalog, model: Model, region: string | undefined): readonly Way[] {
  if (region !== undefined) return waysTo(catalog, model, region);
  const profiles = model.profiles.map((id) => catalog.profiles.get(id)).filter((profile) => profile !== undefined);
  return [...profiles, ...(model.onDemandRegions.length > 0 ? ['on-demand' as const] : [])];
}
