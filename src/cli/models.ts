import { lifecycleAt } from '../bedrock/lifecycle.ts';
import { nearestRegion, regionIds } from '../bedrock/regions.ts';
import type { Catalog, InferenceProfile, Model } from '../bedrock/types.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { catalogOf } from './documents.ts';
import type { CommandOptions } from './options.ts';
import { printStructured } from './output/structured.ts';
import { table } from './output/table.ts';

/** One id that works as `models[].id`, and what is known of it. Field names are public (`--output json`). */
interface Listed {
  readonly id: string;
  readonly kind: 'on-demand' | 'geographic-profile' | 'global-profile';
  readonly model: string;
  readonly aliases: readonly string[];
  readonly lifecycle: 'ACTIVE' | 'LEGACY' | 'ENDED';
  readonly endOfLife?: string;
  /** Regions from which it can be called; for a global profile: any commercial region. */
  readonly sourceRegions: readonly string[] | 'any';
  /** Is the routing certain, by an AWS page of `asOf`? */
  readonly verified: boolean;
  readonly asOf: string;
  /** USD per million tokens. */
  readonly price?: { readonly input: number; readonly output: number };
}

/** Lists every id that works, by region and lifecycle. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  if (options.region !== undefined && !regionIds().includes(options.region)) {
    const near = nearestRegion(options.region);
    throw new AccessError('region-unknown', `${options.region} is not an AWS region`, {
      cause: near === undefined ? 'No region has a name like it.' : `Did you mean ${near}?`,
      remedy: `bedrock-access models --region ${near ?? 'us-west-2'}`,
    });
  }
  const catalog = await catalogOf(options, commandLine);
  const listed = listModels(catalog, commandLine.clock.now()).filter(
    (entry) =>
      (options.region === undefined || entry.sourceRegions === 'any' || entry.sourceRegions.includes(options.region)) &&
      (options.lifecycle === undefined || entry.lifecycle === options.lifecycle.toUpperCase()),
  );
  if (commandLine.output !== 'text') {
    await printStructured({ catalogDate: catalog.date, models: listed }, commandLine);
    return exitCodes.ok;
  }
  const rows = listed.map((entry) => [
    entry.id,
    entry.kind,
    entry.lifecycle,
    entry.endOfLife ?? '',
    entry.price === undefined ? '' : `${entry.price.input}/${entry.price.output}`,
    entry.sourceRegions === 'any' ? 'any' : entry.sourceRegions.length > 3 ? `${entry.sourceRegions.slice(0, 3).join(',')},+${entry.sourceRegions.length - 3}` : entry.sourceRegions.join(','),
    entry.verified ? '' : 'unverified',
  ]);
  commandLine.print(table(['id', 'kind', 'lifecycle', 'ends', 'usd/mtok', 'from', 'routing'], rows, commandLine.paint));
  commandLine.say(`Catalog of ${catalog.date}. ${listed.length} ids.`);
  return exitCodes.ok;
}

/** Every profile, and every model that can be called by its bare id, models in order of their names. */
export function listModels(catalog: Catalog, now: Date): readonly Listed[] {
  return [...catalog.models.values()]
    .toSorted((a, b) => a.modelId.localeCompare(b.modelId))
    .flatMap((model) => {
      const onDemand = model.onDemandRegions.length > 0 ? [entry(model, { id: model.modelId, kind: 'on-demand', sourceRegions: model.onDemandRegions, verified: model.certainty.verified, asOf: model.certainty.asOf }, catalog, now)] : [];
      const profiles = model.profiles.flatMap((id) => {
        const profile = catalog.profiles.get(id);
        return profile === undefined ? [] : [entry(model, profileFacts(profile), catalog, now)];
      });
      return [...onDemand, ...profiles];
    });
}

function profileFacts(profile: InferenceProfile): Pick<Listed, 'id' | 'kind' | 'sourceRegions' | 'verified' | 'asOf'> {
  return {
    id: profile.profileId,
    kind: profile.scope === 'global' ? 'global-profile' : 'geographic-profile',
    sourceRegions: profile.scope === 'global' ? 'any' : [...profile.routing.keys()].toSorted(),
    verified: profile.certainty.verified,
    asOf: profile.certainty.asOf,
  };
}

function entry(model: Model, facts: Pick<Listed, 'id' | 'kind' | 'sourceRegions' | 'verified' | 'asOf'>, catalog: Catalog, now: Date): Listed {
  const price = catalog.prices.get(facts.id);
  const ends = model.lifecycle.endOfLifeDate;
  return {
    ...facts,
    model: model.modelId,
    aliases: model.aliases,
    lifecycle: lifecycleAt(model.lifecycle, now),
    ...(ends === undefined ? {} : { endOfLife: ends }),
    ...(price === undefined ? {} : { price: { input: price.input, output: price.output } }),
  };
}
