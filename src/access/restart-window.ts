/** Schedules as a CronJob has them, and when pods may be restarted: `restart: window`. */
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

const minute = 60_000;

/** Milliseconds of the longest time without a run; of a schedule that leaves out days, a day. For one in which `scheduleFault` finds nothing. */
export function longestPause(schedule: string): number {
  const [minutes = '', hours = '', ...days] = (words.get(schedule) ?? schedule).split(' ');
  if (days.some((field) => !everyDay.test(field))) return 24 * 60 * minute;
  const runs = valuesOf(hours, 24).flatMap((hour) => valuesOf(minutes, 60).map((each) => hour * 60 + each));
  const [first = 0] = runs;
  return Math.max(...runs.map((run, index) => (runs[index + 1] ?? first + 24 * 60) - run)) * minute;
}

/** Kubernetes docs, "CronJob", schedule syntax. The others leave out days. */
const words: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
]);

const everyDay = /^[*?](\/1)?$/;

/** `5,10-20/2`: the values below `end` that a field means, in order. */
function valuesOf(field: string, end: number): readonly number[] {
  const values = field.split(',').flatMap((part) => {
    const [range = '', step] = part.split('/');
    const [from = '', to] = range.split('-');
    const isAny = from === '*' || from === '?';
    const [first, last] = isAny ? [0, end - 1] : [Number(from), Number(to ?? (step === undefined ? from : end - 1))];
    return Array.from({ length: Math.floor((last - first) / Number(step ?? 1)) + 1 }, (_, index) => first + index * Number(step ?? 1));
  });
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Five fields, as a Kubernetes CronJob has them. */
function cronOf(schedule: string, timezone: string): Cron {
  return new Cron(schedule, { timezone, paused: true, mode: '5-part' });
}
