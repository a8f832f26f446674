import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Files } from './repositories.ts';

export interface Checkout {
  readonly directory: string;
  /** Every file, by path. */
  files(): Record<string, string>;
  write(files: Files): void;
  remove(): void;
}

/** Files in a temporary folder. */
export function checkout(files: Files): Checkout {
  const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-export-'));
  const write = (written: Files): void => {
    for (const [path, text] of Object.entries(written)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
  };
  write(files);
  return { directory, write, files: () => Object.fromEntries(filesBelow(directory).map((file) => [relative(directory, file), readFileSync(file, 'utf8')])), remove: () => rmSync(directory, { recursive: true, force: true }) };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => (statSync(join(folder, name)).isDirectory() ? filesBelow(join(folder, name)) : [join(folder, name)]));
}
