import type { HclFile, Span } from '../hcl/syntax.ts';
import { lineStart, nextLine, splice } from './lines.ts';

/** The file without blocks, the comment lines directly above each, and one blank line. */
export function withoutBlocks(file: HclFile, spans: readonly Span[]): string {
  let { text } = file;
  for (const span of spans.toSorted((a, b) => b.start - a.start)) {
    let start = lineStart(text, span.start);
    while (start > 0) {
      const above = lineStart(text, start - 1);
      if (!/^\s*(#|\/\/)/.test(text.slice(above, start))) break;
      start = above;
    }
    const end = nextLine(text, span.end);
    const blankAbove = start > 0 && text.slice(lineStart(text, start - 1), start).trim() === '';
    const blankBelow = end < text.length && text.slice(end, nextLine(text, end)).trim() === '';
    if (blankAbove && (blankBelow || end >= text.length)) start = lineStart(text, start - 1);
    else if (blankBelow) {
      text = splice(text, start, nextLine(text, end), '');
      continue;
    }
    text = splice(text, start, end, '');
  }
  return text;
}
