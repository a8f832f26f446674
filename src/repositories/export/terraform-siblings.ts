/** The targets beside a Terraform target: where the repository's habits show. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { AccessError } from '../../errors/error.ts';
import type { ReadHcl } from '../hcl/open.ts';
import type { HclFile } from '../hcl/syntax.ts';
import { evaluateModule } from '../terraform/evaluate-module.ts';
import type { TerraformModule } from '../terraform/types.ts';
import { variableFiles } from '../terraform/read-module.ts';
import { isTerraformFile } from './terraform-module.ts';
import type { Workspace } from './workspace.ts';

export interface TerraformTarget {
  readonly directory: string;
  /** Relative to the folder of all targets: `openhands`, `hitohub/prod`. */
  readonly name: string;
  readonly module: TerraformModule;
  /** It has a provider or a backend of its own. */
  readonly root: boolean;
  /** What a target needs beside its resources, by path: settings of Terraform and of the tools around it. */
  readonly skeleton: ReadonlyMap<string, string>;
}

export interface Siblings {
  /** The folder that holds the targets. */
  readonly root: string;
  readonly targets: readonly TerraformTarget[];
}

/** More targets say no more about habits. */
const mostTargets = 60;

export function siblingsOf(workspace: Workspace, directory: string, readHcl: ReadHcl): Siblings {
  const own = resolve(directory);
  if (isRepository(own)) return { root: own, targets: [] };
  const near = targetsIn(workspace, dirname(own), own, readHcl);
  if (near.length > 0) return { root: dirname(own), targets: near };
  // `aws/app/prod` beside `aws/other/prod`.
  const root = dirname(dirname(own));
  return repositoryOf(root) !== undefined && !isRepository(dirname(own)) ? { root, targets: targetsIn(workspace, root, own, readHcl) } : { root: dirname(own), targets: [] };
}

/** The folder of the git repository that holds a folder: what lies beyond it is somebody else's. */
export function repositoryOf(folder: string): string | undefined {
  if (isRepository(folder)) return folder;
  return folder === dirname(folder) ? undefined : repositoryOf(dirname(folder));
}

/** A worktree has a file of that name. */
export function isRepository(folder: string): boolean {
  return existsSync(join(folder, '.git'));
}

function targetsIn(workspace: Workspace, root: string, own: string, readHcl: ReadHcl): readonly TerraformTarget[] {
  const found: TerraformTarget[] = [];
  const visit = (folder: string, depth: number): void => {
    if (found.length >= mostTargets || !workspace.isFolder(folder)) return;
    const names = workspace.names(folder);
    if (names.some(isTerraformFile)) {
      if (folder !== own) found.push(target(workspace, folder, relative(root, folder), readHcl));
      return;
    }
    if (depth === 0) return;
    for (const name of names) if (!['.git', '.terraform', 'node_modules'].includes(name) && workspace.isFolder(join(folder, name))) visit(join(folder, name), depth - 1);
  };
  for (const name of workspace.names(root)) if (!name.startsWith('.') && name !== 'node_modules') visit(join(root, name), 1);
  return found;
}

function target(workspace: Workspace, directory: string, name: string, readHcl: ReadHcl): TerraformTarget {
  const texts = new Map<string, string>();
  for (const file of workspace.files(directory, () => true, 200)) {
    const text = readable(workspace, file);
    if (text !== undefined) texts.set(relative(directory, file), text);
  }
  const files: HclFile[] = [...texts].filter(([path]) => isTerraformFile(path) && !path.includes('/')).map(([path, text]) => readHcl(join(directory, path), text));
  const module = evaluateModule({ directory, files, given: variableFiles([...texts.keys()].filter((path) => !path.includes('/')).sort(), (path, read) => [read(join(directory, path), texts.get(path) ?? '')], readHcl) });
  return { directory, name, module, root: module.providers.length > 0 || files.some(hasBackend), skeleton: skeletonOf(texts, files, directory) };
}

/** A file that cannot be taken in shows no habit. */
function readable(workspace: Workspace, file: string): string | undefined {
  try {
    return workspace.read(file);
  } catch (error) {
    if (error instanceof AccessError) return undefined;
    throw error;
  }
}

export function hasBackend(file: HclFile): boolean {
  return file.body.blocks.some(({ type, body }) => type === 'terraform' && body.blocks.some((inner) => inner.type === 'backend' || inner.type === 'cloud'));
}

/** Settings only: Terraform files of nothing but `terraform` and `provider` blocks, the tools' files, the lock. */
function skeletonOf(texts: ReadonlyMap<string, string>, files: readonly HclFile[], directory: string): ReadonlyMap<string, string> {
  const settings = new Set(files.filter(({ body }) => body.blocks.length > 0 && body.blocks.every(({ type }) => type === 'terraform' || type === 'provider')).map(({ file }) => relative(directory, file)));
  return new Map([...texts].filter(([path]) => settings.has(path) || toolFile(path)));
}

function toolFile(path: string): boolean {
  return ['tfaction.yaml', '.tflint.hcl', '.tfmigrate.hcl', '.terraform.lock.hcl', '.terraform-version', '.tool-versions', '.trivyignore', 'aqua.yaml', 'aqua-checksums.json', 'terragrunt.hcl'].includes(path) || path.startsWith('aqua/');
}
