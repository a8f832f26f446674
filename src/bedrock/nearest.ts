/**
 * The candidates most like a text, best first: those within a third of its length by edit distance, or that contain it
 * (or that it contains). Compared without case.
 */
export function nearest(text: string, candidates: Iterable<string>, count: number): string[] {
  const wanted = text.toLowerCase();
  const scored: { candidate: string; score: number }[] = [];
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const contains = wanted.length >= 4 && (other.includes(wanted) || wanted.includes(other));
    const score = contains ? Math.abs(other.length - wanted.length) / 10 : distance(wanted, other);
    if (contains || score <= Math.max(2, Math.floor(wanted.length / 3))) scored.push({ candidate, score });
  }
  return scored
    .sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}
