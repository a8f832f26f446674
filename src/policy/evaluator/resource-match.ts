import type { PreparedRequest } from './prepared-request.ts';
import type { Reading } from './statement.ts';
import { substitute } from './variables.ts';
import { hasWildcard, matchesWildcard, plainText } from './wildcard.ts';

/** `unresolved`: no pattern matches, and one of them holds a variable without a value. */
export type ResourceMatch = 'match' | 'none' | 'unresolved';

/**
 * Does one of the patterns name the request's resource? Case matters; `*` and `?` may stand within every part of the ARN,
 * and a `*` that ends a part can reach over the colons behind it (IAM user guide, "IAM JSON policy elements: Resource").
 * An ARN with fewer than six parts is completed with `*` in identity policies; the resource type takes no wildcard (same
 * guide, "Identify AWS resources with Amazon Resource Names"). Variables stand behind the fifth colon only ("Variables and tags").
 */
export function matchesResource(patterns: string | readonly string[], request: PreparedRequest, reading: Reading): ResourceMatch {
  if (typeof patterns === 'string') return matchesOne(patterns, request, reading);
  let unresolved = false;
  for (const pattern of patterns) {
    const match = matchesOne(pattern, request, reading);
    if (match === 'match') return 'match';
    unresolved ||= match === 'unresolved';
  }
  return unresolved ? 'unresolved' : 'none';
}

function matchesOne(pattern: string, request: PreparedRequest, { variables, completes }: Reading): ResourceMatch {
  const { resource } = request.request;
  if (pattern === '*' || pattern === resource) return 'match';
  const variable = variables ? pattern.indexOf('${') : -1;
  if (variable < 0) return matchesArnPattern(pattern, resource, completes) ? 'match' : 'none';
  const behind = afterFifthColon(pattern);
  if (variable < behind) return 'none';
  const id = substitute(pattern.slice(behind), request);
  if (id === undefined) return 'unresolved';
  return matchesArnPattern(pattern.slice(0, behind) + id, resource, completes) ? 'match' : 'none';
}

function matchesArnPattern(pattern: string, resource: string, completes: boolean): boolean {
  const behind = afterFifthColon(pattern);
  if (behind === 0) return completes && matchesIncomplete(pattern, resource);
  if (!hasWildcard(pattern)) return plainText(pattern) === resource;
  const start = afterFifthColon(resource);
  if (start === 0) return false;
  const [id, wanted] = [resource.slice(start), pattern.slice(behind)];
  if (!matchesType(wanted, id)) return false;
  if (matchesWildcard(wanted, id) && matchesParts(pattern.slice(0, behind), resource.slice(0, start))) return true;
  return /\*:/.test(pattern.slice(0, behind)) && matchesService(pattern, resource) && matchesWildcard(pattern, resource);
}

/** The five parts before the resource, each with its colon, each for itself. */
function matchesParts(pattern: string, resource: string): boolean {
  if (pattern === resource) return true;
  let p = 0;
  let r = 0;
  while (p < pattern.length) {
    const [patternEnd, resourceEnd] = [pattern.indexOf(':', p), resource.indexOf(':', r)];
    if (!matchesWildcard(pattern.slice(p, patternEnd), resource.slice(r, resourceEnd))) return false;
    p = patternEnd + 1;
    r = resourceEnd + 1;
  }
  return true;
}

/** What stands before the first `/` or `:` of the resource part is its type, and is compared as it is. */
function matchesType(pattern: string, id: string): boolean {
  const end = pattern.search(/[/:]/);
  if (end < 0) return true;
  const type = pattern.slice(0, end + 1);
  return !hasWildcard(type) || id.startsWith(type);
}

function matchesService(pattern: string, resource: string): boolean {
  const service = pattern.split(':')[2];
  return service !== undefined && resource.split(':')[2] === service;
}

function matchesIncomplete(pattern: string, resource: string): boolean {
  if (!pattern.startsWith('arn:')) return hasWildcard(pattern) && matchesWildcard(pattern, resource);
  const parts = pattern.split(':');
  const start = afterFifthColon(resource);
  return start > 0 && matchesParts([...parts, '*', '*', '*', '*'].slice(0, 5).join(':') + ':', resource.slice(0, start));
}

/** Where the sixth part starts; 0 when there are fewer. */
function afterFifthColon(arn: string): number {
  let at = 0;
  for (let colon = 0; colon < 5; colon += 1) {
    const next = arn.indexOf(':', at);
    if (next < 0) return 0;
    at = next + 1;
  }
  return at;
}
