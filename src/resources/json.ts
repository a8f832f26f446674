/** Reads through JSON of unknown shape by narrowing: what is not there or of another sort is undefined. */

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of field names. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, field) => (isRecord(inner) ? inner[field] : undefined), value);
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The records of a list; anything else in it is left out. */
export function recordsAt(value: unknown, ...path: readonly string[]): readonly JsonRecord[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

/** JSON with sorted keys, without what is undefined: equal for equal values. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${fields.join(',')}}`;
}

/** Of `actual`, only what `wanted` speaks of: fields that a server filled in by itself fall away. */
export function projected(actual: unknown, wanted: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(wanted)) {
    return actual.map((item, index) => (index < wanted.length ? projected(item, wanted[index]) : item));
  }
  if (isRecord(actual) && isRecord(wanted)) {
    return Object.fromEntries(Object.keys(wanted).filter((name) => name in actual).map((name) => [name, projected(actual[name], wanted[name])]));
  }
  return actual;
}
