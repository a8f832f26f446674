/** One Terraform module in a workspace: what is in it, and edits of single blocks that leave everything else as it is. */
import { join, resolve } from 'node:path';
import { AccessError } from '../../errors/error.ts';
import type { ReadHcl } from '../hcl/open.ts';
import type { HclBlock, HclFile } from '../hcl/syntax.ts';
import { PartialText, Unknown, type Value } from '../hcl/value.ts';
import { evaluateModule, type ModuleInput } from '../terraform/evaluate-module.ts';
import { isTerraformFile as isModuleFile, variableFiles } from '../terraform/read-module.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import type { ModuleLabels } from './terraform-blocks.ts';
import type { Workspace } from './workspace.ts';

export interface ExportModule {
  readonly directory: string;
  readonly module: TerraformModule;
}

/** One that is edited. */
export function isTerraformFile(name: string): boolean {
  return name.endsWith('.tf');
}

/** What is in JSON syntax is read, and written by a program: it is never edited. @throws AccessError `export-conflict` */
export function refuseJson({ address, file, placeOf }: TerraformResource): void {
  if (!file.file.endsWith('.json')) return;
  throw conflict(`${address} is written in JSON syntax`, 'Such files are mostly made by a program, which would write over an edit.', 'Change it where it is made, or choose a target in the native syntax. Nothing was written.', placeOf());
}

/** The module in a folder; without files an empty one. */
export function readModule(workspace: Workspace, directory: string, readHcl: ReadHcl, first: readonly HclFile[] = [], openModule?: ModuleInput['openModule']): ExportModule {
  const names = workspace.isFolder(directory) ? workspace.names(directory) : [];
  const open = (name: string, read: ReadHcl): readonly HclFile[] => {
    const text = workspace.read(join(directory, name));
    return text === undefined ? [] : [read(join(directory, name), text)];
  };
  const files = names.filter(isModuleFile).flatMap((name) => open(name, readHcl));
  return { directory, module: evaluateModule({ directory, files: [...first, ...files], given: variableFiles(names, open, readHcl), ...(openModule === undefined ? {} : { openModule }) }) };
}

/** Broken HCL is not edited: what the reader could not read could be lost. */
export function refuseBroken({ module }: ExportModule): void {
  const [problem] = module.problems;
  if (problem === undefined) return;
  throw new AccessError('export-unreadable', `${problem.span.file} is not edited: ${problem.message}`, {
    cause: 'A part of it cannot be read as HCL, so that an edit could change what nobody meant to change.',
    remedy: 'Mend the syntax (terraform validate), then run export again. Nothing was written.',
    place: { file: problem.span.file, line: problem.span.line, column: problem.span.column },
  });
}

export function labelsOf({ module }: ExportModule): ModuleLabels {
  const managed = module.resources.filter(({ mode }) => mode === 'managed');
  return {
    data: (type) => module.resources.find((resource) => resource.mode === 'data' && resource.type === type && resource.block.body.attributes.size === 0)?.name,
    named: (type, name) => managed.find((resource) => resource.type === type && resource.attribute('name') === name)?.name,
    attachment: (holder, label, policy) =>
      managed.find(
        (resource) =>
          resource.type === `${holder}_policy_attachment` && refersTo(module, resource.attribute(holder === 'aws_iam_user' ? 'user' : 'role'), holder, label) && refersTo(module, resource.attribute('policy_arn'), 'aws_iam_policy', policy),
      )?.name,
    key: (user) => managed.find((resource) => resource.type === 'aws_iam_access_key' && refersTo(module, resource.attribute('user'), 'aws_iam_user', user))?.name,
    version: (secret) => managed.find((resource) => resource.type === 'aws_secretsmanager_secret_version' && refersTo(module, resource.attribute('secret_id'), 'aws_secretsmanager_secret', secret))?.name,
  };
}

/** Does a value come from that resource, by reference or by the name that it has? */
export function refersTo(module: TerraformModule, value: Value | undefined, type: string, label: string): boolean {
  if (value instanceof Unknown) return value.reference?.startsWith(`${type}.${label}.`) === true;
  const target = module.resources.find((resource) => resource.type === type && resource.name === label && resource.mode === 'managed');
  return typeof value === 'string' && target?.attribute('name') === value;
}

/** A value as a text that can be compared: unknown pieces by their reference. */
export function comparable(value: Value | undefined): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) => (inner instanceof Unknown || inner instanceof PartialText ? inner.toString() : sorted(inner)));
}

export function resourceAt(module: TerraformModule, block: { readonly type: string; readonly labels: readonly string[] }): TerraformResource | undefined {
  const [type, name] = block.labels;
  return module.resources.find((resource) => resource.mode === (block.type === 'data' ? 'data' : 'managed') && resource.type === type && resource.name === name);
}

/** The source of every top-level block, by file and address: what an edit of one block must leave as it is. */
export function blockSources({ module }: ExportModule): ReadonlyMap<string, string> {
  return new Map(module.files.flatMap((file) => file.body.blocks.map((block, index) => [`${resolve(file.file)} ${addressOf(block)}${block.labels.length === 0 ? index : ''}`, file.text.slice(block.span.start, block.span.end)] as const)));
}

export function addressOf(block: HclBlock): string {
  return [block.type, ...block.labels].join('.');
}

export function conflict(message: string, cause: string, remedy: string, span?: { readonly file: string; readonly line: number; readonly column: number }): AccessError {
  return new AccessError('export-conflict', message, { cause, remedy, ...(span === undefined ? {} : { place: { file: span.file, line: span.line, column: span.column } }) });
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
