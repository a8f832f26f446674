import { resolve } from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import { checkModels } from '../access/check-models.ts';
import { rules } from '../checks/rules/index.ts';
import { runRules, type CheckedFinding } from '../checks/run.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import { docsAddress } from '../errors/pages.ts';
import type { Finding } from '../finding.ts';
import { applyFixes } from '../repositories/apply-fixes.ts';
import { beyondBaseline, fileNames, makeBaseline, parseBaseline } from '../repositories/baseline.ts';
import { changedLines } from '../repositories/changed-lines.ts';
import { readRepositories, type ReadRepositories } from '../repositories/read-repositories.ts';
import { catalogOf } from './catalog-file.ts';
import type { CommandLine } from './command-line.ts';
import { readText } from './files.ts';
import { dateOption } from './option-values.ts';
import type { CommandOptions } from './options.ts';
import { countBySeverity, renderFinding } from './output/finding.ts';
import { githubAnnotation } from './output/github.ts';
import { renderJunit } from './output/junit.ts';
import { sarifLog } from './output/sarif.ts';
import { printStructured } from './output/structured.ts';
import { counted } from './output/text.ts';

/** Checks both repositories without AWS, cluster or terraform. Exit code 3 when an error remains. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  if (options.terraform === undefined && options.manifests === undefined && options.file.length === 0) throw nothingToCheck();
  const now = dateOption('--now', options.now) ?? commandLine.clock.now();
  const catalog = await catalogOf(options, commandLine);
  const read = await readRepositories({
    ...(options.terraform === undefined ? {} : { terraform: options.terraform }),
    ...(options.manifests === undefined || options.manifests === '-' ? {} : { manifests: options.manifests }),
    ...(options.manifests === '-' ? { rendered: await commandLine.stdin.text() } : {}),
    declarations: options.file,
  });
  for (const [file, text] of read.texts) commandLine.sources.set(file, text);
  const outcome = runRules(rules, read.facts, { catalog, now }, read.texts);
  const ofDeclarations = read.facts.accesses.flatMap((access) => checkModels(access, { catalog, now, strict: options.strict }).findings);
  let findings: readonly CheckedFinding[] = [...read.findings, ...ofDeclarations, ...outcome.findings];

  const names = fileNames(commandLine.directory, [options.terraform, options.manifests].filter((folder) => folder !== undefined));
  if (options.writeBaseline !== undefined) {
    await writeFile(resolve(commandLine.directory, options.writeBaseline), `${JSON.stringify(makeBaseline(findings, names), null, 2)}\n`);
    commandLine.say(`${counted(findings.length, 'finding')} written to ${options.writeBaseline}.`);
    return exitCodes.ok;
  }
  if (options.baseline !== undefined) findings = beyondBaseline(findings, await baselineOf(options.baseline, commandLine), names);
  if (options.changedSince !== undefined) findings = onChangedLines(findings, options, commandLine);
  if (options.fix) findings = await fixed(findings, read, commandLine);

  await print(findings, read, outcome.undecided, commandLine);
  return findings.some(({ severity }) => severity === 'error') ? exitCodes.findings : exitCodes.ok;
}

async function print(findings: readonly Finding[], read: ReadRepositories, undecided: readonly Finding[], commandLine: CommandLine): Promise<void> {
  switch (commandLine.output) {
    case 'sarif':
      commandLine.print(JSON.stringify(sarifLog(findings), null, 2));
      return;
    case 'github':
      for (const finding of findings) commandLine.print(githubAnnotation(finding));
      return;
    case 'junit':
      commandLine.print(renderJunit([{ name: 'check', checks: findings.map((finding) => ({ id: finding.id, title: finding.message, outcome: finding.severity === 'error' ? 'failed' as const : 'passed' as const, detail: finding.message, findings: [finding], milliseconds: 0 })) }]));
      return;
    case 'json':
    case 'yaml':
      await printStructured({ findings: findings.map(asRow), undecided: [...undecided.map(asRow), ...read.undecided.map(({ what, reason, file, line }) => ({ what, cause: reason, file, line }))] }, commandLine);
      return;
    case 'text':
  }
  for (const finding of findings) commandLine.print(`${renderFinding(finding, commandLine.paint, (file) => commandLine.sources.get(file))}\n`);
  for (const { what, reason, file, line } of read.undecided) commandLine.say(`undecided: ${what}: ${reason} (${file}:${line})`);
  for (const finding of undecided) commandLine.say(`undecided: [${finding.id}] ${finding.message}`);
  if (findings.length > 0) commandLine.say(countBySeverity(findings));
  else commandLine.say(concernsBedrock(read) ? `No findings in ${counted(read.texts.size, 'file')}.` : `Nothing in ${counted(read.texts.size, 'file')} concerns Bedrock, and nothing else was found.`);
}

/** The row of `--output json`: its fields are only ever added. */
function asRow({ id, severity, message, cause, remedy, place }: Finding): object {
  return { rule: id, severity, file: place?.file, line: place?.line, column: place?.column, message, cause, remedy, docs: docsAddress(id) };
}

