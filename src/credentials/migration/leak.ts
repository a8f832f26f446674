/**
 * A key that a person said to have leaked while an access is on its way between two modes: which one, and what becomes of the
 * footprints. It never comes back; where its mode is the one to come, that mode gets another key.
 */
import type { ModeChange } from '../../engine/mode-change.ts';
import type { Footprint } from '../../engine/types.ts';
import type { Access } from '../../access/types.ts';
import { keyNoun, keySortOf, type KeySort } from '../../resources/key-sort.ts';
import { recordingParameter } from '../../resources/parameter-names.ts';
import type { Readings } from '../../resources/readings.ts';
import { rotationMark } from '../../resources/rotation-mark.ts';
import { renewal } from '../rotation-footprints.ts';

/** Of one mode. */
export interface Leak {
  readonly id: string;
  readonly sort: KeySort;
  readonly user: string;
  /** The parameter still names it: no other key took its place. */
  readonly recorded: boolean;
}

/** The leaked key of the access's mode, told by the mark on its user; undefined: none, or it is deleted. */
export async function leakOf(access: Access, readings: Readings): Promise<Leak | undefined> {
  const sort = keySortOf(access);
  if (sort === undefined) return undefined;
  const { user } = access.spec.names;
  const mark = rotationMark(await readings.user(user));
  // A user may have keys of both sorts while the one takes the place of the other, and has one mark.
  if (mark?.leaked === undefined || keyNoun(mark.from) !== sort.noun) return undefined;
  if (!(await sort.read(user, readings)).some(({ id }) => id === mark.from)) return undefined;
  const { keyId } = (await readings.parameter(recordingParameter(access))) ?? {};
  return { id: mark.from, sort, user, recorded: keyId === mark.from };
}

/** Both sides, with what the leaked keys change: that of the mode that is left stays off, that of the mode to come is replaced. */
export function withoutLeaked(old: Footprint, next: Footprint, { from, to }: Leaks): { readonly old: Footprint; readonly next: Footprint } {
  return { old: from?.recorded === true ? leftOff(old, from) : old, next: to?.recorded === true ? renewal(next, to.id) : next };
}

export interface Leaks {
  readonly from?: Leak;
  readonly to?: Leak;
}

export async function leaksOf({ from, to }: { readonly from: Pick<ModeChange['from'], 'access'>; readonly to: Pick<ModeChange['to'], 'access'> }, readings: Readings): Promise<Leaks> {
  const [old, next] = await Promise.all([leakOf(from.access, readings), leakOf(to.access, readings)]);
  return { ...(old === undefined ? {} : { from: old }), ...(next === undefined ? {} : { to: next }) };
}

/** It is known to be off: that is nothing to be mended. */
function leftOff(footprint: Footprint, { id, sort }: Leak): Footprint {
  return { ...footprint, resources: footprint.resources.map((resource) => (resource.kind === sort.kind ? { ...resource, desired: { ...Object(resource.desired), rotation: { backTo: id } } } : resource)) };
}
