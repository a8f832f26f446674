/** Which habits the Terraform side shows: its own target's first, then its siblings'. */
import { basename, dirname, join, resolve } from 'node:path';
import { ownerTagKeys } from '../../resources/owner.ts';
import type { StoreService } from '../../resources/stores/store.ts';
import { isKnown, isMap } from '../hcl/value.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { majority, mostCommon } from './majority.ts';
import type { ExportStyle } from './style.ts';
import { keptOf, nameSlots } from './terraform-slots.ts';
import { storedTypes } from './terraform-stored.ts';
import { isRepository, type Siblings } from './terraform-siblings.ts';
import type { ExportModule } from './terraform-module.ts';
import type { Workspace } from './workspace.ts';

export type TerraformHabits = Pick<ExportStyle, 'skeleton' | 'policy' | 'partition' | 'variables' | 'comments' | 'tags' | 'iamFile' | 'parameterFile' | 'iamNames' | 'iamPath' | 'parameterName' | 'applies'> & {
  /** The cluster's id, where an earlier export wrote it. */
  readonly cluster?: string;
};

/** Where key material is written when no file of the module shows a habit. */
export const usualParameterFile: Readonly<Record<StoreService, string>> = { ParameterStore: 'ssm.tf', SecretsManager: 'secretsmanager.tf' };

