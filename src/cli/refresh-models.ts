import { openAws } from '../aws/open.ts';
import { catalogFile } from '../bedrock/catalog.ts';
import { refreshCatalog } from '../bedrock/refresh/index.ts';
import { partitionOf, regionIds } from '../bedrock/regions.ts';
import type { Catalog } from '../bedrock/types.ts';
import { askRegions } from '../engine/index.ts';
import { exitCodes } from '../errors/error.ts';
import { regionOf } from './access-names.ts';
import type { CommandLine } from './command-line.ts';
import { writeText } from './files.ts';
import type { CommandOptions } from './options.ts';
import { counted } from './output/text.ts';
import { programVersion } from './version.ts';

/** `models --refresh`: the catalog brought up to what Bedrock answers now, in every region of the caller's partition. */
export async function refreshModels(catalog: Catalog, options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const { environment, clock, random } = commandLine;
  const home = options.region ?? regionOf(commandLine);
  const aws = openAws({ region: home, environment, clock, random, userAgent: `bedrock-access/${programVersion}`, ...(options.profile === undefined ? {} : { profile: options.profile }) });
  const regions = options.region === undefined ? regionIds().filter((region) => partitionOf(region) === partitionOf(home)) : [options.region];
  const { offers, skipped } = await askRegions(aws, regions, catalog);
  const refreshed = refreshCatalog(catalog, offers, clock.now());
  const text = `${JSON.stringify(catalogFile(refreshed), null, 2)}\n`;
  for (const { region, reason } of skipped) commandLine.say(`skipped ${region}: ${reason}`);
  if (options.out === undefined) commandLine.print(text.trimEnd());
  else await writeText(options.out, text, commandLine, { overwrite: true, remedy: 'Choose another name for --out.' });
  const { models, profiles } = changesBetween(catalog, refreshed);
  commandLine.say(`Asked ${counted(offers.length, 'region')}: ${counted(models, 'model')} and ${counted(profiles, 'inference profile')} differ from the catalog of ${catalog.date}.`);
  return exitCodes.ok;
}

/** Entries that are new, gone or otherwise; how sure they are does not count. */
function changesBetween(before: Catalog, after: Catalog): { readonly models: number; readonly profiles: number } {
  const [then, now] = [catalogFile(before), catalogFile(after)];
  const differing = (a: readonly Readonly<Record<string, unknown>>[], b: readonly Readonly<Record<string, unknown>>[], id: string): number => {
    const [x, y] = [a, b].map((entries) => new Map(entries.map((entry) => [entry[id], JSON.stringify(entry, withoutCertainty)])));
    return new Set([...(x?.keys() ?? []), ...(y?.keys() ?? [])].filter((key) => x?.get(key) !== y?.get(key))).size;
  };
  return { models: differing(then.models, now.models, 'modelId'), profiles: differing(then.profiles, now.profiles, 'profileId') };
}

function withoutCertainty(key: string, value: unknown): unknown {
  if (['asOf', 'verified', 'source', 'note'].includes(key)) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return [...value].sort();
  // Two orders of the same fields are the same.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b))) : value;
}
