/** The files of both repositories with the edits made so far: nothing is written before all of it is known to be right. */
import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { AccessError } from '../../errors/error.ts';

export interface FileEdit {
  readonly file: string;
  /** Undefined: the file is new. */
  readonly before?: string;
  /** Undefined: the file is deleted. */
  readonly after?: string;
  /** What for, in one line. */
  readonly purposes: readonly string[];
}

/** Larger files are not written by hand. */
const largestFile = 2 * 1024 * 1024;

export class Workspace {
  readonly #before = new Map<string, string | undefined>();
  readonly #after = new Map<string, string | undefined>();
  readonly #purposes = new Map<string, string[]>();

  /** A file's text as it is to be; undefined where there is none. @throws AccessError `export-unreadable` */
  read(path: string): string | undefined {
    const file = resolve(path);
    return this.#after.has(file) ? this.#after.get(file) : this.#original(file);
  }

  write(path: string, text: string, purpose: string): void {
    const file = resolve(path);
    if (this.read(file) === text) return;
    this.#original(file);
    this.#after.set(file, text);
    this.#purposes.set(file, [...(this.#purposes.get(file) ?? []), purpose]);
  }

  remove(path: string, purpose: string): void {
    const file = resolve(path);
    if (this.read(file) === undefined) return;
    this.#after.set(file, undefined);
    this.#purposes.set(file, [...(this.#purposes.get(file) ?? []), purpose]);
  }

  /** Names of files and folders, with the new ones and without the removed ones. */
  names(directory: string): readonly string[] {
    const folder = resolve(directory);
    let onDisk: readonly string[] = [];
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) onDisk = namesIn(folder);
    const made = [...this.#after].filter(([file, text]) => text !== undefined && file.startsWith(folder + sep)).map(([file]) => relative(folder, file).split(sep)[0] ?? '');
    const removed = new Set([...this.#after].filter(([file, text]) => text === undefined && dirname(file) === folder).map(([file]) => relative(folder, file)));
    return [...new Set([...onDisk, ...made])].filter((name) => !removed.has(name)).sort();
  }

  /** None in a folder that may not be read: it shows no habit. */
  #readableNames(directory: string): readonly string[] {
    try {
      return this.names(directory);
    } catch {
      return [];
    }
  }

  isFolder(path: string): boolean {
    const folder = resolve(path);
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true || [...this.#after].some(([file, text]) => text !== undefined && file.startsWith(folder + sep));
  }

  /** Every file below a folder, links and hidden tool folders left out. */
  files(directory: string, wanted: (name: string) => boolean, limit = 5_000): readonly string[] {
    const found: string[] = [];
    const visit = (folder: string, depth: number): void => {
      for (const name of depth === 0 ? this.names(folder) : this.#readableNames(folder)) {
        const path = join(folder, name);
        const status = lstatSync(path, { throwIfNoEntry: false });
        if (status?.isSymbolicLink() === true || found.length >= limit) continue;
        if (status?.isDirectory() === true || (status === undefined && this.isFolder(path))) {
          if (depth < 12 && !['.git', '.terraform', 'node_modules', '.venv'].includes(name)) visit(path, depth + 1);
        } else if (wanted(name) && (status?.size ?? 0) <= largestFile) found.push(path);
      }
    };
    visit(directory, 0);
    return found;
  }

  /** What differs from the disk, in the order of names. */
  edits(): readonly FileEdit[] {
    return [...this.#after.keys()].sort().flatMap((file): readonly FileEdit[] => {
      const [before, after] = [this.#before.get(file), this.#after.get(file)];
      if (before === after) return [];
      return [{ file, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }), purposes: this.#purposes.get(file) ?? [] }];
    });
  }

  #original(file: string): string | undefined {
    if (!this.#before.has(file)) this.#before.set(file, readOriginal(file));
    return this.#before.get(file);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw unreadable(folder, causeOf(error));
  }
}

function causeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'This user may not read it.' : String(error);
}

function readOriginal(file: string): string | undefined {
  const status = lstatSync(file, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (status.isSymbolicLink()) throw unreadable(file, 'It is a link: what it points to may belong to something else.');
  if (!status.isFile()) throw unreadable(file, 'It is no file.');
  if (status.size > largestFile) throw unreadable(file, `It is larger than ${largestFile / 1024 / 1024} MiB.`);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw unreadable(file, causeOf(error));
  }
  if (bytes.includes(0) || !isUtf8(bytes)) throw unreadable(file, 'It is binary, or no UTF-8: writing it again would change bytes that nobody meant to change.');
  return bytes.toString('utf8');
}

function unreadable(file: string, cause: string): AccessError {
  return new AccessError('export-unreadable', `cannot take in ${file}`, { cause, remedy: 'Mend or move the file, then run export again. Nothing was written.', place: { file } });
}
