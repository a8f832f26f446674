import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Finding } from '../finding.ts';

/**
 * Findings that an old repository lives with: those in the baseline are not reported. A finding is known by its rule,
 * its file and its message, not by its line, so that edits above it do not bring it back. Files are named from the root
 * of their repository, so that the baseline holds wherever it is cloned and wherever the program is started.
 */
export interface Baseline {
  readonly version: 1;
  readonly findings: readonly { readonly rule: string; readonly file: string; readonly message: string; readonly count: number }[];
}

/** A file as a finding names it, to its name in the baseline. */
export type FileNames = (file: string) => string;

export function makeBaseline(findings: readonly Finding[], names: FileNames): Baseline {
  const counts = Map.groupBy(findings.map((finding) => heldAs(finding, names)), keyOf);
  return { version: 1, findings: [...counts.values()].map((same) => ({ ...same[0]!, count: same.length })) };
}

/**
 * From the root of the repository of git that a file lies in; outside of one, from the folder that was given; what is no
 * file (`<stdin>`) keeps its name.
 * @param directory - where relative names start
 * @param folders - the folders that were given
 */
export function fileNames(directory: string, folders: readonly string[]): FileNames {
  const roots = new Map<string, string | undefined>();
  const rootOf = (folder: string): string | undefined => {
    if (!roots.has(folder)) roots.set(folder, existsSync(join(folder, '.git')) ? folder : dirname(folder) === folder ? undefined : rootOf(dirname(folder)));
    return roots.get(folder);
  };
  const given = folders.map((folder) => resolve(directory, folder));
  return (file) => {
    if (file.startsWith('<')) return file;
    const path = resolve(directory, file);
    const root = rootOf(dirname(path)) ?? given.find((folder) => path.startsWith(folder + sep)) ?? directory;
    return relative(root, path).split(sep).join('/');
  };
}

/** Undefined for anything that `makeBaseline` did not make. */
export function parseBaseline(text: string): Baseline | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('version' in parsed) || parsed.version !== 1 || !('findings' in parsed) || !Array.isArray(parsed.findings)) return undefined;
  const findings: unknown[] = parsed.findings;
  const read = findings.flatMap((item) => {
    if (typeof item !== 'object' || item === null || !('rule' in item) || !('file' in item) || !('message' in item) || !('count' in item)) return [];
    return [{ rule: String(item.rule), file: String(item.file), message: String(item.message), count: Number(item.count) }];
  });
  return read.length === findings.length ? { version: 1, findings: read } : undefined;
}

/** The findings that the baseline does not hold. */
export function beyondBaseline<F extends Finding>(findings: readonly F[], baseline: Baseline, names: FileNames): readonly F[] {
  const left = new Map(baseline.findings.map((held) => [keyOf(held), held.count]));
  return findings.filter((finding) => {
    const key = keyOf(heldAs(finding, names));
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}

interface Held {
  readonly rule: string;
  readonly file: string;
  readonly message: string;
}

/** A message may repeat the file's name as it was given. */
function heldAs({ id, place, message }: Finding, names: FileNames): Held {
  const file = place?.file;
  return file === undefined ? { rule: id, file: '', message } : { rule: id, file: names(file), message: message.replaceAll(file, names(file)) };
}

function keyOf({ rule, file, message }: Held): string {
  return [rule, file, message].join('\n');
}
