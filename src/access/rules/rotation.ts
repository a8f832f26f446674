import type { Finding } from '../../finding.ts';
import { accessFinding, shown } from '../access-finding.ts';
import { scheduleFault } from '../restart-window.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

/** The CronJob that rotates a key: one identity, an age that makes the key due, and a schedule that a CronJob takes. */
export function checkRotation({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const { accessKey, apiKey } = spec.credentials;
  const { rotation, rotateAfter } = accessKey ?? apiKey ?? {};
  if (rotation === undefined) return [];
  const field = `spec.credentials.${accessKey === undefined ? 'apiKey' : 'accessKey'}.rotation`;
  const { identity, schedule } = rotation;
  const given = [...(identity.role === undefined ? [] : ['role']), ...(identity.secret === undefined ? [] : ['secret']), ...(identity.podIdentity === true ? ['podIdentity'] : [])];
  const wrong = scheduleFault({ schedule, timeZone: 'Etc/UTC' });
  return [
    ...(given.length === 1 ? [] : [accessFinding('rotation-identity-count', `${field}.identity names ${given.length === 0 ? 'none' : given.join(' and ')}; exactly one identity is needed.`, source.key(`${field}.identity`))]),
    ...(rotateAfter === undefined && apiKey?.expiresAfter === undefined ? [accessFinding('rotation-without-age', `${field}: nothing says how old the key may be.`, source.key(field))] : []),
    ...(wrong === undefined ? [] : [accessFinding('schedule-malformed', `${field}.schedule: ${shown(schedule)}: ${wrong}.`, source.place(`${field}.schedule`))]),
  ];
}
