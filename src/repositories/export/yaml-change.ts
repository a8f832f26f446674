import { isDeepStrictEqual } from 'node:util';
import type { YamlPath } from './yaml-nodes.ts';

export type YamlChange =
  /** Sets a field; maps on the way are made. `after`: keys that a new one comes after, where they are there. */
  | { readonly type: 'set'; readonly path: YamlPath; readonly value: unknown; readonly after?: readonly string[] }
  /** Puts an item into a list, at the end or before the item at `before`; the list is made where it is missing. */
  | { readonly type: 'add'; readonly path: YamlPath; readonly item: unknown; readonly before?: number; readonly after?: readonly string[] }
  /** Takes a field or item out; a map or list that would be left empty goes too. */
  | { readonly type: 'remove'; readonly path: YamlPath };

/** What a plain value is after a change: the meaning that the edited text is compared with. */
export function changedValue(value: unknown, change: YamlChange): unknown {
  switch (change.type) {
    case 'set':
      return setIn(value, change.path, change.value);
    case 'add': {
      const list = getIn(value, change.path);
      const items: readonly unknown[] = Array.isArray(list) ? list : [];
      const position = change.before ?? items.length;
      return setIn(value, change.path, [...items.slice(0, position), change.item, ...items.slice(position)]);
    }
    case 'remove':
      return removeIn(value, change.path);
  }
}

/** The changes that give a map the fields of another one; fields that only it has stay, lists are replaced whole. */
export function changesBetween(before: unknown, after: Readonly<Record<string, unknown>>, path: YamlPath = []): readonly YamlChange[] {
  if (!isRecord(before)) return [{ type: 'set', path, value: after }];
  return Object.entries(after).flatMap(([key, value]): readonly YamlChange[] => {
    if (isDeepStrictEqual(before[key], value)) return [];
    if (isRecord(value) && isRecord(before[key])) return changesBetween(before[key], value, [...path, key]);
    return [{ type: 'set', path: [...path, key], value }];
  });
}

export function getIn(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((current, step) => (Array.isArray(current) ? current[Number(step)] : isRecord(current) && Object.hasOwn(current, String(step)) ? current[String(step)] : undefined), value);
}

function setIn(value: unknown, path: YamlPath, wanted: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return wanted;
  if (Array.isArray(value)) return value.map((item, index) => (index === Number(step) ? setIn(item, rest, wanted) : (item as unknown)));
  return { ...(isRecord(value) ? value : {}), [String(step)]: setIn(isRecord(value) ? value[String(step)] : undefined, rest, wanted) };
}

function removeIn(value: unknown, path: YamlPath): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const inner = getIn(value, [step]);
  const left = rest.length === 0 ? undefined : removeIn(inner, rest);
  const empty = left === undefined || (Array.isArray(left) ? left.length === 0 : isRecord(left) && Object.keys(left).length === 0);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.flatMap((item, index) => (index === Number(step) ? (empty ? [] : [left]) : [item]));
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (key === String(step) ? (empty ? [] : [[key, left]]) : [[key, item]])));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
