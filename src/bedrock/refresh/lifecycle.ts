import { lifecycleIn } from '../lifecycle.ts';
import type { Certainty, Lifecycle, RegionalLifecycle } from '../types.ts';
import type { OfferedLifecycle } from './offer.ts';

type Dates = Omit<Lifecycle, 'certainty' | 'regional'>;

/** The dates that most regions tell, and beside them the regions that differ (they may: API_FoundationModelLifecycle). */
export function refreshedLifecycle(before: Lifecycle, told: readonly { readonly region: string; readonly dates: OfferedLifecycle }[], certainty: Certainty): Lifecycle {
  // A region that tells no date tells nothing new: those of AWS's pages stay.
  const answers = told.map(({ region, dates }) => ({ region, dates: datesOf(dates, before) })).filter(({ dates }) => dates !== undefined);
  const groups = [...Map.groupBy(answers, ({ dates }) => JSON.stringify(dates)).values()].sort((a, b) => b.length - a.length);
  const most = groups[0]?.[0]?.dates;
  if (most === undefined) return before;
  const base: Lifecycle = { ...most, certainty, ...(before.regional === undefined ? {} : { regional: before.regional }) };
  const differing = groups.flatMap((group): RegionalLifecycle[] => {
    const [first] = group;
    const regions = group.map(({ region }) => region).filter((region) => JSON.stringify(plain(lifecycleIn(base, region))) !== JSON.stringify(first?.dates));
    return regions.length === 0 ? [] : [{ ...first?.dates, regions, certainty }];
  });
  // The first entry that names a region counts: those of the answers go before the ones with prefixes.
  const regional = [...differing, ...(before.regional ?? [])];
  return { ...base, ...(regional.length === 0 ? {} : { regional }) };
}

function datesOf(offered: OfferedLifecycle, before: Lifecycle): Dates | undefined {
  if (Object.values(offered).every((date) => !(date instanceof Date))) return undefined;
  const launchDate = offered.startOfLife === undefined ? before.launchDate : text(offered.startOfLife);
  return plain({
    ...(launchDate === undefined ? {} : { launchDate }),
    ...(offered.legacy === undefined ? {} : { legacyDate: text(offered.legacy) }),
    ...(offered.publicExtendedAccess === undefined ? {} : { extendedAccessDate: text(offered.publicExtendedAccess) }),
    ...(offered.endOfLife === undefined ? {} : { endOfLifeDate: text(offered.endOfLife) }),
    // In no answer: a promise of AWS's page, until there is a date.
    ...(offered.endOfLife !== undefined || before.endOfLifeNoSoonerThan === undefined ? {} : { endOfLifeNoSoonerThan: before.endOfLifeNoSoonerThan }),
  });
}

/** In one order, so that two can be compared as text. */
function plain({ launchDate, legacyDate, extendedAccessDate, endOfLifeDate, endOfLifeNoSoonerThan }: Dates): Dates {
  return {
    ...(launchDate === undefined ? {} : { launchDate }),
    ...(legacyDate === undefined ? {} : { legacyDate }),
    ...(extendedAccessDate === undefined ? {} : { extendedAccessDate }),
    ...(endOfLifeDate === undefined ? {} : { endOfLifeDate }),
    ...(endOfLifeNoSoonerThan === undefined ? {} : { endOfLifeNoSoonerThan }),
  };
}

/** A day where it is midnight in UTC, as AWS's pages write them. */
function text(date: Date): string {
  return date.toISOString().replace('T00:00:00.000Z', '');
}
