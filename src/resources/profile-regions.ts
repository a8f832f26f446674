/** Regions in which application inference profiles of an access are or were made. */
import { markedProfileRegions } from './iam-user.ts';
import type { Whereabouts } from './kind.ts';
import { ownershipByTags } from './owner.ts';
import type { Readings } from './readings.ts';
import { rolesOf, usersOf } from './search.ts';

/** As the mark on its user or role says. */
export async function profileRegionsMarked(where: Whereabouts, readings: Readings): Promise<readonly string[]> {
  const [users, roles] = await Promise.all([
    usersOf(where, readings).then((names) => Promise.all(names.map((name) => readings.user(name)))),
    rolesOf(where, readings).then((names) => Promise.all(names.map((name) => readings.role(name)))),
  ]);
  return [...users, ...roles].filter((holder) => holder !== undefined && ownershipByTags(holder.tags, where.owner).by === 'us').flatMap(markedProfileRegions);
}
