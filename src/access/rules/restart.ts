import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import { scheduleFault } from '../restart-window.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

/** A window goes with `restart: window`, and comes again. */
export function checkRestart({ spec: { restart, restartWindow } }: DeclaredAccess, source: SourceDocument): Finding[] {
  if (restart === 'window' && restartWindow === undefined) return [accessFinding('restart-window-missing', 'spec.restart is window, and spec.restartWindow says no time.', source.place('spec.restart'))];
  if (restartWindow === undefined) return [];
  if (restart !== 'window') return [accessFinding('restart-window-idle', `spec.restartWindow: spec.restart is ${restart}, so that no window is looked at.`, source.key('spec.restartWindow'))];
  const fault = scheduleFault(restartWindow);
  return fault === undefined ? [] : [accessFinding('schedule-malformed', `spec.restartWindow: the schedule "${restartWindow.schedule}" in ${restartWindow.timeZone} says no time: ${fault}.`, source.place('spec.restartWindow.schedule'))];
}
