import { acquireLease } from '../kubernetes/lease.ts';
import { ownerLabels, type Owner } from '../resources/owner.ts';
import { persist } from './persist.ts';
import type { RunContext } from './types.ts';

/** How long the Lease holds without being renewed. */
const seconds = 120;
/** A changing call is sent only when the Lease outlives its time limit (30 s for AWS), however many calls a step makes. */
const margin = 75_000;

export interface RunLease {
  /** Renews the Lease where it would not outlive the next change. @throws AccessError `lease-lost` */
  readonly guard: () => Promise<void>;
  readonly release: () => Promise<void>;
}

/** The one Lease of an access, held by every run that changes it. @throws AccessError `lease-held` */
export async function holdLease(owner: Owner, command: string, context: RunContext): Promise<RunLease> {
  const { kubernetes, clock, random, programVersion } = context;
  const run = Math.floor(random() * 0xffff_ffff).toString(16).padStart(8, '0');
  const lease = await persist(context, () =>
    acquireLease(kubernetes, {
      namespace: owner.namespace,
      name: `bedrock-access-${owner.name}`,
      holder: `bedrock-access ${programVersion} ${command}, run ${run}`,
      seconds,
      clock,
      labels: ownerLabels(owner),
    }),
  );
  let renewing: Promise<void> | undefined;
  return {
    async guard() {
      if (lease.expiresAt.getTime() - clock.now().getTime() > margin) return;
      // Steps side by side share one renewal.
      renewing ??= persist(context, () => lease.renew()).finally(() => {
        renewing = undefined;
      });
      await renewing;
    },
    release: () => lease.release(),
  };
}
