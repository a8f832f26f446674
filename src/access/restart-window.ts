/** When pods may be restarted: `restart: window`. */
import { Cron } from 'croner';
import { milliseconds } from './duration.ts';
import type { RestartWindow } from './types.ts';

export interface WindowState {
  readonly open: boolean;
  /** Of the window that is open, or of the next one. */
  readonly opens: Date;
  readonly closes: Date;
}

/** @returns undefined where the schedule names no time to come, such as 30 February */
export function windowAt({ schedule, duration, timeZone }: RestartWindow, now: Date): WindowState | undefined {
  const length = milliseconds(duration) ?? 0;
  // The first that begins after `now - length` is the one that is open, or the next one.
  const opens = cronOf(schedule, timeZone).nextRun(new Date(now.getTime() - length));
  return opens === null ? undefined : { open: opens.getTime() <= now.getTime(), opens, closes: new Date(opens.getTime() + length) };
}

/** What is wrong with the schedule or time zone, in the words of who reads them; undefined when nothing is. */
export function scheduleFault({ schedule, timeZone }: Pick<RestartWindow, 'schedule' | 'timeZone'>): string | undefined {
  try {
    return cronOf(schedule, timeZone).nextRun() === null ? 'it names no time to come' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
  }
}

/** Five fields, as a Kubernetes CronJob has them. */
function cronOf(schedule: string, timezone: string): Cron {
  return new Cron(schedule, { timezone, paused: true, mode: '5-part' });
}
