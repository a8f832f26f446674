import { AwsCallError } from '../aws/error.ts';
import type { Aws } from '../aws/types.ts';
import type { RegionOffer } from '../bedrock/refresh/index.ts';
import type { Catalog } from '../bedrock/types.ts';

export interface AskedRegions {
  readonly offers: readonly RegionOffer[];
  /** Regions that gave no answer, each with the reason: what the catalog says of them stays. */
  readonly skipped: readonly { readonly region: string; readonly reason: string }[];
}

/** Regions asked at a time: Bedrock's control plane allows a few requests a second in each. */
const atOnce = 6;

/**
 * Asks Bedrock in each region what it offers: ListFoundationModels, ListInferenceProfiles, and GetInferenceProfile for a
 * profile that the catalog knows there and the list does not show. A region that is not enabled for the account, that has
 * no Bedrock or that cannot be reached is skipped.
 *
 * @throws the first failure, when no region answered: then it is not about regions
 */
export async function askRegions(aws: Pick<Aws, 'bedrock'>, regions: readonly string[], catalog: Catalog): Promise<AskedRegions> {
  const offers: RegionOffer[] = [];
  const skipped: { readonly region: string; readonly reason: string }[] = [];
  let failure: unknown;
  const waiting = [...regions];
  const work = async (): Promise<void> => {
    for (let region = waiting.shift(); region !== undefined; region = waiting.shift()) {
      try {
        offers.push(await ask(aws, region, catalog));
      } catch (error) {
        if (!(error instanceof AwsCallError)) throw error;
        failure ??= error;
        skipped.push({ region, reason: reasonOf(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, regions.length) }, work));
  if (offers.length === 0 && failure !== undefined) throw failure;
  const byRegion = (a: { readonly region: string }, b: { readonly region: string }): number => a.region.localeCompare(b.region);
  return { offers: offers.sort(byRegion), skipped: skipped.sort(byRegion) };
}

async function ask(aws: Pick<Aws, 'bedrock'>, region: string, catalog: Catalog): Promise<RegionOffer> {
  const bedrock = aws.bedrock(region);
  const [models, listed] = await Promise.all([bedrock.listFoundationModels(), bedrock.listInferenceProfiles('SYSTEM_DEFINED')]);
  const shown = new Set(listed.map(({ id }) => id));
  const missing = [...catalog.profiles.values()].filter(({ profileId, routing }) => routing.has(region) && !shown.has(profileId));
  const asked = [];
  for (const { profileId } of missing) asked.push(await bedrock.getInferenceProfile(profileId));
  return { region, models, profiles: [...listed, ...asked.filter((profile) => profile !== undefined)] };
}

function reasonOf({ kind, code }: AwsCallError): string {
  switch (kind) {
    case 'unreachable':
      return 'no Bedrock there that could be reached';
    case 'invalid-credentials':
      return 'not enabled for this account';
    case 'denied':
      return 'not allowed by the policies of this identity';
    default:
      return `AWS answered ${code}`;
  }
}
