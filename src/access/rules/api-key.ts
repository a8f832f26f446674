import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import { milliseconds } from '../duration.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';
import { shortTermFaults, termFaults } from './short-term-key.ts';

/** IAM API reference, CreateServiceSpecificCredential, CredentialAgeDays. */
const longestAge = 36_600;

/** AWS ends a key by whole days, and it must not end before it is to be rotated. */
export function apiKeyFaults(spec: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  const { term, expiresAfter, rotateAfter } = spec.credentials.apiKey ?? {};
  const wrong = termFaults(spec, source);
  if (wrong.length > 0) return wrong;
  if (term === 'short') return shortTermFaults(spec, source);
  if (expiresAfter === undefined) return [];
  const field = 'spec.credentials.apiKey.expiresAfter';
  const days = Number(/^(\d+)d$/.exec(expiresAfter)?.[1] ?? longestAge + 1);
  if (days > longestAge) return [accessFinding('api-key-age', `${field} is ${expiresAfter}; AWS counts the age of an API key in whole days, 1d to ${longestAge}d.`, source.place(field))];
  if ((milliseconds(rotateAfter) ?? 0) < (milliseconds(expiresAfter) ?? 0)) return [];
  return [
    accessFinding('api-key-age', `${field} is ${expiresAfter}, and rotateAfter ${rotateAfter}: each key would end before it is to be rotated.`, source.place(field), {
      cause: 'AWS refuses a key from its end on, and the calls of the workload with it.',
      remedy: `Make rotateAfter shorter than ${expiresAfter}, or leave it out: a rotation is due well before the end by itself.`,
    }),
  ];
}
