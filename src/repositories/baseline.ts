import type { Finding } from '../finding.ts';

/**
 * Findings that an old repository lives with: those in the baseline are not reported. A finding is known by its rule,
 * its file and its message, not by its line, so that edits above it do not bring it back.
 */
export interface Baseline {
  readonly version: 1;
  readonly findings: readonly { readonly rule: string; readonly file: string; readonly message: string; readonly count: number }[];
}

export function makeBaseline(findings: readonly Finding[]): Baseline {
  const counts = Map.groupBy(findings, keyOf);
  return {
    version: 1,
    findings: [...counts.values()].map((same) => ({ rule: same[0]!.id, file: same[0]!.place?.file ?? '', message: same[0]!.message, count: same.length })),
  };
}

/** Undefined for anything that `makeBaseline` did not make. */
export function parseBaseline(text: string): Baseline | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('version' in parsed) || parsed.version !== 1 || !('findings' in parsed) || !Array.isArray(parsed.findings)) return undefined;
  const findings: unknown[] = parsed.findings;
  const read = findings.flatMap((item) => {
    if (typeof item !== 'object' || item === null || !('rule' in item) || !('file' in item) || !('message' in item) || !('count' in item)) return [];
    return [{ rule: String(item.rule), file: String(item.file), message: String(item.message), count: Number(item.count) }];
  });
  return read.length === findings.length ? { version: 1, findings: read } : undefined;
}

/** The findings that the baseline does not hold. */
export function beyondBaseline<F extends Finding>(findings: readonly F[], baseline: Baseline): readonly F[] {
  const left = new Map(baseline.findings.map(({ rule, file, message, count }) => [[rule, file, message].join('\n'), count]));
  return findings.filter((finding) => {
    const key = keyOf(finding);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}

function keyOf({ id, place, message }: Finding): string {
  return [id, place?.file ?? '', message].join('\n');
}
