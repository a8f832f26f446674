import type { Access } from '../access/types.ts';
import { parametersOf } from '../resources/parameter-names.ts';
import { sweepReadings } from '../resources/swept-readings.ts';
import { planAccess, planFrom } from './apply.ts';
import type { Plan, RunContext } from './types.ts';

/** Up to this many accesses are asked about one by one: a sweep reads the users and policies of the whole account. */
const few = 3;

/**
 * Plans of accesses of one region in one run. Many of them share what they read, so that the calls to AWS grow with the
 * pages of its lists; see `swept-readings.ts` for what stays one call an access.
 */
export function planTogether(accesses: readonly Access[], context: RunContext): (access: Access) => Promise<Plan> {
  if (accesses.length <= few) return async (access) => (await planAccess(access, context)).plan;
  const parameters = accesses.flatMap((access) => parametersOf(access));
  const readings = sweepReadings(context.aws, context.kubernetes, { cluster: context.clusterId, parameters });
  return async (access) => (await planFrom(readings(), access, context)).plan;
}
