import { hasWildcard } from './wildcard.ts';

/** What stands for "anything else" where a wildcard is filled in. */
export const otherText = 'other';

/** A text that a pattern matches, with `*` filled in by something that no one names. */
export function exampleOf(pattern: string): string {
  return pattern.replaceAll('*', otherText).replaceAll('?', 'o');
}

/** A text that two patterns both match; undefined when there is none. */
export function commonExample(a: string, b: string): string | undefined {
  const dead = new Set<number>();
  const from = (i: number, j: number): string | undefined => {
    if (i === a.length && j === b.length) return '';
    const state = i * (b.length + 1) + j;
    if (dead.has(state)) return undefined;
    const found = step(i, j);
    if (found === undefined) dead.add(state);
    return found;
  };
  const step = (i: number, j: number): string | undefined => {
    const [left, right] = [a[i], b[j]];
    if (left === '*') return from(i + 1, j) ?? (right === undefined ? undefined : right === '*' ? from(i, j + 1) : prefixed(right === '?' ? 'o' : right, from(i, j + 1)));
    if (right === '*') return from(i, j + 1) ?? (left === undefined ? undefined : prefixed(left === '?' ? 'o' : left, from(i + 1, j)));
    if (left === undefined || right === undefined || (left !== right && left !== '?' && right !== '?')) return undefined;
    return prefixed(left === '?' ? (right === '?' ? 'o' : right) : left, from(i + 1, j + 1));
  };
  return from(0, 0);
}

/**
 * Texts that tell patterns apart: each pattern filled in, and for each two with wildcards one that both match. To each its
 * pattern, as it was written.
 */
export function tellingExamples(patterns: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...new Set(patterns)];
  const examples = new Map<string, string>();
  const add = (example: string, pattern: string): void => {
    if (!examples.has(example)) examples.set(example, pattern);
  };
  for (const pattern of all) if (!hasWildcard(pattern)) add(pattern, pattern);
  const wild = all.filter(hasWildcard);
  for (const pattern of wild) add(exampleOf(pattern), pattern);
  for (const [index, pattern] of wild.entries()) {
    for (const other of wild.slice(index + 1)) {
      const common = commonExample(pattern, other);
      if (common !== undefined) add(common, pattern);
    }
  }
  return examples;
}

function prefixed(character: string, rest: string | undefined): string | undefined {
  return rest === undefined ? undefined : character + rest;
}