function concernsBedrock({ texts }: ReadRepositories): boolean {
  return [...texts.values()].some((text) => /bedrock/i.test(text));
}

async function baselineOf(file: string, commandLine: CommandLine): Promise<NonNullable<ReturnType<typeof parseBaseline>>> {
  const baseline = parseBaseline(await readText(file, commandLine));
  if (!baseline) throw new AccessError('baseline-unreadable', `${file} is no baseline`, { cause: 'It is not of the form that `check --write-baseline` writes.', remedy: `bedrock-access check … --write-baseline ${file}` });
  return baseline;
}

function onChangedLines(findings: readonly CheckedFinding[], options: CommandOptions, commandLine: CommandLine): readonly CheckedFinding[] {
  const revision = options.changedSince ?? '';
  const folders = [options.terraform, options.manifests === '-' ? undefined : options.manifests].filter((folder) => folder !== undefined);
  const changed = new Map<string, ReadonlySet<number>>();
  let known = false;
  for (const folder of folders) {
    const lines = changedLines(resolve(commandLine.directory, folder), revision);
    if (!lines) continue;
    known = true;
    for (const [file, numbers] of lines) changed.set(file, numbers);
  }
  if (!known) throw new AccessError('revision-unknown', `git does not know ${revision}`, { cause: 'None of the folders is in a repository of git that has this revision.', remedy: 'Fetch it first, or name another revision.' });
  return findings.filter(({ place }) => place?.file !== undefined && place.line !== undefined && changed.get(resolve(commandLine.directory, place.file))?.has(place.line) === true);
}

/** Writes the mechanical mends into the files and answers what is left. */
async function fixed(findings: readonly CheckedFinding[], read: ReadRepositories, commandLine: CommandLine): Promise<readonly CheckedFinding[]> {
  const mended = new Set<CheckedFinding>();
  for (const file of read.texts.keys()) {
    const own = findings.filter((finding) => finding.fix !== undefined && finding.place?.file === file);
    if (own.length === 0) continue;
    const path = resolve(commandLine.directory, file);
    // The reader drops a byte order mark; the file keeps it.
    const text = await readFile(path, 'utf8');
    const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
    const result = applyFixes(text.slice(mark.length), own.flatMap(({ fix }) => fix ?? []));
    if (result.applied === 0) continue;
    await writeFile(path, mark + result.text);
    commandLine.say(`${file}: ${counted(result.applied, 'place')} mended`);
    for (const finding of own) mended.add(finding);
  }
  return findings.filter((finding) => !mended.has(finding));
}

function nothingToCheck(): AccessError {
  return new AccessError('nothing-to-check', 'no folder to check was given', { cause: '`check` reads a Terraform folder, a manifests folder, a declaration, or any of them together.', remedy: 'bedrock-access check --terraform DIR --manifests DIR' });
}
