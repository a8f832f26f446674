import { isObject } from '../object.ts';
import { FieldSet, fieldElement } from './field-set.ts';
import { type FieldType, fieldType, itemElement, itemsOf, typedAs } from './typed.ts';

/** Every field that the value holds (structured-merge-diff: typed/tofieldset.go). */
export function fieldsHeldBy(value: unknown, type: FieldType): FieldSet {
  const set = new FieldSet();
  collect(value, type, [], set);
  return set;
}

function collect(value: unknown, type: FieldType, path: readonly string[], set: FieldSet): void {
  const typed = typedAs(type, value);
  if (typed.kind === 'leaf') {
    set.insert(path);
    return;
  }
  if (typed.kind === 'list') {
    for (const item of itemsOf(value)) {
      const below = [...path, itemElement(typed, item)];
      collect(item, typed.element, below, set);
      set.insert(below);
    }
    return;
  }
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const below = [...path, fieldElement(name)];
    collect(inner, fieldType(typed, name) ?? 'deduced', below, set);
    const empty = inner === null || (isObject(inner) && Object.keys(inner).length === 0);
    if (empty || !Object.hasOwn(typed.fields, name)) set.insert(below);
  }
}

/** Declared fields with something beneath them become members too (fieldpath: EnsureNamedFieldsAreMembers). */
export function withNamedFields(set: FieldSet, type: FieldType): FieldSet {
  const typed = typedAs(type, {});
  return set.withParents(
    (element) => typed.kind === 'map' && element.startsWith('f:') && Object.hasOwn(typed.fields, element.slice(2)),
    (element, child) => {
      if (typed.kind === 'map' && element.startsWith('f:')) return withNamedFields(child, fieldType(typed, element.slice(2)) ?? 'deduced');
      if (typed.kind === 'list' && !element.startsWith('f:')) return withNamedFields(child, typed.element);
      return child;
    },
  );
}