/** @param own names of this access's things, which say nothing about habits */
export function terraformHabits(workspace: Workspace, { directory, module }: ExportModule, siblings: Siblings, own: ReadonlySet<string>, service: StoreService): TerraformHabits {
  const parameterType = storedTypes[service];
  const modules = [module, ...siblings.targets.map((target) => target.module)];
  const managed = (from: readonly TerraformModule[], type: string): readonly TerraformResource[] =>
    from.flatMap(({ resources }) => resources).filter((resource) => resource.mode === 'managed' && resource.type === type && !own.has(nameOf(resource)));
  // The target's own way counts before that of others.
  const first = (types: readonly string[]): readonly TerraformResource[] => {
    const here = types.flatMap((type) => managed([module], type));
    return here.length > 0 ? here : types.flatMap((type) => managed(modules, type));
  };
  const policies = first(['aws_iam_policy', 'aws_iam_user_policy', 'aws_iam_role_policy']);
  const identities = first(['aws_iam_user', 'aws_iam_policy', 'aws_iam_role']);
  const sources = modules.flatMap(({ files }) => files.map(({ text }) => text));
  const id = mostCommon(clustersIn([module])) ?? mostCommon(clustersIn(modules));
  return {
    skeleton: skeletonOf(workspace, directory, module, siblings),
    policy: policies.filter(isDocument).length * 2 > policies.length ? 'document' : 'jsonencode',
    partition: partitionOf(sources),
    variables: keptOf(first(nameSlots.flatMap(({ types }) => types))) ?? 'literals',
    comments: sources.some((text) => /^\s*(#|\/\/).*[\u3040-\u30ff\u4e00-\u9fff]/m.test(text)) ? 'ja' : 'en',
    tags: sharedTags([...managed(modules, 'aws_iam_user'), ...managed(modules, 'aws_iam_policy'), ...managed(modules, 'aws_ssm_parameter'), ...managed(modules, 'aws_secretsmanager_secret')]),
    iamFile: fileOf(first(['aws_iam_user', 'aws_iam_policy', 'aws_iam_role'])) ?? (onlyMain(module) ? 'main.tf' : 'iam.tf'),
    parameterFile: fileOf(first([parameterType])) ?? (onlyMain(module) ? 'main.tf' : usualParameterFile[service]),
    iamNames: iamNamesOf(identities),
    iamPath: iamPathOf(first(['aws_iam_user'])),
    parameterName: parameterNameOf(first([parameterType]), directory),
    applies: appliesOf(workspace, directory, siblings),
    ...(id === undefined ? {} : { cluster: id }),
  };
}

/** The ids that earlier exports wrote. */
function clustersIn(modules: readonly TerraformModule[]): readonly string[] {
  return modules.flatMap(({ resources }) =>
    resources.flatMap((resource) => {
      const tags = resource.attribute('tags');
      const id = isMap(tags) ? tags[ownerTagKeys.cluster] : undefined;
      return typeof id === 'string' ? [id] : [];
    }),
  );
}

function nameOf(resource: TerraformResource): string {
  const name = resource.attribute('name');
  return typeof name === 'string' ? name : '';
}

function skeletonOf(workspace: Workspace, directory: string, module: TerraformModule, siblings: Siblings): ExportStyle['skeleton'] {
  if (module.files.length > 0) {
    const root = module.providers.length > 0 || module.files.some(({ body }) => body.blocks.some((block) => block.type === 'terraform' && block.body.blocks.some(({ type }) => type === 'backend')));
    if (workspace.read(join(directory, 'tfaction.yaml')) !== undefined) return 'tfaction';
    return root || !resolve(directory).split('/').includes('modules') ? 'root' : 'module';
  }
  if (siblings.targets.some(({ skeleton }) => skeleton.has('tfaction.yaml'))) return 'tfaction';
  return siblings.targets.length > 0 && siblings.targets.every(({ root }) => !root) ? 'module' : 'root';
}

function isDocument(resource: TerraformResource): boolean {
  const expression = resource.block.body.attributes.get('policy')?.expression;
  return expression?.type === 'reference' && expression.root === 'data';
}

function partitionOf(sources: readonly string[]): ExportStyle['partition'] {
  const derived = sources.filter((text) => text.includes('data.aws_partition.')).length;
  const literal = sources.filter((text) => /"arn:aws[a-z-]*:/.test(text)).length;
  return derived >= literal ? 'data' : 'literal';
}

/** Tags with the same value on most things that carry tags; those of an access are its own. */
function sharedTags(resources: readonly TerraformResource[]): Readonly<Record<string, string>> {
  const tagged = resources.flatMap((resource) => {
    const tags = resource.attribute('tags');
    return isMap(tags) && isKnown(tags) && !Object.keys(tags).some((key) => key.startsWith('bedrock-access/')) ? [tags] : [];
  });
  if (tagged.length < 2 || tagged.length * 2 <= resources.length) return {};
  const keys = [...new Set(tagged.flatMap(Object.keys))];
  return Object.fromEntries(
    keys.flatMap((key) => {
      const values = tagged.map((tags) => tags[key]).filter((value) => typeof value === 'string');
      const [value] = values;
      return value !== undefined && values.length * 2 > tagged.length && values.every((other) => other === value) ? [[key, value]] : [];
    }),
  );
}

function fileOf(resources: readonly TerraformResource[]): string | undefined {
  return mostCommon(resources.map(({ file }) => basename(file.file)));
}

function onlyMain(module: TerraformModule): boolean {
  return module.files.length > 0 && module.files.every(({ file }) => ['main.tf', 'variables.tf', 'outputs.tf', 'versions.tf', 'provider.tf', 'providers.tf', 'backend.tf'].includes(basename(file))) && module.files.some(({ file }) => basename(file) === 'main.tf');
}

function iamNamesOf(resources: readonly TerraformResource[]): ExportStyle['iamNames'] {
  const names = resources.map((resource) => resource.attribute('name')).filter((name) => typeof name === 'string');
  return majority(names.filter((name) => /[-_]/.test(name)).map((name) => (name.includes('_') && !name.includes('-') ? 'snake' : 'kebab'))) ?? 'kebab';
}

/** One user alone is no habit, and neither is a path that nobody thought of. */
function iamPathOf(users: readonly TerraformResource[]): string {
  const paths = users.map((user) => user.attribute('path')).filter((path) => typeof path === 'string');
  return paths.length < 2 ? '/service/' : (majority(paths) ?? '/service/');
}

/** `/lolice/<app>/<NAME>` where most parameters lie under a path, else the flat default. */
function parameterNameOf(parameters: readonly TerraformResource[], directory: string): string {
  const names = parameters.map((parameter) => parameter.attribute('name')).filter((name) => typeof name === 'string');
  const deep = names.filter((name) => name.startsWith('/') && name.split('/').length >= 3);
  if (deep.length * 2 <= names.length) return 'bedrock-{app}-{thing}';
  const prefix = mostCommon(deep.map((name) => name.split('/')[1] ?? '')) ?? '';
  const upper = deep.filter((name) => /^[A-Z0-9_]+$/.test(name.split('/').at(-1) ?? '')).length * 2 > deep.length;
  // `/app/thing` has the app itself first; `/lolice/app/THING` a prefix before it.
  const ofApp = deep.every((name) => name.split('/').length === 3) && (prefix === basename(resolve(directory)) || new Set(deep.map((name) => name.split('/')[1])).size > 1);
  return `${ofApp ? '' : `/${prefix}`}/{app}/${upper ? '{THING}' : '{thing}'}`;
}

/** tfaction and Atlantis apply what is merged; so do workflows that say `terraform apply`. */
function appliesOf(workspace: Workspace, directory: string, siblings: Siblings): ExportStyle['applies'] {
  if (workspace.read(join(directory, 'tfaction.yaml')) !== undefined || siblings.targets.some(({ skeleton }) => skeleton.has('tfaction.yaml'))) return 'on-merge';
  let folder = resolve(directory);
  for (let depth = 0; depth < 8; depth += 1) {
    if (['tfaction-root.yaml', 'atlantis.yaml'].some((name) => workspace.names(folder).includes(name))) return 'on-merge';
    const workflows = join(folder, '.github', 'workflows');
    if (workspace.isFolder(workflows)) return workspace.files(workflows, (name) => /\.ya?ml$/.test(name), 100).some((file) => /terraform(\s+-\S+)*\s+apply/.test(workspace.read(file) ?? '')) ? 'on-merge' : 'by-hand';
    if (folder === dirname(folder) || isRepository(folder)) break;
    folder = dirname(folder);
  }
  return 'by-hand';
}
