import type { Clock } from '../clock.ts';
import type { RunEvent, RunEventBody } from './types.ts';

/** An event with version and time. */
export function stamped(event: RunEventBody, clock: Clock): RunEvent {
  return { version: 1, at: clock.now().toISOString(), ...event };
}
