export { milliseconds } from '../access/duration.ts';

/** `24 h`, `5 min`. */
export function shownDuration(length: number): string {
  return length >= 3_600_000 ? `${Math.round(length / 360_000) / 10} h` : `${Math.max(1, Math.round(length / 60_000))} min`;
}
