import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';

/** A declaration with everything in it has some 20 KiB; this leaves room for ten, and for other manifests beside them. */
const largestSource = 256 * 1024;

/** The text of a source, its byte order mark taken off; or why it is none. */
export function sourceText(source: string | Uint8Array, file: string | undefined): { readonly text: string } | { readonly finding: Finding } {
  const place = { ...(file === undefined ? {} : { file }), line: 1, column: 1 };
  if (source.length > largestSource) {
    return { finding: accessFinding('declaration-too-large', `The source has ${source.length} characters; at most ${largestSource} are read.`, place) };
  }
  if (typeof source === 'string') return { text: source.startsWith('\uFEFF') ? source.slice(1) : source };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(source) };
  } catch {
    return { finding: accessFinding('declaration-not-utf8', notUtf8(source), { ...place, ...firstBadByte(source) }) };
  }
}

function notUtf8(source: Uint8Array): string {
  const utf16 = (source[0] === 0xff && source[1] === 0xfe) || (source[0] === 0xfe && source[1] === 0xff);
  return utf16 ? 'The source is UTF-16.' : 'The source is not UTF-8.';
}

/** The longest prefix that decodes ends before the bad byte; found line by line, so that the place is told. */
function firstBadByte(source: Uint8Array): { line: number; column: number } {
  let line = 1;
  for (let start = 0; start < source.length; line += 1) {
    const newline = source.indexOf(0x0a, start);
    const end = newline === -1 ? source.length : newline;
    const decoded = new TextDecoder('utf-8').decode(source.subarray(start, end));
    const column = decoded.indexOf('\uFFFD');
    if (column !== -1) return { line, column: column + 1 };
    start = end + 1;
  }
  return { line: 1, column: 1 };
}
