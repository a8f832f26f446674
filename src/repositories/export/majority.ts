/** What most do: the value that is there most often, the first of those that tie; undefined where there is none. */
export function mostCommon<Value extends string | number>(values: readonly Value[]): Value | undefined {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: Value | undefined;
  for (const [value, count] of counts) if (best === undefined || count > (counts.get(best) ?? 0)) best = value;
  return best;
}

/** The value that more than half of them have. */
export function majority<Value extends string | number>(values: readonly Value[]): Value | undefined {
  const best = mostCommon(values);
  return best !== undefined && values.filter((value) => value === best).length * 2 > values.length ? best : undefined;
}
