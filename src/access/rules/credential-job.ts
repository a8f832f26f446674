import { parseArn } from '../../bedrock/arn.ts';
import type { Finding } from '../../finding.ts';
import { accessFinding, shown } from '../access-finding.ts';
import { usualRenewal } from '../defaults.ts';
import { sessionSeconds, shownDuration } from '../duration.ts';
import { longestPause, scheduleFault } from '../restart-window.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

type DeclaredCredentials = DeclaredAccess['spec']['credentials'];
type DeclaredJob = NonNullable<NonNullable<DeclaredCredentials['session']>['renewal']>;

/** A CronJob of ours: one identity, a schedule that a CronJob takes, and what its work asks for. */
export function checkCredentialJob({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const { accessKey, apiKey, session } = spec.credentials;
  const mode = accessKey === undefined ? (apiKey === undefined ? 'session' : 'apiKey') : 'accessKey';
  const { rotation } = accessKey ?? apiKey ?? {};
  // Of a long-term key it is refused as such.
  const { renewal } = apiKey?.term === 'long' ? {} : (apiKey ?? session ?? {});
  const field = (name: string): string => `spec.credentials.${mode}.${name}`;
  return [
    ...(rotation === undefined ? [] : [...jobFaults('rotation', field('rotation'), rotation, source), ...ageFaults(field('rotation'), spec.credentials, source)]),
    ...(renewal === undefined ? [] : [...jobFaults('renewal', field('renewal'), renewal, source), ...renewalFaults(field('renewal'), renewal, apiKey ?? session ?? {}, source)]),
  ];
}

function jobFaults(work: 'rotation' | 'renewal', field: string, { identity, schedule }: DeclaredJob, source: SourceDocument): Finding[] {
  const given = [...(identity.role === undefined ? [] : ['role']), ...(identity.secret === undefined ? [] : ['secret']), ...(identity.podIdentity === true ? ['podIdentity'] : [])];
  const wrong = schedule === undefined ? undefined : scheduleFault({ schedule, timeZone: 'Etc/UTC' });
  return [
    ...(given.length === 1 ? [] : [accessFinding(`${work}-identity-count`, `${field}.identity names ${given.length === 0 ? 'none' : given.join(' and ')}; exactly one identity is needed.`, source.key(`${field}.identity`))]),
    ...(wrong === undefined ? [] : [accessFinding('schedule-malformed', `${field}.schedule: ${shown(schedule)}: ${wrong}.`, source.place(`${field}.schedule`))]),
  ];
}

/** What makes the key due. */
function ageFaults(field: string, { accessKey, apiKey }: DeclaredCredentials, source: SourceDocument): Finding[] {
  const { rotateAfter } = accessKey ?? apiKey ?? {};
  return rotateAfter === undefined && apiKey?.expiresAfter === undefined ? [accessFinding('rotation-without-age', `${field}: nothing says how old the key may be.`, source.key(field))] : [];
}

/** Until what was renewed has reached the pods: the kubelet's period and its cache, or the beginning of a roll-out. */
const delivery = 120_000;

/** The role trusts the renewer alone, and one that is renewed too rarely ends. */
function renewalFaults(field: string, { identity, schedule }: DeclaredJob, { renewer = '', sessionDuration }: { readonly renewer?: string | undefined; readonly sessionDuration?: string | undefined }, source: SourceDocument): Finding[] {
  const seconds = sessionSeconds(sessionDuration);
  // It is renewed by the first run that finds no more than half of it left.
  const longest = (seconds / 2) * 1000 - delivery;
  const pause = schedule === undefined || scheduleFault({ schedule, timeZone: 'Etc/UTC' }) !== undefined ? 0 : longestPause(schedule);
  const isUser = parseArn(renewer)?.resource.startsWith('user/') === true;
  const other = identity.role !== undefined && identity.role !== renewer ? `role is ${identity.role}` : identity.podIdentity === true && isUser ? 'podIdentity gives a role, and no user' : identity.secret !== undefined && !isUser ? 'secret holds the key of a user, and a role has none' : undefined;
  return [
    ...(other === undefined ? [] : [accessFinding('renewal-identity-differs', `${field}.identity: ${other}; the renewer is ${renewer}.`, source.key(`${field}.identity`))]),
    ...(pause <= longest
      ? []
      : [
          accessFinding('renewal-too-rare', `${field}.schedule: ${shown(schedule)} has no run for ${shownDuration(pause)}, and a session lasts ${shownDuration(seconds * 1000)} here.`, source.place(`${field}.schedule`), {
            remedy: `Write a schedule with a run in every ${shownDuration(longest)}, or leave it out: ${usualRenewal(seconds)}.`,
          }),
        ]),
  ];
}
