import { isKnown, isList, isMap, joinText, PartialText, Unknown, type Value } from './value.ts';

/** The functions of Terraform that decide without a world (Terraform language, "Built-in Functions"). */
export function callFunction(name: string, given: readonly Value[]): Value {
  const apply = functions[name];
  if (!apply) return new Unknown(`${name}() is not evaluated`);
  return apply(given) ?? new Unknown(`${name}() of values that are not known`);
}

type TerraformFunction = (given: readonly Value[]) => Value | undefined;

/** A function of texts that are all known. */
function ofTexts(apply: (...texts: string[]) => Value | undefined): TerraformFunction {
  return (given) => (given.every((value) => typeof value === 'string') ? apply(...given.filter((value) => typeof value === 'string')) : undefined);
}

const functions: Readonly<Record<string, TerraformFunction>> = {
  // jsonencode keeps its argument as it is: policies are read as values, with their unknown parts in place.
  jsonencode: ([value]) => value,
  jsondecode: ofTexts((text) => {
    try {
      const parsed: unknown = JSON.parse(text);
      return toValue(parsed);
    } catch {
      return undefined;
    }
  }),
  lower: ofTexts((text) => text.toLowerCase()),
  upper: ofTexts((text) => text.toUpperCase()),
  title: ofTexts((text) => text.replace(/\b\w/g, (letter) => letter.toUpperCase())),
  trimspace: ofTexts((text) => text.trim()),
  trimprefix: ofTexts((text, prefix = '') => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  trimsuffix: ofTexts((text, suffix = '') => (suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text)),
  trim: ofTexts((text, cut = '') => {
    let [start, end] = [0, text.length];
    while (start < end && cut.includes(text[start]!)) start += 1;
    while (end > start && cut.includes(text[end - 1]!)) end -= 1;
    return text.slice(start, end);
  }),
  chomp: ofTexts((text) => text.replace(/[\r\n]+$/, '')),
  replace: ofTexts((text, search = '', replacement = '') => (/^\/.*\/$/.test(search) ? undefined : text.replaceAll(search, replacement))),
  split: ofTexts((separator, text = '') => text.split(separator)),
  startswith: ofTexts((text, prefix = '') => text.startsWith(prefix)),
  endswith: ofTexts((text, suffix = '') => text.endsWith(suffix)),
  strcontains: ofTexts((text, part = '') => text.includes(part)),
  join: ([separator, list]) => {
    if (typeof separator !== 'string' || list === undefined || !isList(list)) return undefined;
    return joinText(list.flatMap((value, index) => (index === 0 ? [value] : [separator, value])));
  },
  format: ([pattern, ...rest]) => {
    if (typeof pattern !== 'string' || /%[^sdv%]/.test(pattern)) return undefined;
    let next = 0;
    return joinText(pattern.split(/(%[sdv%])/).map((piece) => (piece === '%%' ? '%' : /^%[sdv]$/.test(piece) ? (rest[next++] ?? new Unknown('format() with too few arguments')) : piece)));
  },
  tostring: ([value]) => (value === undefined ? undefined : value instanceof PartialText ? value : typeof value === 'object' ? undefined : String(value)),
  tonumber: ([value]) => (typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined),
  tobool: ([value]) => (typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : undefined),
  tolist: ([value]) => (value !== undefined && isList(value) ? value : undefined),
  toset: ([value]) => (value !== undefined && isList(value) ? unique(value) : undefined),
  tomap: ([value]) => (isMap(value) ? value : undefined),
  concat: (lists) => (lists.every(isList) ? lists.filter(isList).flat() : undefined),
  flatten: ([list]) => (list !== undefined && isList(list) ? flatten(list) : undefined),
  distinct: ([list]) => (list !== undefined && isList(list) ? unique(list) : undefined),
  compact: ([list]) => (list !== undefined && isList(list) ? list.filter((value) => value !== '' && value !== null) : undefined),
  sort: ([list]) => (list !== undefined && isList(list) && isKnown(list) ? list.map(String).sort() : undefined),
  reverse: ([list]) => (list !== undefined && isList(list) ? list.toReversed() : undefined),
  length: ([value]) => (typeof value === 'string' ? value.length : value !== undefined && isList(value) ? value.length : isMap(value) ? Object.keys(value).length : undefined),
  keys: ([map]) => (isMap(map) ? Object.keys(map).sort() : undefined),
  values: ([map]) => (isMap(map) ? Object.keys(map).sort().map((key) => map[key]!) : undefined),
  merge: (maps) => (maps.every(isMap) ? Object.assign(Object.create(null), ...maps) : undefined),
  lookup: ([map, key, fallback]) => (isMap(map) && typeof key === 'string' ? (Object.hasOwn(map, key) ? map[key] : fallback) : undefined),
  element: ([list, index]) => (list !== undefined && isList(list) && typeof index === 'number' && list.length > 0 ? list[index % list.length] : undefined),
  contains: ([list, value]) => (list !== undefined && isList(list) && value !== undefined && isKnown(list) && isKnown(value) ? list.some((item) => JSON.stringify(item) === JSON.stringify(value)) : undefined),
  coalesce: (values) => values.find((value) => value !== null && value !== ''),
  zipmap: ([keys, values]) => {
    if (keys === undefined || values === undefined || !isList(keys) || !isList(values) || !keys.every((key) => typeof key === 'string')) return undefined;
    return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? null]));
  },
  range: (bounds) => {
    if (!bounds.every((bound) => typeof bound === 'number')) return undefined;
    const [first = 0, second] = bounds.map(Number);
    const [start, end] = second === undefined ? [0, first] : [first, second];
    return end - start > 1_000 ? undefined : Array.from({ length: Math.max(end - start, 0) }, (_, index) => start + index);
  },
  max: (values) => (values.every((value) => typeof value === 'number') ? Math.max(...values.map(Number)) : undefined),
  min: (values) => (values.every((value) => typeof value === 'number') ? Math.min(...values.map(Number)) : undefined),
  sensitive: ([value]) => value,
  nonsensitive: ([value]) => value,
};

function unique(list: readonly Value[]): Value[] {
  const seen = new Set<string>();
  return list.filter((value) => {
    const key = JSON.stringify(value, (_name, inner: unknown) => (inner instanceof Unknown || inner instanceof PartialText ? inner.toString() : inner));
    return !seen.has(key) && Boolean(seen.add(key));
  });
}

function flatten(list: readonly Value[]): Value[] {
  return list.flatMap((value) => (isList(value) ? flatten(value) : [value]));
}

function toValue(parsed: unknown): Value {
  if (parsed === null || typeof parsed === 'string' || typeof parsed === 'number' || typeof parsed === 'boolean') return parsed;
  if (Array.isArray(parsed)) return parsed.map(toValue);
  if (typeof parsed === 'object') return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, toValue(value)]));
  return new Unknown('not JSON');
}
