import { accessPages } from '../errors/access-pages.ts';
import type { Finding, Place, Severity } from '../finding.ts';

export type AccessFindingId = keyof typeof accessPages;

/** A finding about the declaration. Cause and remedy are those of the id's page, unless the case at hand can say more. */
export function accessFinding(
  id: AccessFindingId,
  message: string,
  place: Place,
  words: { readonly cause?: string; readonly remedy?: string; readonly severity?: Severity } = {},
): Finding {
  const page = accessPages[id];
  return { id, severity: words.severity ?? 'error', message, cause: words.cause ?? page.cause, remedy: words.remedy ?? page.remedy, place };
}

/** A value as it may stand in a message: short, on one line, and never something that looks like a secret key. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    if (/^[A-Za-z0-9/+=]{40,}$/.test(value) && !/^[a-z0-9-]+$/.test(value)) return '(not shown: it looks like a secret)';
    return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : 'an object';
}
