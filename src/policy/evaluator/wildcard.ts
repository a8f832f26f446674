/** Stand for a literal `*`, `?` and for nothing else: what `${*}` and `${?}`, and wildcards inside a variable's value, become. */
export const literalStar = '\uE000';
export const literalQuestion = '\uE001';

/** Does a text have a wildcard of the policy language? */
export function hasWildcard(pattern: string): boolean {
  return pattern.includes('*') || pattern.includes('?');
}

/**
 * Matches a whole text against a pattern in which `*` stands for any characters, also none, and `?` for one.
 * Two pointers and the last star: never more than pattern × text steps, whatever the pattern.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let restart = 0;
  while (t < text.length) {
    const code = pattern.charCodeAt(p);
    if (p < pattern.length && code === 0x2a) {
      star = p;
      restart = t;
      p += 1;
    } else if (p < pattern.length && (code === 0x3f || plain(code) === text.charCodeAt(t))) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      restart += 1;
      t = restart;
    } else return false;
  }
  while (pattern.charCodeAt(p) === 0x2a) p += 1;
  return p === pattern.length;
}

/** The text that a pattern without wildcards stands for. */
export function plainText(pattern: string): string {
  if (!pattern.includes(literalStar) && !pattern.includes(literalQuestion)) return pattern;
  return pattern.replaceAll(literalStar, '*').replaceAll(literalQuestion, '?');
}

function plain(code: number): number {
  return code === 0xe000 ? 0x2a : code === 0xe001 ? 0x3f : code;
}
