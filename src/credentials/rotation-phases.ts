/** The phases of a rotation, and their gates: pure, from what was seen and the time. */
import { milliseconds, shownDuration } from '../access/duration.ts';
import { windowAt } from '../access/restart-window.ts';
import type { Access } from '../access/types.ts';
import { keyCredentialsOf } from '../access/credential-mode.ts';
import { keyNoun, replaceBy } from '../resources/key-sort.ts';
import { shownEvent } from './trail.ts';
import { open, type Gate, type Phase } from './transition.ts';
import type { RotationSeen, RotationTimes, SeenWorkload } from './types.ts';

export type RotationPhase = Phase<RotationSeen> & { readonly id: 'cut' | 'renew' | 'deliver' | 'restart' | 'moved' | 'deactivate' | 'delete' };

const hour = 3_600_000;
/** Where every holder of the key is a pod that was seen to end. */
const shortSilence = hour / 12;
/** Containers that a client starts by itself are seen nowhere: only their silence tells. */
const longSilence = 24 * hour;
const defaultGrace = 24 * hour;

export function rotationPhases(times: RotationTimes = {}): readonly RotationPhase[] {
  return [
    {
      id: 'cut',
      title: 'deactivate the leaked key',
      passed: (seen) => seen.mark?.leaked === undefined || oldKey(seen)?.active !== true,
      gate: () => open,
    },
    {
      id: 'renew',
      title: 'make the second key, prove it, and only then store it',
      passed: (seen) => seen.recorded !== undefined && seen.recorded !== seen.from,
      gate: (seen, now) => restartWindow(seen, now, times) ?? open,
      undo: 'the second key, which nobody got, is removed',
    },
    {
      id: 'deliver',
      title: 'have the Secret hold it',
      passed: (seen) => seen.inSecret === seen.recorded,
      gate: (seen, now) => restartWindow(seen, now, times) ?? (seen.access.spec.managedBy.cluster === 'manifests' ? syncedByOthers(seen.access) : open),
      undo: 'the earlier key is stored and delivered again',
    },
    {
      id: 'restart',
      title: 'restart the workload by its own strategy, until no pod holds the old key',
      passed: (seen) => seen.workloads.every(({ oldPods }) => oldPods.length === 0),
      gate: (seen, now) => restartWindow(seen, now, times) ?? restartGate(seen.workloads),
      undo: 'the earlier key is stored and delivered again, and the workload restarted with it',
    },
    {
      id: 'moved',
      title: 'note that no pod holds the old key',
      passed: (seen) => seen.mark?.moved !== undefined || oldKey(seen)?.active === false,
      gate: () => open,
      undo: 'the earlier key is stored and delivered again, and the workload restarted with it',
    },
    {
      id: 'deactivate',
      title: 'deactivate the old key when it has fallen silent',
      // Deactivated by somebody else: the grace time begins when a run first sees it, and marks it.
      passed: (seen) => oldKey(seen) === undefined || (oldKey(seen)?.active === false && offSince(seen) !== undefined),
      gate: (seen, now) => deactivateGate(seen, now, times),
      undo: 'the earlier key is stored and delivered again, and the workload restarted with it',
    },
    {
      id: 'delete',
      title: 'delete the old key after the grace time',
      passed: (seen) => oldKey(seen) === undefined,
      gate: (seen, now) => deleteGate(seen, now, times),
      undo: 'the earlier key is activated, stored and delivered again, and the workload restarted with it',
    },
  ];
}

/** How long nobody may have used the old key before it is deactivated. */
export function silenceOf({ workloads }: Pick<RotationSeen, 'workloads'>, { silence }: RotationTimes): number {
  return silence ?? (workloads.some(({ startsOwnContainers }) => startsOwnContainers) ? longSilence : shortSilence);
}

