import type { Observation } from '../engine/types.ts';
import type { IamUser } from '../aws/types.ts';
import { denialFor, denialOf, longestSession, type DesiredDenyPolicy } from '../resources/deny-policy.ts';
import { keyNoun } from '../resources/key-sort.ts';
import { rotationMark } from '../resources/rotation-mark.ts';

/** IAM takes a while to know everywhere that a key is off (IAM user guide, "Changes that I make are not always immediately visible"). */
const spread = 60_000;

/** What is to be done about the sessions of a leaked key: a policy to be made or mended, one whose time is over, or nothing. */
export function denialDue(user: IamUser | undefined, policyName: string, observation: Observation, now: Date): DesiredDenyPolicy | 'over' | undefined {
  const denial = denialOf(user);
  const mark = rotationMark(user);
  const leaked = mark?.leaked;
  // Only an access key makes sessions that outlive it.
  const isNew = leaked !== undefined && keyNoun(mark?.from ?? '') === 'access key' && leaked.getTime() + longestSession > now.getTime() && (denial === undefined || denial.before.getTime() < leaked.getTime());
  if (user !== undefined && isNew) {
    const before = new Date(now.getTime() + spread);
    return denialFor(user, policyName, { before, until: new Date(before.getTime() + longestSession), reason: `access key ${mark?.from ?? ''} has leaked` });
  }
  if (denial === undefined) return undefined;
  if (denial.until.getTime() <= now.getTime()) return 'over';
  const found = observation.found.get('deny-policy/sessions');
  const isThere = found !== undefined && found.state['attached'] !== '' && found.state['expires'] !== '';
  return isThere ? undefined : denial;
}
