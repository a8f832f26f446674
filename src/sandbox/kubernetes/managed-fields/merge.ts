import { fieldElement, type FieldSet } from './field-set.ts';
import { type FieldType, type Typed, fieldType, fieldsOf, itemElement, itemsOf, nothingIn, typedAs, zipFields } from './typed.ts';

/** Lays the applied configuration over the live object (structured-merge-diff: typed/merge.go): the right side wins at leaves, lists and maps merge. */
export function merge(live: unknown, config: unknown, type: FieldType): unknown {
  const typed = typedAs(type, live, config);
  if (typed.kind === 'leaf' || (nothingIn(live) && nothingIn(config))) return config === undefined ? live : config;
  if (typed.kind === 'list') return mergeItems(typed, itemsOf(live), itemsOf(config));
  const merged: Record<string, unknown> = {};
  for (const name of zipFields(live, config)) {
    const value = merge(fieldsOf(live)[name], fieldsOf(config)[name], fieldType(typed, name) ?? 'deduced');
    if (value !== undefined) merged[name] = value;
  }
  return Object.keys(merged).length === 0 ? undefined : merged;
}

/** Items of both sides, in an order that keeps the configuration's and, where that leaves room, the live one. */
function mergeItems(list: Typed & { kind: 'list' }, live: readonly unknown[], config: readonly unknown[]): unknown {
  const left = live.map((item) => itemElement(list, item));
  const right = config.map((item) => itemElement(list, item));
  const inLeft = new Map(left.map((element, index) => [element, live[index]]));
  const inRight = new Map(right.map((element, index) => [element, config[index]]));
  const merged = new Set<string>();
  const shared = right.filter((element) => inLeft.has(element));
  let nextShared = shared.shift();
  const out: unknown[] = [];
  const put = (element: string, mine: unknown, its: unknown): void => {
    if (its !== undefined) merged.add(element);
    const value = merge(mine, its, list.element);
    if (value !== undefined) out.push(value);
  };
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    const [mine, its] = [left[l], right[r]];
    if (mine !== undefined && its !== undefined) {
      if (mine === its) {
        put(mine, inLeft.get(mine), inRight.get(mine));
        l += 1;
        r += 1;
        nextShared = shared.shift();
        continue;
      }
      if (inRight.has(mine) && nextShared !== undefined && nextShared !== mine) {
        l += 1;
        continue;
      }
    }
    if (mine !== undefined) {
      if (!inRight.has(mine)) {
        put(mine, live[l], undefined);
        l += 1;
        continue;
      }
      if (merged.has(mine)) l += 1;
    }
    if (its !== undefined) {
      put(its, inLeft.get(its), inRight.get(its));
      r += 1;
      if (nextShared === its) nextShared = shared.shift();
    }
  }
  return out.length === 0 ? undefined : out;
}

/** The value without the fields of the set (structured-merge-diff: typed/remove.go). */
export function withoutFields(value: unknown, fields: FieldSet, type: FieldType): unknown {
  const typed = typedAs(type, value);
  if (typed.kind === 'leaf') return Array.isArray(value) || isMap(value) ? undefined : value;
  if (typed.kind === 'list') {
    const kept = itemsOf(value).flatMap((item) => {
      const element = itemElement(typed, item);
      if (fields.hasMember(element)) return [];
      const below = fields.below(element);
      return [below.isEmpty() ? item : withoutFields(item, below, typed.element)];
    });
    return kept.length === 0 ? undefined : kept;
  }
  const kept: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(fieldsOf(value))) {
    const element = fieldElement(name);
    if (fields.hasMember(element)) continue;
    const below = fields.below(element);
    kept[name] = below.isEmpty() ? inner : (withoutFields(inner, below, fieldType(typed, name) ?? 'deduced') ?? null);
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
