import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkModels } from '../access/check-models.ts';
import { parseAccessFiles, type ParsedAccess } from '../access/parse.ts';
import type { Catalog, ResolvedModel } from '../bedrock/types.ts';
import { AccessError } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import type { CommandLine } from './command-line.ts';
import { readBytes } from './files.ts';
import type { CommandOptions } from './options.ts';
import { renderFindings } from './output/finding.ts';

/** The file that commands read when no `-f` is given. */
const defaultFile = 'bedrock-access.yaml';

/** A declaration that holds: parsed, checked against the catalog. */
export interface Declared extends ParsedAccess {
  readonly models: readonly ResolvedModel[];
  /** Its warnings, said already. */
  readonly warnings: readonly Finding[];
}

/**
 * Reads every declaration that the command line names and says its warnings on stderr. Without a catalog the models are
 * not looked at: what removes an access must work when its model has ended.
 *
 * @throws AccessError with all findings when any of them is an error: nothing is done on half of the input.
 */
export async function readDeclarations(options: CommandOptions, commandLine: CommandLine, catalog?: Catalog): Promise<readonly Declared[]> {
  const findings: Finding[] = [];
  const declared: Declared[] = [];
  const inputs: { file: string; source: string | Uint8Array }[] = [];
  for (const file of await filesOf(options, commandLine)) {
    const input = file === '-' ? { file: '<stdin>', source: await commandLine.stdin.text() } : { file, source: await readBytes(file, commandLine) };
    commandLine.sources.set(input.file, typeof input.source === 'string' ? input.source : new TextDecoder().decode(input.source));
    inputs.push(input);
  }
  const parsed = parseAccessFiles(inputs);
  findings.push(...parsed.findings);
  for (const access of parsed.accesses) {
    if (catalog === undefined) {
      declared.push({ ...access, models: [], warnings: [] });
      continue;
    }
    const checked = checkModels(access, { catalog, now: commandLine.clock.now(), strict: options.strict });
    findings.push(...checked.findings);
    declared.push({ ...access, models: checked.models, warnings: checked.findings });
  }
  refuseErrors(findings);
  if (declared.length === 0) {
    throw new AccessError('no-document', 'the input holds no BedrockAccess document', {
      cause: 'It is empty, or all of its documents are of other kinds.',
      remedy: 'bedrock-access init',
    });
  }
  if (findings.length > 0 && commandLine.output === 'text') {
    commandLine.say(`${renderFindings(findings, commandLine.progressPaint, (file) => commandLine.sources.get(file))}\n`);
  }
  return declared;
}

/** A finding about the live world at the line of the declaration that it speaks of. */
export function atDeclaration(finding: Finding, { place }: Pick<ParsedAccess, 'place'>): Finding {
  const { field, file } = finding.place ?? {};
  return field === undefined || file !== undefined ? finding : { ...finding, place: { ...place(field), ...finding.place } };
}

/** Runs what may refuse a declaration; its refusal then shows the declaration's line. */
export async function atItsDeclaration<Result>(declared: Pick<ParsedAccess, 'place'>, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    const { place, findings } = error.details;
    throw new AccessError(error.id, error.message, {
      ...error.details,
      ...(place?.field === undefined || place.file !== undefined ? {} : { place: { ...declared.place(place.field), ...place } }),
      ...(findings === undefined ? {} : { findings: findings.map((finding) => atDeclaration(finding, declared)) }),
    });
  }
}

async function filesOf(options: CommandOptions, commandLine: CommandLine): Promise<readonly string[]> {
  if (options.file.length > 0) return options.file;
  if (existsSync(resolve(commandLine.directory, defaultFile))) return [defaultFile];
  throw new AccessError('no-document', 'no declaration was given', {
    cause: `There is no -f FILE, and no ${defaultFile} in this folder.`,
    remedy: 'Give -f FILE, or write a first declaration: bedrock-access init',
  });
}

function refuseErrors(findings: readonly Finding[]): void {
  const first = findings.find((finding) => finding.severity === 'error');
  if (first === undefined) return;
  throw new AccessError(first.id, first.message, { cause: first.cause, remedy: first.remedy, findings });
}
