import { relative } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import type { FileEdit } from './workspace.ts';

/** Edits as `git apply` takes them, file names relative to a folder. */
export function unifiedDiff(edits: readonly FileEdit[], from: string): string {
  return edits
    .map(({ file, before, after }) => {
      const name = relative(from, file);
      const patch = createTwoFilesPatch(before === undefined ? '/dev/null' : `a/${name}`, after === undefined ? '/dev/null' : `b/${name}`, before ?? '', after ?? '', undefined, undefined, { context: 3 });
      return patch.replace(/^=+\n/, '');
    })
    .join('');
}
