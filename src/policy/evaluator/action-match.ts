import type { PreparedRequest } from './prepared-request.ts';
import { hasWildcard, matchesWildcard } from './wildcard.ts';

/**
 * Does one of the patterns name the request's action? Compared without case; wildcards may stand anywhere in the name, not
 * in the service before the colon, and `*` alone is every action (IAM user guide, "IAM JSON policy elements: Action").
 */
export function matchesAction(patterns: string | readonly string[], request: PreparedRequest): boolean {
  if (typeof patterns === 'string') return matchesOne(patterns, request);
  for (const pattern of patterns) if (matchesOne(pattern, request)) return true;
  return false;
}

function matchesOne(pattern: string, { request, action }: PreparedRequest): boolean {
  if (pattern === request.action || pattern === '*') return true;
  const lower = pattern.toLowerCase();
  return lower === action || (hasWildcard(lower) && sameService(lower, action) && matchesWildcard(lower, action));
}

function sameService(pattern: string, action: string): boolean {
  const colon = pattern.indexOf(':');
  return colon >= 0 && action.startsWith(pattern.slice(0, colon + 1));
}
