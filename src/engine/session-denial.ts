import { denialOf, denyPolicyOf, type DesiredDenyPolicy } from '../resources/deny-policy.ts';
import type { Readings } from '../resources/readings.ts';
import type { Footprint } from './types.ts';

/** The footprint with the policy that the mark on the user asks for, as long as its time lasts: every plan keeps it. */
export async function withMarkedDenial(footprint: Footprint, readings: Readings, now: Date): Promise<Footprint> {
  // Sessions of a user's access key, also where an API key has taken its place; with a role there is no such mark.
  if (!footprint.resources.some(({ kind }) => kind === 'iam-user')) return footprint;
  // What cannot be read is asked for again by the observation, which says why.
  const user = await readings.user(footprint.access.spec.names.user).catch(() => undefined);
  const denial = denialOf(user);
  return denial === undefined || denial.until.getTime() <= now.getTime() ? footprint : withDenial(footprint, denial);
}

export function withDenial(footprint: Footprint, denial: DesiredDenyPolicy): Footprint {
  const resource = denyPolicyOf(denial);
  return { ...footprint, resources: [...footprint.resources.filter(({ kind }) => kind !== resource.kind), resource] };
}
