import type { Finding } from '../../finding.ts';
import { replaceBy } from '../../resources/key-sort.ts';
import type { UserFacts } from './facts.ts';

/** AWS ends an API key at its age: from then on every call with it is refused. Told from when its rotation is due by itself. */
export function keyEnding({ userName, keys, handedOn }: UserFacts, now: Date): readonly Finding[] {
  const key = keys.find(({ id }) => id === handedOn?.id);
  const due = key === undefined ? undefined : replaceBy(key);
  if (key?.expiresAt === undefined || due === undefined || due.getTime() > now.getTime()) return [];
  const left = key.expiresAt.getTime() - now.getTime();
  return [
    {
      id: 'api-key-ending',
      severity: left > 0 ? 'warning' : 'error',
      message: left > 0 ? `the API key ${key.id} of ${userName} ends on ${key.expiresAt.toISOString()}` : `the API key ${key.id} of ${userName} has ended on ${key.expiresAt.toISOString()}`,
      cause: 'It was made with an age (spec.credentials.apiKey.expiresAfter), and AWS refuses it from its end on.',
      remedy: left > 0 ? 'Rotate it: `bedrock-access rotate --due`, best by a schedule.' : 'Run `bedrock-access rotate --now`: it makes a new key, and the workload gets it.',
      place: { resource: `iam-user ${userName}`, field: 'spec.credentials.apiKey.expiresAfter' },
    },
  ];
}
