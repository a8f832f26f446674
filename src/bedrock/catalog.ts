import { z } from 'zod';
import { AccessError } from '../errors/error.ts';
import made from './catalog.json' with { type: 'json' };
import type { Catalog, Certainty, Lifecycle } from './types.ts';

/** The catalog that comes with the program. Its `date` says how old it is. */
export function loadCatalog(): Catalog {
  return parseCatalog(made);
}

/**
 * Reads a catalog file (`--catalog FILE`, written by `models --refresh`).
 * @throws AccessError `catalog-invalid` with the first field that does not fit.
 */
export function parseCatalog(json: unknown): Catalog {
  const parsed = catalogSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AccessError('catalog-invalid', `The catalog does not fit its format at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? 'unknown problem'}.`, {
      cause: 'It was written by another version of the program, or changed by hand.',
      remedy: 'Write it anew with `bedrock-access models --refresh --out FILE`, or leave out --catalog.',
    });
  }
  return build(parsed.data);
}

function build(file: CatalogFile): Catalog {
  return {
    date: file.date,
    models: new Map(
      file.models.map(({ onDemand, lifecycle, ...entry }) => {
        const [certainty, model] = certaintyOf(entry);
        const [onDemandCertainty, { regions }] = certaintyOf(onDemand);
        return [model.modelId, { ...model, certainty, onDemandRegions: regions, onDemandCertainty, lifecycle: readLifecycle(lifecycle) }];
      }),
    ),
    profiles: new Map(
      file.profiles.map((entry) => {
        const [certainty, { routing, ...profile }] = certaintyOf(entry);
        return [profile.profileId, { ...profile, certainty, routing: new Map(Object.entries(routing)) }];
      }),
    ),
    prices: new Map(
      file.prices.map((entry) => {
        const [certainty, price] = certaintyOf(entry);
        return [price.id, { ...price, certainty }];
      }),
    ),
  };
}

function readLifecycle({ regional, ...entry }: LifecycleFile): Lifecycle {
  const [certainty, own] = certaintyOf(entry);
  if (regional === undefined) return { ...own, certainty };
  return {
    ...own,
    certainty,
    regional: regional.map((place) => {
      const [placeCertainty, rest] = certaintyOf(place);
      return { ...rest, certainty: placeCertainty };
    }),
  };
}

/** Takes an entry's certainty apart from what it is about. */
function certaintyOf<Entry extends Certainty>(entry: Entry): [Certainty, Omit<Entry, keyof Certainty>] {
  const { asOf, verified, source, note, ...rest } = entry;
  return [{ asOf, verified, source, ...(note === undefined ? {} : { note }) }, rest];
}

/** The inverse of {@link parseCatalog}: what a catalog file holds. */
export function catalogFile(catalog: Catalog): CatalogFile {
  return {
    date: catalog.date,
    models: [...catalog.models.values()].map(({ certainty, onDemandRegions, onDemandCertainty, lifecycle, ...model }) => ({
      ...model,
      onDemand: { regions: onDemandRegions, ...onDemandCertainty },
      lifecycle: lifecycleFile(lifecycle),
      ...certainty,
    })),
    profiles: [...catalog.profiles.values()].map(({ certainty, routing, ...profile }) => ({ ...profile, routing: Object.fromEntries(routing), ...certainty })),
    prices: [...catalog.prices.values()].map(({ certainty, ...price }) => ({ ...price, ...certainty })),
  };
}

function lifecycleFile({ certainty, regional, ...dates }: Lifecycle): LifecycleFile {
  return { ...dates, ...(regional === undefined ? {} : { regional: regional.map(({ certainty: own, ...entry }) => ({ ...entry, ...own })) }), ...certainty };
}

/** A catalog as it lies in a file: certainty is spread into each entry. */
export type CatalogFile = z.infer<typeof catalogSchema>;
type LifecycleFile = CatalogFile['models'][number]['lifecycle'];

const certainty = { asOf: z.string(), verified: z.boolean(), source: z.string(), note: z.string().exactOptional() };
const dates = {
  launchDate: z.string().exactOptional(),
  legacyDate: z.string().exactOptional(),
  extendedAccessDate: z.string().exactOptional(),
  endOfLifeDate: z.string().exactOptional(),
  endOfLifeNoSoonerThan: z.string().exactOptional(),
};
const strings = z.array(z.string()).readonly();
const catalogSchema = z.object({
  date: z.iso.date(),
  models: z.array(
    z.object({
      modelId: z.string(),
      name: z.string().exactOptional(),
      provider: z.string(),
      family: z.string(),
      version: z.string(),
      aliases: strings,
      profiles: strings,
      onDemand: z.object({ regions: strings, ...certainty }),
      lifecycle: z.object({ ...dates, regional: z.array(z.object({ regions: strings, ...dates, ...certainty })).exactOptional(), ...certainty }),
      contextTokens: z.number().exactOptional(),
      maxOutputTokens: z.number().exactOptional(),
      ...certainty,
    }),
  ),
  profiles: z.array(
    z.object({
      profileId: z.string(),
      modelId: z.string(),
      scope: z.enum(['geographic', 'global']),
      prefix: z.string(),
      routing: z.record(z.string(), strings),
      ...certainty,
    }),
  ),
  prices: z.array(
    z.object({
      id: z.string(),
      input: z.number(),
      output: z.number(),
      cacheWrite5m: z.number().exactOptional(),
      cacheWrite1h: z.number().exactOptional(),
      cacheRead: z.number().exactOptional(),
      batchInput: z.number().exactOptional(),
      batchOutput: z.number().exactOptional(),
      ...certainty,
    }),
  ),
});
