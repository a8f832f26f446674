import type { Finding } from '../../finding.ts';
import { accessFinding, shown } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

/** The CronJob that rotates a key: one identity, an age that makes the key due, and a schedule that a CronJob takes. */
export function checkRotation({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const { rotation, rotateAfter } = spec.credentials.accessKey ?? {};
  if (rotation === undefined) return [];
  const field = 'spec.credentials.accessKey.rotation';
  const { identity, schedule } = rotation;
  const given = [...(identity.role === undefined ? [] : ['role']), ...(identity.secret === undefined ? [] : ['secret']), ...(identity.podIdentity === true ? ['podIdentity'] : [])];
  const wrong = wrongTime(schedule);
  return [
    ...(given.length === 1 ? [] : [accessFinding('rotation-identity-count', `${field}.identity names ${given.length === 0 ? 'none' : given.join(' and ')}; exactly one identity is needed.`, source.key(`${field}.identity`))]),
    ...(rotateAfter === undefined ? [accessFinding('rotation-without-age', `${field}: nothing says how old the key may be.`, source.key(field))] : []),
    ...(wrong === undefined ? [] : [accessFinding('schedule-malformed', `${field}.schedule: ${shown(schedule)}: ${wrong}.`, source.place(`${field}.schedule`))]),
  ];
}

/** Name and limits of each field (Kubernetes docs, "CronJob", schedule syntax). */
const times: readonly (readonly [name: string, least: number, most: number])[] = [
  ['the minute', 0, 59],
  ['the hour', 0, 23],
  ['the day of the month', 1, 31],
  ['the month', 1, 12],
  ['the day of the week', 0, 6],
];

function wrongTime(schedule: string): string | undefined {
  if (schedule.startsWith('@')) return undefined;
  for (const [index, text] of schedule.split(' ').entries()) {
    const [name, least, most] = times[index] ?? ['', 0, 0];
    for (const part of text.split(',')) {
      const [range = '', step] = part.split('/');
      const numbers = range.split('-').filter((word) => /^[0-9]+$/.test(word)).map(Number);
      if (range === '' || numbers.some((number) => number < least || number > most) || (step !== undefined && !/^[1-9][0-9]*$/.test(step))) return `${name} is ${text}, and takes ${least} to ${most}`;
    }
  }
  return undefined;
}
