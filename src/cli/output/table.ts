import type { Paint } from './paint.ts';
import { displayWidth, printable } from './text.ts';

/** Columns under upper-case headings, two spaces apart, as kubectl prints them; nothing follows the last column. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  const safe = rows.map((row) => row.map((cell) => printable(cell === '' ? '-' : cell).replaceAll('\n', ' ')));
  const widths = headings.map((heading, column) => Math.max(heading.length, ...safe.map((row) => displayWidth(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat(Math.max(0, widths[column]! - displayWidth(cell))))).join('  ');
  return [paint.strong(line(headings.map((heading) => heading.toUpperCase()))), ...safe.map(line)].join('\n');
}
