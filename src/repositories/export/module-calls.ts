/** Who calls a module that is written for others. */
import { dirname, resolve } from 'node:path';
import type { HclBlock, HclFile } from '../hcl/syntax.ts';
import type { ReadHcl } from '../hcl/open.ts';
import { AccessError } from '../../errors/error.ts';
import { isTerraformFile as isModuleFile } from '../terraform/read-module.ts';
import { conflict, isTerraformFile, readModule, refuseBroken } from './terraform-module.ts';
import { notReadBack } from './terraform-edit.ts';
import { blockSources } from './terraform-module.ts';
import { repositoryOf } from './terraform-siblings.ts';
import { withoutBlocks } from './without-blocks.ts';
import type { Workspace } from './workspace.ts';

export interface ModuleCall {
  /** The folder that calls. */
  readonly directory: string;
  readonly file: HclFile;
  readonly block: HclBlock;
  readonly label: string;
  /** The source as it is written. */
  readonly source: string;
  /** The folder that is called. */
  readonly target: string;
}

/** The calls of local modules in the repository of a folder. */
export function callsAround(workspace: Workspace, directory: string, readHcl: ReadHcl): readonly ModuleCall[] {
  const own = resolve(directory);
  return workspace.files(repositoryOf(own) ?? dirname(dirname(own)), isModuleFile).flatMap((path) => {
    const text = readable(workspace, path);
    return text?.includes('module') === true ? callsIn(path, readHcl(path, text)) : [];
  });
}

function callsIn(path: string, file: HclFile): readonly ModuleCall[] {
  return file.body.blocks.flatMap((block) => {
    const source = block.type === 'module' ? sourceOf(block) : undefined;
    return source !== undefined && /^\.\.?\//.test(source) ? [{ directory: dirname(path), file, block, label: block.labels[0] ?? '', source, target: resolve(dirname(path), source) }] : [];
  });
}

function sourceOf(block: HclBlock): string | undefined {
  const expression = block.body.attributes.get('source')?.expression;
  if (expression?.type === 'literal') return typeof expression.value === 'string' ? expression.value : undefined;
  const [part, ...more] = expression?.type === 'template' ? expression.parts : [];
  return typeof part === 'string' && more.length === 0 ? part : undefined;
}

/** A file that cannot be taken in calls nothing that could be followed. */
function readable(workspace: Workspace, path: string): string | undefined {
  try {
    return workspace.read(path);
  } catch (error) {
    if (error instanceof AccessError) return undefined;
    throw error;
  }
}

/** Takes away the calls of a module that is no more. @throws AccessError `export-conflict` where something refers to one */
export function removeCalls(workspace: Workspace, directory: string, readHcl: ReadHcl): readonly string[] {
  const own = resolve(directory);
  const calls = callsAround(workspace, own, readHcl).filter(({ target }) => target === own);
  for (const [path, inFile] of Map.groupBy(calls, ({ file }) => file.file)) removeFrom(workspace, path, inFile, readHcl);
  return [...new Set(calls.map((call) => call.directory))];
}

function removeFrom(workspace: Workspace, path: string, calls: readonly ModuleCall[], readHcl: ReadHcl): void {
  const [{ directory, file }] = calls as [ModuleCall];
  if (!isTerraformFile(path)) throw conflict(`module.${calls[0]?.label} is called in JSON syntax`, 'Such files are mostly made by a program, which would write over an edit.', 'Remove the call where it is made, then run export --remove again. Nothing was written.', calls[0]?.block.span);
  const before = readModule(workspace, directory, readHcl);
  refuseBroken(before);
  for (const { label, block } of calls) refuseReference(before.module.files, label, block);
  const text = withoutBlocks(file, calls.map(({ block }) => block.span));
  const others = workspace.names(directory).filter(isModuleFile).length > 1;
  const mark = workspace.read(path)?.startsWith('\uFEFF') === true ? '\uFEFF' : '';
  if (text.trim() === '' && others) workspace.remove(path, 'nothing is left in it');
  else workspace.write(path, mark + text, `remove ${calls.map(({ label }) => `module.${label}`).join(', ')}`);
  const [sources, left] = [blockSources(before), blockSources(readModule(workspace, directory, readHcl))];
  if (left.size !== sources.size - calls.length || [...left].some(([key, source]) => sources.get(key) !== source && !/ (locals|terraform)\d*$/.test(key))) throw notReadBack(`${path} would lose more than the call`);
}

function refuseReference(files: readonly HclFile[], label: string, call: HclBlock): void {
  for (const file of files) {
    const found = file.body.blocks.find((block) => block !== call && new RegExp(`(?<![\\w.-])module\\.${label}(?![\\w-])`).test(file.text.slice(block.span.start, block.span.end)));
    if (found === undefined) continue;
    throw conflict(`${[found.type, ...found.labels].join('.')} refers to module.${label}, which is to go`, 'Terraform would refuse the root module.', 'Remove or change that first, then run export --remove again. Nothing was written.', found.span);
  }
}
