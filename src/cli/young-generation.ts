import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes of both halves together: what some accesses in work need for what lives no longer than their plan. */
const enough = 32 * 1024 * 1024;

/**
 * V8 doubles its young generation as long as a run goes on, up to twice 64 MiB, and fills it with garbage before it looks:
 * a plan of a thousand accesses, which holds 45 MiB at its end, then takes 255 MiB of memory. Once it is large enough it
 * grows no more (180 MiB, a tenth more processor time; measured on Node 24, `npm run bench:many`). The flag is read each
 * time V8 is about to grow it; it limits nothing else, and a V8 that does not know it any more only takes the memory.
 */
export function keepYoungGenerationSmall(): void {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  if (young !== undefined && young.space_size >= enough) setFlagsFromString('--semi-space-growth-factor=1');
}
