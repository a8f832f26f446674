import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Lines of each file (absolute path) that were added or changed since a revision; undefined when git does not know it. */
export function changedLines(directory: string, revision: string): ReadonlyMap<string, ReadonlySet<number>> | undefined {
  const git = (...given: readonly string[]): string => execFileSync('git', ['-C', directory, ...given], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    // A pathspec is relative to the folder that git works in; the diff names files from the root.
    const root = git('rev-parse', '--show-toplevel').trim();
    const base = git('merge-base', '--', revision, 'HEAD').trim();
    return parse(root, git('diff', '--unified=0', '--no-color', '--no-ext-diff', '--src-prefix=a/', '--dst-prefix=b/', base, '--', '.'));
  } catch {
    return undefined;
  }
}

function parse(root: string, diff: string): ReadonlyMap<string, ReadonlySet<number>> {
  const changed = new Map<string, Set<number>>();
  let lines: Set<number> | undefined;
  for (const line of diff.split('\n')) {
    const file = /^\+\+\+ b\/(.*)$/.exec(line)?.[1];
    if (file !== undefined) {
      lines = new Set();
      changed.set(join(root, file), lines);
    }
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (!hunk || !lines) continue;
    const [start, count] = [Number(hunk[1]), Number(hunk[2] ?? 1)];
    for (let index = 0; index < count; index += 1) lines.add(start + index);
  }
  return changed;
}
