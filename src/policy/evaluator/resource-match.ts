import type { PreparedRequest } from './prepared-request.ts';
import { substitute } from './variables.ts';
import { hasWildcard, matchesWildcard, plainText } from './wildcard.ts';

/**
 * Does one of the patterns name the request's resource? Case matters; `*` and `?` may stand in every part of the ARN, and a
 * `*` that ends a part can reach over the colons behind it (IAM user guide, "IAM JSON policy elements: Resource").
 */
export function matchesResource(patterns: readonly string[], request: PreparedRequest, variables: boolean): boolean {
  const { resource } = request.request;
  for (const pattern of patterns) {
    if (pattern === '*' || pattern === resource) return true;
    const ready = variables && pattern.includes('${') ? substitute(pattern, request) : pattern;
    if (ready === undefined) continue;
    if (hasWildcard(ready) ? matchesArnPattern(ready, resource) : plainText(ready) === resource) return true;
  }
  return false;
}

function matchesArnPattern(pattern: string, resource: string): boolean {
  // The service takes no wildcard (same page, note), so that a pattern of another service is out at once.
  return matchesWildcard(pattern, resource);
}
