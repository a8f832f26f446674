import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Larger files are not written by hand. */
const largestFile = 2 * 1024 * 1024;
const skippedFolders = new Set(['.git', '.terraform', 'node_modules', '.venv']);

export interface WalkResult {
  readonly files: readonly string[];
  /** What was passed over, with the reason: too large, binary, unreadable. */
  readonly passedOver: readonly { readonly file: string; readonly reason: string }[];
}

/** Every file below a directory whose name `wanted` accepts, in the order of names. Follows links but never round a loop. */
export function walk(directory: string, wanted: (name: string) => boolean): WalkResult {
  const files: string[] = [];
  const passedOver: { file: string; reason: string }[] = [];
  const seen = new Set<string>();
  const visit = (folder: string): void => {
    let entries;
    try {
      const real = realpathSync(folder);
      if (seen.has(real)) return;
      seen.add(real);
      entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      passedOver.push({ file: folder, reason: reasonOf(error) });
      return;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const status = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
      if (status?.isDirectory()) {
        if (!skippedFolders.has(entry.name)) visit(path);
      } else if (status?.isFile() && wanted(entry.name)) files.push(path);
    }
  };
  visit(directory);
  return { files, passedOver };
}

/** A file's text, or why it is none. */
export function readText(file: string): { readonly text: string } | { readonly reason: string } {
  try {
    const size = statSync(file).size;
    if (size > largestFile) return { reason: `larger than ${largestFile / 1024 / 1024} MiB` };
    const text = readFileSync(file, 'utf8');
    return text.includes('\u0000') ? { reason: 'binary' } : { text };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

/** Of Node's error codes (Node.js, "Common system errors"). */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ELOOP: 'it is a link that leads back to itself',
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (code === '' ? 'it cannot be read' : `it cannot be read (${code})`);
}
