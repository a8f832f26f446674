import type { Fix } from '../checks/rule.ts';

/** Applies mechanical mends to one file's text, from the end on, so that places stay true. What does not fit any more is left. */
export function applyFixes(text: string, fixes: readonly Fix[]): { readonly text: string; readonly applied: number } {
  const starts = [0];
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) starts.push(index + 1);
  const located = fixes
    .flatMap((fix) => {
      const from = (starts[(fix.place.line ?? 1) - 1] ?? 0) + (fix.place.column ?? 1) - 1;
      const lineEnd = text.indexOf('\n', from);
      const at = text.indexOf(fix.find, from);
      return at < 0 || (lineEnd >= 0 && at > lineEnd) ? [] : [{ at, fix }];
    })
    .sort((a, b) => b.at - a.at);
  let result = text;
  let applied = 0;
  let last = Infinity;
  for (const { at, fix } of located) {
    if (at + fix.find.length > last) continue;
    result = result.slice(0, at) + fix.text + result.slice(at + fix.find.length);
    last = at;
    applied += 1;
  }
  return { text: result, applied };
}
