import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import { milliseconds } from '../duration.ts';
import type { SourceDocument } from '../source/documents.ts';

const minute = 60_000;

/** From 15 minutes, the shortest that AWS gives (STS, IAM Roles Anywhere), to what the mode allows. */
export function sessionDurationFaults(field: string, duration: string | undefined, { subject, hours }: { readonly subject: string; readonly hours: number }, source: SourceDocument): Finding[] {
  const length = milliseconds(duration);
  if (length === undefined || (length >= 15 * minute && length <= hours * 60 * minute)) return [];
  return [accessFinding('session-duration-out-of-range', `${field} is ${duration ?? ''}; ${subject} lasts from 15m to ${hours}h.`, source.place(field))];
}
