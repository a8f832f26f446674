import type { Lifecycle, LifecycleState } from './types.ts';

/**
 * The state at a time. Bedrock's API knows ACTIVE and LEGACY only (API_FoundationModelLifecycle); at its end-of-life date
 * a model stops answering ("Model lifecycle", user guide). A date without a time is taken as its first moment in UTC.
 */
export function lifecycleAt(lifecycle: Lifecycle, now: Date): LifecycleState {
  if (reached(lifecycle.endOfLifeDate, now)) return 'ENDED';
  if (reached(lifecycle.legacyDate, now)) return 'LEGACY';
  return 'ACTIVE';
}

/** The lifecycle as it is in one region, whose dates may differ. */
export function lifecycleIn(lifecycle: Lifecycle, region: string): Lifecycle {
  const { regional, ...rest } = lifecycle;
  const own = regional?.find((entry) => entry.regions.some((place) => place === region || (place.endsWith('-') && region.startsWith(place))));
  if (own === undefined) return rest;
  const { regions: _, ...dates } = own;
  return { ...(rest.launchDate === undefined ? {} : { launchDate: rest.launchDate }), ...dates };
}

/** Days from now until the end of life, rounded up; undefined when no end is known. Negative once it has ended. */
export function daysUntilEnd(lifecycle: Lifecycle, now: Date): number | undefined {
  if (lifecycle.endOfLifeDate === undefined) return undefined;
  return Math.ceil((Date.parse(lifecycle.endOfLifeDate) - now.getTime()) / 86_400_000);
}

function reached(date: string | undefined, now: Date): boolean {
  return date !== undefined && now.getTime() >= Date.parse(date);
}