/** When the key in use is old enough: by `rotateAfter`, and in any case well before AWS ends it; undefined without either. */
export function dueAt(seen: Pick<RotationSeen, 'access' | 'keys' | 'recorded'>): Date | undefined {
  const after = milliseconds(keyCredentialsOf(seen.access.spec.credentials)?.rotateAfter);
  const key = seen.keys.find(({ id }) => id === seen.recorded);
  if (key === undefined) return undefined;
  const [byAge, byEnd] = [after === undefined ? undefined : key.createdAt.getTime() + after, replaceBy(key)?.getTime()];
  const times = [byAge, byEnd].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

function oldKey({ keys, from }: RotationSeen): RotationSeen['keys'][number] | undefined {
  return keys.find(({ id }) => id === from);
}

function offSince({ mark, from }: RotationSeen): Date | undefined {
  return mark?.from === from ? mark?.off : undefined;
}

/** The ExternalSecret is git's: nothing of it is written, and the operator looks by its `refreshInterval`. */
function syncedByOthers({ metadata, spec }: RotationSeen['access']): Gate {
  const { secret } = spec.names;
  const atOnce = `kubectl annotate externalsecret ${secret} -n ${metadata.namespace} force-sync=$(date +%s) --overwrite`;
  return { open: false, waitsFor: `External Secrets Operator to sync ${secret}, which git keeps: by its refreshInterval, at once by \`${atOnce}\``, byHand: true };
}

/** On the way back, and with a leaked key that is off already, nobody waits. */
function restartWindow({ access, mark }: RotationSeen, now: Date, times: RotationTimes): Gate | undefined {
  return mark?.undo !== undefined || mark?.leaked !== undefined ? undefined : closedWindow(access, now, times);
}

/** `restart: window`: pods are restarted while it is open; undefined where nothing is to be waited for. */
export function closedWindow({ spec }: Access, now: Date, { restartNow }: RotationTimes): Gate | undefined {
  const { restartWindow: declared } = spec;
  if (declared === undefined || restartNow === true) return undefined;
  const window = windowAt(declared, now);
  if (window?.open === true) return undefined;
  return { open: false, waitsFor: 'the window in which pods may be restarted (restartWindow)', shut: true, ...(window === undefined ? { byHand: true } : { until: window.opens }) };
}

function restartGate(workloads: readonly SeenWorkload[]): Gate {
  const holding = workloads.filter(({ oldPods }) => oldPods.length > 0);
  const waitsFor = holding.map(({ name, oldPods }) => `${name} to end ${oldPods.join(', ')}, started with the old key`).join('; ');
  const byHand = holding.flatMap(({ name, byHand }) => (byHand === undefined ? [] : [`${name}: ${byHand}`]));
  if (byHand.length > 0) return { open: false, waitsFor: `${waitsFor} (${byHand.join('; ')})`, byHand: true };
  return { open: false, waitsFor };
}

function deactivateGate(seen: RotationSeen, now: Date, times: RotationTimes): Gate {
  const current = seen.keys.find(({ id }) => id === seen.recorded);
  // Never the last working key.
  if (current?.active !== true) return { open: false, waitsFor: `${keyNoun(seen.recorded ?? '')} ${seen.recorded ?? ''} to be active: it took the old one's place and works no more`, byHand: true };
  if (oldKey(seen)?.active === false) return open;
  const window = silenceOf(seen, times);
  const quietSince = Math.max(seen.mark?.moved?.getTime() ?? now.getTime(), seen.lastUsed?.getTime() ?? 0, seen.inTrail?.at.getTime() ?? 0);
  const until = new Date(quietSince + window);
  if (until.getTime() <= now.getTime()) return open;
  const why = seen.inTrail !== undefined && seen.inTrail.at.getTime() === quietSince ? `last used ${seen.inTrail.at.toISOString()}, by CloudTrail: ${shownEvent(seen.inTrail)}` : seen.lastUsed !== undefined && seen.lastUsed.getTime() === quietSince ? `last used ${seen.lastUsed.toISOString()}` : `left by the last pod ${new Date(quietSince).toISOString()}`;
  const told = keyNoun(seen.from ?? '') === 'API key' ? `${why}; IAM tells no last use of an API key` : why;
  return { open: false, waitsFor: `${keyNoun(seen.from ?? '')} ${seen.from ?? ''} to be silent for ${shownDuration(window)} (${told})`, until };
}

function deleteGate(seen: RotationSeen, now: Date, { grace = defaultGrace }: RotationTimes): Gate {
  const { from, keys, recorded } = seen;
  if (keys.find(({ id }) => id === recorded)?.active !== true) return { open: false, waitsFor: `${keyNoun(recorded ?? '')} ${recorded ?? ''} to be active: it took the old one's place and works no more`, byHand: true };
  const until = new Date((offSince(seen) ?? now).getTime() + grace);
  if (until.getTime() <= now.getTime()) return open;
  return { open: false, waitsFor: `the grace time of ${keyNoun(from ?? '')} ${from ?? ''} to end; until then \`rotate --undo\` brings it back`, until };
}
