import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AccessError } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';

/** Reads a file that the command line names, as it is: whether it is text its reader says. */
export async function readBytes(file: string, commandLine: Pick<CommandLine, 'directory'>): Promise<Uint8Array> {
  try {
    return await readFile(resolve(commandLine.directory, file));
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Reads a text file that the command line names. */
export async function readText(file: string, commandLine: Pick<CommandLine, 'directory'>): Promise<string> {
  try {
    return await readFile(resolve(commandLine.directory, file), 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): AccessError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const causes: Readonly<Record<string, string>> = { ENOENT: 'It does not exist.', EISDIR: 'It is a folder.', EACCES: 'This user may not read it.' };
  return new AccessError('file-unreadable', `cannot read ${file}`, {
    cause: causes[code ?? ''] ?? String(error),
    remedy: 'Give the name of a file that exists, or - for stdin.',
    origin: error,
  });
}

/** Writes a file that the command line names; readable for this user alone unless `mode` says otherwise. `overwrite: false` refuses one that exists. */
export async function writeText(file: string, text: string, commandLine: Pick<CommandLine, 'directory'>, options: { readonly overwrite: boolean; readonly remedy: string; readonly mode?: number }): Promise<void> {
  try {
    await writeFile(resolve(commandLine.directory, file), text, { mode: options.mode ?? 0o600, flag: options.overwrite ? 'w' : 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    const causes: Readonly<Record<string, string>> = {
      EEXIST: 'It exists already.',
      ENOENT: 'Its folder does not exist.',
      EISDIR: 'It is a folder.',
      EACCES: 'This user may not write it.',
    };
    throw new AccessError('file-unwritable', `cannot write ${file}`, { cause: causes[code ?? ''] ?? String(error), remedy: options.remedy, origin: error });
  }
}
