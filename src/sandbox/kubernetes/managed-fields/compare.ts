import { sameJson } from '../object.ts';
import { FieldSet, fieldElement } from './field-set.ts';
import { type FieldType, fieldType, fieldsOf, itemElement, itemsOf, nothingIn, typedAs, zipFields } from './typed.ts';

/** Which fields differ; none is in more than one of the three. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** What changes from `left` to `right` (structured-merge-diff: typed/compare.go). */
export function compare(left: unknown, right: unknown, type: FieldType): Comparison {
  const comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  walk(left, right, type, [], comparison);
  return comparison;
}

function walk(left: unknown, right: unknown, type: FieldType, path: readonly string[], found: Comparison): void {
  const typed = typedAs(type, left, right);
  if (typed.kind === 'leaf' || (nothingIn(left) && nothingIn(right))) {
    if (left === undefined) found.added.insert(path);
    else if (right === undefined) found.removed.insert(path);
    else if (!sameJson(left, right)) found.modified.insert(path);
    return;
  }
  if (typed.kind === 'map') {
    for (const name of zipFields(left, right)) {
      const [before, after] = [fieldsOf(left)[name], fieldsOf(right)[name]];
      if (before === undefined && after === undefined) continue;
      walk(before, after, fieldType(typed, name) ?? 'deduced', [...path, fieldElement(name)], found);
    }
  } else {
    const [before, after] = [groupedItems(typed, left), groupedItems(typed, right)];
    for (const element of new Set([...before.keys(), ...after.keys()])) {
      compareItems(before.get(element) ?? [], after.get(element) ?? [], typed.element, [...path, element], found);
    }
  }
  if (path.length === 0) return;
  if (left === undefined) found.added.insert(path);
  else if (right === undefined) found.removed.insert(path);
}

/** Items that share a key count as one leaf. */
function compareItems(before: readonly unknown[], after: readonly unknown[], type: FieldType, path: readonly string[], found: Comparison): void {
  if (before.length <= 1 && after.length <= 1) {
    walk(before[0], after[0], type, path, found);
  } else if (before.length >= 2 && after.length >= 2) {
    if (!sameJson(before, after)) found.modified.insert(path);
  } else if (before.length >= 2) {
    if (after.length === 1) walk(undefined, after[0], type, path, found);
    found.removed.insert(path);
  } else {
    if (before.length === 1) walk(before[0], undefined, type, path, found);
    found.added.insert(path);
  }
}

function groupedItems(list: Parameters<typeof itemElement>[0], value: unknown): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const item of itemsOf(value)) {
    const element = itemElement(list, item);
    groups.set(element, [...(groups.get(element) ?? []), item]);
  }
  return groups;
}
