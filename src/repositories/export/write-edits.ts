/** Puts edits on the disk: all of them, or none where it can be seen beforehand that one would fail. */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AccessError } from '../../errors/error.ts';
import type { FileEdit } from './workspace.ts';

/** @throws AccessError `export-unwritable`; whatever was written before it is put back */
export function writeEdits(edits: readonly FileEdit[]): void {
  for (const { file, before } of edits) refuseUnwritable(file, before);
  const done: FileEdit[] = [];
  try {
    for (const edit of edits) {
      done.push(edit);
      put(edit.file, edit.after);
    }
  } catch (error) {
    for (const { file, before } of done.toReversed()) put(file, before);
    throw unwritable(edits[done.length - 1]?.file ?? '', error instanceof Error ? error.message : String(error));
  }
}

function put(file: string, text: string | undefined): void {
  if (text === undefined) {
    rmSync(file, { force: true });
    for (let folder = dirname(file); existsSync(folder) && readdirSync(folder).length === 0; folder = dirname(folder)) rmdirSync(folder);
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function refuseUnwritable(file: string, before: string | undefined): void {
  const now = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (now !== before) throw unwritable(file, 'It was changed while the export was worked out.');
  let nearest = existsSync(file) ? file : dirname(file);
  while (!existsSync(nearest) && nearest !== dirname(nearest)) nearest = dirname(nearest);
  if (nearest !== file && !statSync(nearest).isDirectory()) throw unwritable(file, `${nearest} is no folder.`);
  try {
    accessSync(nearest, constants.W_OK);
  } catch {
    throw unwritable(file, 'This user may not write there.');
  }
}

function unwritable(file: string, cause: string): AccessError {
  return new AccessError('export-unwritable', `cannot write ${file}`, { cause, remedy: 'Mend that, and run export again. Nothing was changed.', place: { file } });
}
