/** A text's habits of lines, and edits that keep them. */

/** `\r\n` where most lines end so. */
export function lineEnding(text: string): '\n' | '\r\n' {
  const all = text.split('\n').length - 1;
  const windows = text.split('\r\n').length - 1;
  return windows * 2 > all ? '\r\n' : '\n';
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where the line of an offset ends, its line ending left out. */
export function lineEnd(text: string, offset: number): number {
  const next = text.indexOf('\n', offset);
  if (next < 0) return text.length;
  return text[next - 1] === '\r' && next > offset ? next - 1 : next;
}

/** Where the line after an offset's line starts. */
export function nextLine(text: string, offset: number): number {
  const next = text.indexOf('\n', offset);
  return next < 0 ? text.length : next + 1;
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

export function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/** Puts lines below the line on which `offset` lies (at it, where it begins a line). A text without a final newline stays so. */
export function insertLinesAfter(text: string, offset: number, lines: readonly string[]): string {
  const ending = lineEnding(text);
  if (offset > 0 && text[offset - 1] === '\n') return splice(text, offset, offset, lines.map((line) => line + ending).join(''));
  const at = lineEnd(text, offset);
  return splice(text, at, at, lines.map((line) => ending + line).join(''));
}

/** Takes out whole lines from `start` (a line's start) to `end` (a line's start, or the end of the text). */
export function removeLines(text: string, start: number, end: number): string {
  if (end < text.length || text.endsWith('\n') || start === 0) return splice(text, start, end, '');
  // The last line had no newline: neither has the new last line.
  const before = text[start - 2] === '\r' ? start - 2 : start - 1;
  return splice(text, before, end, '');
}

export function indented(lines: readonly string[], columns: number): readonly string[] {
  const indent = ' '.repeat(columns);
  return lines.map((line) => (line === '' ? line : indent + line));
}
