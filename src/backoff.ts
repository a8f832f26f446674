import type { Random } from './clock.ts';

export interface Backoff {
  /** 1 for the pause after the first attempt. */
  readonly attempt: number;
  readonly random: Random;
  /** Ceiling of the first pause, in milliseconds; it doubles with each attempt up to `cap`. */
  readonly base: number;
  readonly cap: number;
  /** What the server asked for (`Retry-After`), in milliseconds; followed up to 20 s. */
  readonly asked?: number;
}

/** Milliseconds until the next attempt: full jitter under an exponential ceiling (AWS Architecture Blog, "Exponential Backoff And Jitter"). */
export function backoff({ attempt, random, base, cap, asked = 0 }: Backoff): number {
  const ceiling = Math.min(cap, base * 2 ** (attempt - 1));
  return Math.max(Math.min(asked, 20_000), Math.round(20 + random() * ceiling));
}

/** A `Retry-After` header, in seconds or as a date (RFC 9110, 10.2.3), in milliseconds from now. */
export function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
