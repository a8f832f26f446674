const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90m`, `12h`, `30d`, as the declaration's `duration`; undefined for anything else. */
export function milliseconds(duration: string | undefined): number | undefined {
  const match = /^(\d{1,7})(m|h|d)$/.exec(duration ?? '');
  return match === null ? undefined : Number(match[1]) * (units[match[2] ?? ''] ?? 0);
}

/** Of a declared session: an hour unless it says otherwise. */
export function sessionSeconds(duration: string | undefined): number {
  return (milliseconds(duration) ?? 3_600_000) / 1000;
}

/** `24 h`, `5 min`. */
export function shownDuration(length: number): string {
  return length >= 3_600_000 ? `${Math.round(length / 360_000) / 10} h` : `${Math.max(1, Math.round(length / 60_000))} min`;
}
