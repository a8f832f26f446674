import type { Comparison } from './operator.ts';

/** Date operators take the forms of ISO 8601 that W3C lists, or seconds since 1970; what is neither cannot be compared. */
export function date(compare: (value: number, wanted: number) => boolean): Comparison {
  return (value, wanted) => {
    const [left, right] = [timeOf(value), timeOf(wanted)];
    return left === undefined || right === undefined ? undefined : compare(left, right);
  };
}

/** Milliseconds since 1970. Four digits are a year, more are seconds. */
function timeOf(text: string): number | undefined {
  if (/^-?\d{5,}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/.test(text)) return undefined;
  const zoned = /T/.test(text) && !/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? undefined : time;
}
