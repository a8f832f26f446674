/** Where a kind looks for what is ours beyond the footprint. */
import { markedRegions } from './iam-user.ts';
import { isRecord, textAt } from './json.ts';
import type { Whereabouts } from './kind.ts';
import { ownershipByTags } from './owner.ts';
import type { Readings } from './readings.ts';
import { stores } from './stores/index.ts';
import { placeOfMark } from './stores/marked.ts';
import type { StorePlace } from './stores/store.ts';

/** IAM users that are or were this access's, by name; with `sweep` also those that carry its tags. */
export async function usersOf(where: Whereabouts, readings: Readings): Promise<readonly string[]> {
  const named = where.named.filter(({ kind }) => kind === 'iam-user').map(({ name }) => name);
  if (!where.sweep) return [...new Set(named)];
  const swept = await readings.usersWithTags();
  return [...new Set([...named, ...swept.filter((user) => ownershipByTags(user.tags, where.owner).by === 'us').map(({ name }) => name)])];
}

/** IAM roles that are or were this access's, by name; with `sweep` also those that carry its tags. */
export async function rolesOf(where: Whereabouts, readings: Readings): Promise<readonly string[]> {
  const named = where.named.filter(({ kind }) => kind === 'iam-role').map(({ name }) => name);
  if (!where.sweep) return [...new Set(named)];
  const swept = await readings.rolesWithTags();
  return [...new Set([...named, ...swept.filter((role) => ownershipByTags(role.tags, where.owner).by === 'us').map(({ name }) => name)])];
}

/** Where parameters of this access lie: where they are declared, were declared, or the mark on the user says. */
export async function storePlacesOf(where: Whereabouts, readings: Readings): Promise<readonly StorePlace[]> {
  const named = stores.flatMap(({ kind, service }) =>
    where.named.filter((resource) => resource.kind === kind).flatMap(({ desired }): readonly StorePlace[] => {
      const region = isRecord(desired) ? textAt(desired, 'region') : undefined;
      return region === undefined ? [] : [{ service, region }];
    }),
  );
  const users = await Promise.all((await usersOf(where, readings)).map((name) => readings.user(name)));
  const marked = users.filter((user) => user !== undefined && ownershipByTags(user.tags, where.owner).by === 'us').flatMap((user) => markedRegions(user).map(placeOfMark));
  return [...new Map([...named, ...marked].map((place) => [`${place.service} ${place.region}`, place])).values()];
}
