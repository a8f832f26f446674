import { relative, resolve } from 'node:path';
import { AccessError, exitCodes } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import { exportAccess } from '../repositories/export/export-access.ts';
import { removeExport } from '../repositories/export/remove-access.ts';
import { parseStyle } from '../repositories/export/style.ts';
import type { ExportOutcome, ExportRequest } from '../repositories/export/types.ts';
import { unifiedDiff } from '../repositories/export/unified-diff.ts';
import type { FileEdit } from '../repositories/export/workspace.ts';
import { writeEdits } from '../repositories/export/write-edits.ts';
import { catalogOf } from './catalog-file.ts';
import type { CommandLine } from './command-line.ts';
import { readDeclarations } from './documents.ts';
import type { CommandOptions } from './options.ts';
import { renderFindings } from './output/finding.ts';
import { printStructured } from './output/structured.ts';
import { counted } from './output/text.ts';

/** Writes one access into both repositories, or shows the edits. All or nothing. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const request = await requestOf(options, commandLine);
  const outcome = options.remove ? await removeExport(request) : await exportAccess(request);
  if (!options.dryRun) writeEdits(outcome.edits);
  if (commandLine.output !== 'text') await printStructured(asData(outcome, options, commandLine), commandLine);
  else print(outcome, options, commandLine);
  return exitCodes.ok;
}

async function requestOf(options: CommandOptions, commandLine: CommandLine): Promise<ExportRequest> {
  if (options.terraform === undefined && options.manifests === undefined) {
    throw new AccessError('usage', 'export needs a place to write to', { cause: 'Neither --terraform nor --manifests was given.', remedy: 'bedrock-access export -f access.yaml --terraform DIR --manifests DIR' });
  }
  const style = parseStyle(options.style);
  const catalog = await catalogOf(options, commandLine);
  // What takes an access out must work when its model has ended.
  const declarations = await readDeclarations(options, commandLine, options.remove ? undefined : catalog);
  const [declared, second] = declarations;
  if (declared === undefined || second !== undefined) {
    throw new AccessError('usage', `export takes one access, the input has ${declarations.length}`, { cause: 'Each access has a place of its own in the repositories.', remedy: 'Put each into a file of its own, and export one after the other.' });
  }
  return {
    declared,
    directory: commandLine.directory,
    declarationFile: resolve(commandLine.directory, options.file[0] ?? 'bedrock-access.yaml'),
    ...(options.terraform === undefined ? {} : { terraform: resolve(commandLine.directory, options.terraform) }),
    ...(options.manifests === undefined ? {} : { manifests: resolve(commandLine.directory, options.manifests) }),
    style,
    keys: options.keys === 'terraform' ? 'terraform' : 'program',
    ...(options.clusterId === undefined ? {} : { clusterId: options.clusterId }),
    catalog,
    now: commandLine.clock.now(),
  };
}

function print({ edits, findings, order }: ExportOutcome, options: CommandOptions, commandLine: CommandLine): void {
  if (options.dryRun && edits.length > 0) commandLine.print(unifiedDiff(edits, commandLine.directory).replace(/\n$/, ''));
  const shown = findings.map((finding) => placed(finding, commandLine));
  if (shown.length > 0) commandLine.say(`${renderFindings(shown, commandLine.progressPaint, (file) => commandLine.sources.get(file))}\n`);
  for (const edit of options.dryRun ? [] : edits) commandLine.say(`${signOf(edit)} ${relative(commandLine.directory, edit.file)}: ${edit.purposes.join(', ')}`);
  if (edits.length === 0) {
    commandLine.say('Nothing to change.');
    return;
  }
  commandLine.say(`${options.dryRun ? 'Would change' : 'Changed'} ${counted(edits.length, 'file')}. What to do, in this order:\n`);
  for (const [index, { title, why, lines }] of order.entries()) {
    commandLine.say(`${index + 1}. ${title}\n   ${why}`);
    for (const line of lines) commandLine.say(line === '' ? '' : `     ${line}`);
  }
}

function signOf({ before, after }: FileEdit): string {
  return before === undefined ? '+' : after === undefined ? '-' : '~';
}

function placed(finding: Finding, { directory }: CommandLine): Finding {
  const file = finding.place?.file;
  return file === undefined ? finding : { ...finding, place: { ...finding.place, file: relative(directory, file) } };
}

/** What `--output json` prints: its fields are only ever added. */
function asData({ access, declaration, edits, findings, order, style }: ExportOutcome, options: CommandOptions, commandLine: CommandLine): object {
  return {
    access: { name: access.metadata.name, namespace: access.metadata.namespace, names: access.spec.names, managedBy: access.spec.managedBy },
    declaration: relative(commandLine.directory, declaration),
    written: !options.dryRun,
    edits: edits.map((edit) => ({
      file: relative(commandLine.directory, edit.file),
      action: edit.before === undefined ? 'create' : edit.after === undefined ? 'delete' : 'change',
      purposes: edit.purposes,
      diff: unifiedDiff([edit], commandLine.directory),
    })),
    findings: findings.map((finding) => placed(finding, commandLine)),
    order,
    style,
  };
}
