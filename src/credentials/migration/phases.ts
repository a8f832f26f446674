/** The phases of the way from one mode of credentials to another, and their gates: pure, from what was seen and the time. */
import { shownDuration } from '../../access/duration.ts';
import { closedWindow, silenceOf } from '../rotation-phases.ts';
import { open, type Gate, type Phase } from '../transition.ts';
import type { RotationTimes } from '../types.ts';
import { podTemplate, type MigrationSeen } from './seen.ts';

export type MigrationPhase = Phase<MigrationSeen> & { readonly id: 'wake' | 'shield' | 'beside' | 'prove' | 'switch' | 'confirm' | 'deactivate' | 'withdraw' };

const defaultGrace = 24 * 3_600_000;
const wayBack = 'the workload gets the earlier credentials again, and what was made beside them is removed';

export function migrationPhases(times: RotationTimes = {}): readonly MigrationPhase[] {
  return [
    {
      id: 'wake',
      title: 'activate the credential that was deactivated on the way',
      passed: (seen) => seen.asleep === undefined,
      gate: () => open,
      undo: wayBack,
    },
    {
      id: 'shield',
      title: 'label the pods in use, which restart by their own strategy, so that they are not given what the new mode gives to new pods',
      passed: (seen) => isOnItsWay(seen) || isShielded(seen),
      gate: (seen, now) => restartWindowOf(seen, now, times) ?? shieldGate(seen),
      undo: wayBack,
    },
    {
      id: 'beside',
      title: 'make what the new mode needs, beside what is in use',
      passed: (seen) => !seen.renews && (isOnItsWay(seen) || seen.missing.length === 0),
      gate: () => open,
      undo: wayBack,
    },
    {
      id: 'prove',
      title: 'call with the new credentials, from a process that has nothing else',
      passed: (seen) => isMoved(seen) || seen.proven || hasSwitched(seen),
      gate: () => open,
      undo: wayBack,
    },
    {
      id: 'switch',
      title: 'take the earlier variables out of the workload, which restarts by its own strategy, until no pod has them',
      passed: (seen) => seen.marks.withdrawing !== undefined || hasSwitched(seen),
      gate: (seen, now) => restartWindow(seen, now, times) ?? switchGate(seen.workloads),
      undo: wayBack,
    },
    {
      id: 'confirm',
      title: 'call with what the pods have now',
      passed: isMoved,
      gate: () => open,
      undo: wayBack,
    },
    {
      id: 'deactivate',
      title: 'deactivate the earlier credential when it has fallen silent',
      passed: (seen) => seen.marks.withdrawing !== undefined || seen.left === undefined || (!seen.left.active && seen.left.off !== undefined),
      gate: (seen, now) => silenceGate(seen, now, times),
      undo: wayBack,
    },
    {
      id: 'withdraw',
      title: 'remove what only the earlier mode needs, after the grace time',
      passed: () => false,
      gate: (seen, now) => graceGate(seen, now, times),
    },
  ];
}

/** Is there something to do in the phase now? What restarts pods is done first, and its gate then waits for them. */
export function canAct({ id }: MigrationPhase, gate: Gate, { lacking, shields }: MigrationSeen): boolean {
  if (gate.open) return true;
  const steps = id === 'switch' ? lacking : id === 'shield' ? shields : [];
  return steps.length > 0 && gate.shut !== true;
}

/** From here on the earlier mode is kept, and not mended. */
export function isOnItsWay({ marks }: MigrationSeen): boolean {
  return marks.switching !== undefined || marks.moved !== undefined || marks.withdrawing !== undefined;
}

function isMoved({ marks }: MigrationSeen): boolean {
  return marks.moved !== undefined || marks.withdrawing !== undefined;
}

function hasSwitched({ lacking, workloads }: MigrationSeen): boolean {
  return lacking.length === 0 && workloads.every(({ oldPods }) => oldPods.length === 0);
}

/** Until the workload is told to restart. */
function restartWindow(seen: MigrationSeen, now: Date, times: RotationTimes): Gate | undefined {
  return seen.lacking.length === 0 ? undefined : restartWindowOf(seen, now, times);
}

/** On the way back, and away from a key that is off, nobody waits. */
function restartWindowOf({ to, back, leaked }: MigrationSeen, now: Date, times: RotationTimes): Gate | undefined {
  return back || leaked.length > 0 ? undefined : closedWindow(to, now, times);
}

function isShielded({ workloads }: MigrationSeen): boolean {
  return workloads.every(({ exposed }) => exposed.length === 0);
}

/** For every pod in use to have the label; the template first. */
function shieldGate(seen: MigrationSeen): Gate {
  const { workloads, keptOut = '' } = seen;
  const without = workloads.filter(({ exposed }) => exposed.length > 0);
  const waitsFor = without.map(({ name, exposed }) => `${name}: ${exposed.join(', ')} without the label ${keptOut}`).join('; ');
  const byHand = without.flatMap(({ name, byHand, exposed }) => (byHand === undefined ? [] : [seen.shields.length === 0 && exposed.includes(podTemplate) ? `put the label ${keptOut}: "true" into the pod template of ${name} where it is defined` : `restart ${name}`]));
  return byHand.length === 0 ? { open: false, waitsFor } : { open: false, waitsFor: `${waitsFor} (${byHand.join('; ')})`, byHand: true };
}

function switchGate(workloads: MigrationSeen['workloads']): Gate {
  const holding = workloads.filter(({ oldPods }) => oldPods.length > 0);
  const waitsFor = holding.map(({ name, oldPods }) => `${name} to end ${oldPods.join(', ')}, started with the earlier credentials`).join('; ');
  const byHand = holding.flatMap(({ name, byHand }) => (byHand === undefined ? [] : [`${name}: ${byHand}`]));
  return byHand.length === 0 ? { open: false, waitsFor } : { open: false, waitsFor: `${waitsFor} (${byHand.join('; ')})`, byHand: true };
}

function silenceGate(seen: MigrationSeen, now: Date, times: RotationTimes): Gate {
  const { left, marks, handedOut } = seen;
  if (left?.active !== true || !handedOut) return open;
  const window = silenceOf(seen, times);
  const moved = (marks.moved ?? now).getTime();
  const quietSince = Math.max(moved, left.lastUsed?.getTime() ?? 0);
  const until = new Date(quietSince + window);
  if (until.getTime() <= now.getTime()) return open;
  const why = quietSince === moved ? `left by the last pod ${new Date(moved).toISOString()}` : `last used ${new Date(quietSince).toISOString()}`;
  return { open: false, waitsFor: `${left.id} to be silent for ${shownDuration(window)} (${why})`, until };
}

function graceGate(seen: MigrationSeen, now: Date, times: RotationTimes): Gate {
  const { left, marks, back, handedOut } = seen;
  if (marks.withdrawing !== undefined) return open;
  const moved = marks.moved ?? now;
  // A role has no last use to go by: a process of a pod that is told to be gone may still make its last calls.
  const quiet = handedOut ? moved.getTime() + silenceOf(seen, times) : 0;
  const until = new Date(Math.max(quiet, back ? 0 : (left?.off ?? moved).getTime() + (times.grace ?? defaultGrace)));
  if (until.getTime() <= now.getTime()) return open;
  if (back) return { open: false, waitsFor: 'the last calls with what the pods have left', until };
  return { open: false, waitsFor: 'the grace time to end; until then `migrate --undo` brings the earlier credentials back', until };
}
