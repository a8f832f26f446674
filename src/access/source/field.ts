/** A place in the declaration as keys and indexes: `['spec', 'models', 0, 'id']`. */
export type FieldPath = readonly (string | number)[];

/** As people write it: `spec.models[0].id`; keys that are no plain words go in brackets, `spec.names["a.b"]`. */
export function fieldName(path: FieldPath): string {
  let name = '';
  for (const segment of path) {
    if (typeof segment === 'number') name += `[${segment}]`;
    else if (/^[A-Za-z_$][\w-]*$/.test(segment)) name += name === '' ? segment : `.${segment}`;
    else name += `[${JSON.stringify(segment.length > 80 ? `${segment.slice(0, 80)}…` : segment)}]`;
  }
  return name;
}

/** The field that holds this one; undefined for a field of the top level. */
export function enclosingField(field: string): string | undefined {
  const end = /(?:\.[A-Za-z_$][\w-]*|\[\d+\]|\["(?:[^"\\]|\\.)*"\])$/.exec(field);
  return end === null || end.index === 0 ? undefined : field.slice(0, end.index);
}
