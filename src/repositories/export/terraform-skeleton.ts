/**
 * A new Terraform target in the form of its siblings: everything but their resources, with the target's own name in it.
 * A state that two targets would share is refused.
 */
import { basename, join, relative, resolve } from 'node:path';
import type { ReadHcl } from '../hcl/open.ts';
import { isTerraformFile as isModuleFile } from '../terraform/read-module.ts';
import type { HclBlock } from '../hcl/syntax.ts';
import type { Value } from '../hcl/value.ts';
import { expressionText, hclText } from './hcl-emit.ts';
import { alignAssignments } from './hcl-align.ts';
import { lineEnding } from './lines.ts';
import { appendText } from './terraform-edit.ts';
import { declarationsIn, referenceTo } from './terraform-slots.ts';
import type { ExportStyle } from './style.ts';
import type { Siblings, TerraformTarget } from './terraform-siblings.ts';
import { conflict, isTerraformFile, readModule } from './terraform-module.ts';
import { stateKeyOf } from './terraform-removal.ts';
import type { Workspace } from './workspace.ts';

/** Writes what a new target needs before its first resource; nothing where the folder has Terraform already. */
export function writeSkeleton(workspace: Workspace, directory: string, siblings: Siblings, style: ExportStyle, region: string, readHcl: ReadHcl): void {
  if (workspace.names(directory).some(isModuleFile)) return;
  const model = modelTarget(siblings.targets, style);
  if (model === undefined) writePlain(workspace, directory, style, region);
  else {
    for (const [path, text] of model.skeleton) {
      const target = join(directory, path);
      if (workspace.read(target) === undefined) workspace.write(target, renamed(text, model.name, relative(siblings.root, resolve(directory))), `new Terraform target, in the form of ${model.name}`);
    }
    declareMissing(workspace, directory, model, (text) => renamed(text, model.name, relative(siblings.root, resolve(directory))), readHcl);
  }
  refuseSharedState(workspace, directory, siblings, readHcl);
}

/** What the settings refer to, `var.region`, is declared as the sibling declares it, and nothing else of its variables and locals. */
function declareMissing(workspace: Workspace, directory: string, model: TerraformTarget, rename: (text: string) => string, readHcl: ReadHcl): void {
  for (;;) {
    const { module } = readModule(workspace, directory, readHcl);
    const there = new Set(declarationsIn(module).map(({ declared }) => referenceTo(declared)));
    const missing = declarationsIn(model.module).find(({ declared }) => module.references.has(referenceTo(declared)) && !there.has(referenceTo(declared)));
    if (missing === undefined) return;
    const { block, text, file, declared, expression } = missing;
    const source = expression === undefined ? withDefault(text, block, model.module.variables.get(declared.name)?.value) : alignAssignments(`locals {\n  ${declared.name} = ${text.slice(expression.span.start, expression.span.end)}\n}`);
    appendText(workspace, join(directory, basename(file)), rename(source), `declare ${referenceTo(declared)}, as ${model.name} does`);
  }
}

/** What a sibling has in its `tfvars` stands in the declaration, since the new target has no such file; what may be secret does not. */
function withDefault(text: string, block: HclBlock, value: Value | undefined): string {
  const source = text.slice(block.span.start, block.span.end);
  const guarded = block.body.attributes.has('sensitive') || /secret|token|key|password/i.test(block.labels[0] ?? '');
  if (block.body.attributes.has('default') || typeof value !== 'string' || guarded) return source;
  const body = source.slice(0, source.lastIndexOf('}')).replaceAll('\r\n', '\n').trimEnd();
  return alignAssignments(`${body}\n  default = ${expressionText(hclText(value), 1)}\n}`);
}

/** The sibling whose files are most like those of the others: what most do is the habit. */
function modelTarget(targets: readonly TerraformTarget[], style: ExportStyle): TerraformTarget | undefined {
  const fitting = targets.filter((target) => (style.skeleton === 'tfaction' ? target.skeleton.has('tfaction.yaml') : style.skeleton === 'root' ? target.root : !target.root));
  const counts = new Map<string, number>();
  const forms = new Map(fitting.map((target) => [target, new Map([...target.skeleton].map(([path, text]) => [path, `${path}\n${renamed(text, target.name, '<target>')}`]))]));
  for (const form of forms.values()) for (const key of form.values()) counts.set(key, (counts.get(key) ?? 0) + 1);
  const score = (target: TerraformTarget): number => [...(forms.get(target)?.values() ?? [])].reduce((sum, key) => sum + (counts.get(key) ?? 0) - 0.5, 0);
  return fitting.toSorted((a, b) => score(b) - score(a) || (a.name < b.name ? -1 : 1))[0];
}

/** A sibling's text with the new target's name in place of its own, as a whole path or as a whole word. */
function renamed(text: string, from: string, to: string): string {
  const whole = (name: string): RegExp => new RegExp(`(?<![\\w-])${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`, 'g');
  const byPath = text.replaceAll(whole(from), () => to);
  return from.includes('/') && byPath === text ? text.replaceAll(whole(basename(from)), () => basename(to)) : byPath;
}

/** Terraform's own minimum where no sibling shows a habit. */
function writePlain(workspace: Workspace, directory: string, style: ExportStyle, region: string): void {
  const purpose = 'new Terraform module';
  const ending = lineEnding('\n');
  const versions = ['terraform {', '  required_version = ">= 1.0"', '', '  required_providers {', '    aws = {', '      source  = "hashicorp/aws"', '      version = ">= 5.0"', '    }', '  }', '}', ''].join(ending);
  workspace.write(join(directory, 'versions.tf'), versions, purpose);
  if (style.skeleton !== 'module') workspace.write(join(directory, 'provider.tf'), ['provider "aws" {', `  region = "${region}"`, '}', ''].join(ending), purpose);
}

function refuseSharedState(workspace: Workspace, directory: string, siblings: Siblings, readHcl: ReadHcl): void {
  const key = stateKeyOf(readModule(workspace, directory, readHcl).module);
  if (key === undefined) return;
  const other = siblings.targets.find((target) => [...target.skeleton].some(([path, text]) => isTerraformFile(path) && text.includes(JSON.stringify(key)) && stateKeyOf({ ...readModule(workspace, target.directory, readHcl).module, files: [readHcl(path, text)] }) === key));
  if (other === undefined) return;
  throw conflict(`the new target would share the state ${key} with ${other.name}`, 'Its name is not in the key of its backend, so that the new target cannot be given a key of its own.', `Make ${directory} with its own backend by hand, then run export again. Nothing was written.`);
}
