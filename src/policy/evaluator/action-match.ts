import { hasWildcard, matchesWildcard } from './wildcard.ts';

/**
 * Does one of the patterns name the action? Compared without case; wildcards may stand anywhere in the name, and `*` alone
 * is every action (IAM user guide, "IAM JSON policy elements: Action"). Both sides are in lower case here.
 */
export function matchesAction(patterns: readonly string[], action: string): boolean {
  for (const pattern of patterns) {
    if (pattern === action || pattern === '*') return true;
    if (hasWildcard(pattern) && sameService(pattern, action) && matchesWildcard(pattern, action)) return true;
  }
  return false;
}

/** The service before the colon takes no wildcard. */
function sameService(pattern: string, action: string): boolean {
  const colon = pattern.indexOf(':');
  return colon >= 0 && action.startsWith(pattern.slice(0, colon + 1));
}
