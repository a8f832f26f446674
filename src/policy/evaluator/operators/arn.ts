import { matchesWildcard } from '../wildcard.ts';

/**
 * `ArnEquals` and `ArnLike`, which are the same: each of the six parts is compared for itself, and each may hold wildcards
 * (IAM user guide, "ARN condition operators").
 */
export function arnLike(value: string, wanted: string): boolean | undefined {
  const parts = partsOf(value);
  const patterns = partsOf(wanted);
  if (parts === undefined || patterns === undefined) return undefined;
  return patterns.every((pattern, index) => matchesWildcard(pattern, parts[index] ?? ''));
}

function partsOf(arn: string): readonly string[] | undefined {
  const parts: string[] = [];
  let from = 0;
  for (let part = 0; part < 5; part += 1) {
    const colon = arn.indexOf(':', from);
    if (colon < 0) return undefined;
    parts.push(arn.slice(from, colon));
    from = colon + 1;
  }
  parts.push(arn.slice(from));
  return parts;
}
