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

/** A value as it may stand in a message: short, on one line, and never something that looks like a secret. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    const text = withoutSecrets(value);
    return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** A secret access key is 40 characters of base64; a user and password may stand in an address. */
export function withoutSecrets(text: string): string {
  return text.replace(/(?<![A-Za-z0-9/+=])[A-Za-z0-9/+=]{40,}(?![A-Za-z0-9/+=])/g, (run) => (/[a-z]/.test(run) && /[A-Z]/.test(run) ? '(secret)' : run)).replace(/\/\/[^/@\s]*@/g, '//(secret)@');
}
