import { isRecord } from './parse.ts';
import type { ManifestDocument } from './types.ts';

/** The same object with another value; a field's place is looked for in the patches first, lists matched by name. */
export function replaced(document: ManifestDocument, value: unknown, patches: readonly ManifestDocument[]): ManifestDocument {
  if (!isRecord(value)) return document;
  const sources = [...patches, document];
  return {
    ...document,
    object: { ...document.object, value },
    placeOf: (path, ofKey) => {
      for (const source of sources) {
        const translated = translate(path, value, source.object.value);
        if (translated) return source.placeOf(translated, ofKey);
      }
      return document.placeOf([]);
    },
  };
}

/** The path of the same field in a source of the merged object; undefined where the source does not have it. */
function translate(path: readonly (string | number)[], merged: unknown, source: unknown): readonly (string | number)[] | undefined {
  const result: (string | number)[] = [];
  let [at, from] = [merged, source];
  for (const step of path) {
    if (Array.isArray(at) && Array.isArray(from)) {
      const wanted: unknown = at[Number(step)];
      const index = isRecord(wanted) && wanted['name'] !== undefined ? from.findIndex((item) => isRecord(item) && item['name'] === wanted['name']) : Number(step) < from.length ? Number(step) : -1;
      if (index < 0) return undefined;
      result.push(index);
      [at, from] = [wanted, from[index]];
    } else if (isRecord(from) && Object.hasOwn(from, String(step))) {
      result.push(step);
      [at, from] = [isRecord(at) ? at[String(step)] : undefined, from[String(step)]];
    } else return undefined;
  }
  return result;
}
