/**
 * Two footprints of one access, in two modes of credentials, that hold side by side: everything that either implies, and the
 * workload with the environment of one of them. Pure; knows no mode.
 */
import type { Finding } from '../finding.ts';
import { kindOf } from '../resources/index.ts';
import { canonicalJson, isRecord } from '../resources/json.ts';
import { keptOutBeside } from '../resources/kept-out.ts';
import { address, isReference, type Resource } from '../resources/kind.ts';
import { together } from '../resources/together.ts';
import { worldIdentity } from './observe.ts';
import type { Footprint } from './types.ts';

export interface SideBySide {
  /** Both, with the workload as it was. */
  readonly beside: Footprint;
  /** The new one alone, with what the old one still needs of the things that both have, and the workload with the new environment. */
  readonly switched: Footprint;
  /** Both, with the workload as it is to be. */
  readonly kept: Footprint;
}

/** @param before what is in use; `after` what takes its place, of the same access */
export function sideBySide(before: Footprint, after: Footprint): SideBySide {
  const { old, next } = keptApart(before, after);
  const own = new Map(next.resources.map((resource) => [worldIdentity(resource), resource]));
  const taken = new Set(next.resources.filter((resource) => !isWorkload(resource)).map(address));
  // What both have is one thing; what only the old one has keeps its key, unless the new one has another thing under it.
  const places = new Map<string, string>();
  for (const resource of old.resources) {
    const same = isWorkload(resource) ? undefined : own.get(worldIdentity(resource));
    places.set(address(resource), same === undefined ? (taken.has(address(resource)) && !isWorkload(resource) ? `before ${resource.key}` : resource.key) : same.key);
  }
  const moved = old.resources.map((resource) => ({ ...resource, key: places.get(address(resource)) ?? resource.key, desired: withReferences(resource.desired, places) }));
  const findings: Finding[] = [];
  const shared = (inUse: 'old' | 'next'): ReadonlyMap<string, Resource> =>
    new Map(
      moved.flatMap((resource): [string, Resource][] => {
        const other = isWorkload(resource) ? undefined : own.get(worldIdentity(resource));
        if (other === undefined || canonicalJson(resource.desired) === canonicalJson(other.desired)) return [];
        const both = inUse === 'old' ? together(resource, other) : together(other, resource);
        if (both === undefined && inUse === 'old') findings.push(oneNameForTwo(resource));
        return [[address(other), { ...(both ?? other), key: other.key }]];
      }),
    );
  const [besideOld, besideNext] = [shared('old'), shared('next')];
  const nextWith = (merged: ReadonlyMap<string, Resource>): readonly Resource[] => next.resources.map((resource) => merged.get(address(resource)) ?? resource);
  const ofOld = moved.filter((resource) => !isWorkload(resource) && !own.has(worldIdentity(resource)));
  const all = { ...next, findings: [...next.findings, ...findings], changesMode: true } as const;
  return {
    beside: { ...all, resources: [...nextWith(besideOld).filter((resource) => !isWorkload(resource)), ...ofOld, ...moved.filter(isWorkload)] },
    switched: { ...all, resources: nextWith(besideNext) },
    kept: { ...all, resources: [...nextWith(besideNext), ...ofOld] },
  };
}

/** Both, each with workloads out of which what the other gives to new pods is kept where that would hide theirs. */
export function keptApart(old: Footprint, next: Footprint): { readonly old: Footprint; readonly next: Footprint } {
  const from = ({ resources }: Footprint, other: Footprint): readonly Resource[] =>
    resources.map((resource) => {
      const keptOut = isWorkload(resource) ? keptOutBeside(resource.desired, other.resources.find((each) => address(each) === address(resource))?.desired) : undefined;
      return keptOut === undefined || !isRecord(resource.desired) ? resource : { ...resource, desired: { ...resource.desired, keptOut } };
    });
  return { old: { ...old, resources: from(old, next) }, next: { ...next, resources: from(next, old) } };
}

export function isWorkload({ kind }: { readonly kind: string }): boolean {
  return kind === 'workload-environment';
}

/** The same with every reference leading to where its target is now. */
function withReferences(value: unknown, places: ReadonlyMap<string, string>): unknown {
  if (isReference(value)) return { ...value, key: places.get(address(value)) ?? value.key };
  if (Array.isArray(value)) return value.map((element) => withReferences(element, places));
  if (!isRecord(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withReferences(inner, places)]));
}

function oneNameForTwo(resource: Resource): Finding {
  return {
    id: 'one-name-for-two',
    severity: 'error',
    message: `${resource.kind} ${resource.name} is in use, and the new mode needs another thing of that very name`,
    cause: 'Both have to exist side by side until the workload has moved.',
    remedy: `Give the new one another name under spec.names, and run migrate again.`,
    place: { field: 'spec.names', resource: `${kindOf(resource).kind} ${resource.name}` },
  };
}
