import { hasWildcard, matchesWildcard, plainText } from '../wildcard.ts';

/** `StringEquals`: case matters, wildcards are plain characters. */
export function stringEquals(value: string, wanted: string): boolean {
  return value === plainText(wanted);
}

/** `StringEqualsIgnoreCase`. */
export function stringEqualsIgnoreCase(value: string, wanted: string): boolean {
  return value.toLowerCase() === plainText(wanted).toLowerCase();
}

/** `StringLike`: case matters, `*` and `?` match. */
export function stringLike(value: string, wanted: string): boolean {
  return hasWildcard(wanted) ? matchesWildcard(wanted, value) : value === plainText(wanted);
}
