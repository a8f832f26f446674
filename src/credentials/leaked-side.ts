import type { Access } from '../access/types.ts';
import type { ModeChange } from '../engine/mode-change.ts';
import type { RunContext } from '../engine/types.ts';
import { keySortOf } from '../resources/key-sort.ts';
import { look } from './look.ts';
import { leakedKeyUnclear, oldKeyInTheWay } from './rotation-findings.ts';

/**
 * The mode whose key has leaked while an access is on its way between two, and which key that is.
 *
 * @throws AccessError where neither has one, or where both have and none is named
 */
export async function leakedSide({ from, to }: ModeChange, context: RunContext, named: string | undefined): Promise<{ readonly access: Access; readonly id: string }> {
  const sides: { readonly access: Access; readonly id: string }[] = [];
  for (const { access } of [from, to]) {
    if (keySortOf(access) === undefined) continue;
    const { seen } = await look(access, context);
    if (seen.mark?.leaked !== undefined && seen.recorded === named && seen.mark.from !== named) throw oldKeyInTheWay(seen.mark.from, seen.recorded);
    for (const id of new Set([seen.from, seen.recorded])) if (id !== undefined && seen.keys.some((key) => key.id === id)) sides.push({ access, id });
  }
  const meant = named === undefined ? sides : sides.filter(({ id }) => id === named);
  const [side] = meant;
  if (side !== undefined && meant.length === 1) return side;
  throw leakedKeyUnclear(sides.map(({ id }) => id), named);
}
