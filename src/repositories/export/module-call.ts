/** The call of a module that is written for others, where the repository calls the modules beside it, in the form of their calls. */
import { basename, join, relative, resolve } from 'node:path';
import type { Finding } from '../../finding.ts';
import type { ReadHcl } from '../hcl/open.ts';
import type { Expression } from '../hcl/syntax.ts';
import { isKnown, type Value } from '../hcl/value.ts';
import { hasBackend, type Siblings } from './terraform-siblings.ts';
import type { TerraformModule } from '../terraform/types.ts';
import { alignAssignments } from './hcl-align.ts';
import { escaped, labelOf } from './hcl-emit.ts';
import { majority, mostCommon } from './majority.ts';
import { callsAround, type ModuleCall } from './module-calls.ts';
import type { ExportStyle } from './style.ts';
import { appendText, notReadBack } from './terraform-edit.ts';
import { blockSources, comparable, conflict, isTerraformFile, readModule, refuseBroken } from './terraform-module.ts';
import type { Workspace } from './workspace.ts';

export interface CallRequest {
  readonly workspace: Workspace;
  /** The module's folder. */
  readonly directory: string;
  readonly siblings: Siblings;
  readonly style: Pick<ExportStyle, 'skeleton' | 'call'>;
  /** Where the user stands. */
  readonly base: string;
  readonly account: string;
  readonly readHcl: ReadHcl;
}

export interface CallPlace {
  /** The folders of the modules that call it, or are to. */
  readonly roots: readonly string[];
  /** Where the provider of the caller works, if that can be read. */
  readonly region?: string;
  /** Calls of the modules beside it in the one root that does not call it yet. */
  readonly like?: readonly ModuleCall[];
  readonly findings: readonly Finding[];
}

/** Undefined for a module that is applied by itself. @throws AccessError `export-conflict` for a `--style call` that is no Terraform */
export function callPlace(request: CallRequest): CallPlace | undefined {
  const { workspace, directory, siblings, style, base, readHcl } = request;
  const own = resolve(directory);
  const { module } = readModule(workspace, own, readHcl);
  if (module.files.some(hasBackend) || defaultProvider(module) !== undefined) return undefined;
  const calls = callsAround(workspace, own, readHcl);
  const callers = [...new Set(calls.filter(({ target }) => target === own).map((call) => call.directory))];
  if (callers.length > 0) return { roots: callers, ...regionOf(request, callers[0] ?? ''), findings: [] };
  if (style.skeleton !== 'module') return undefined;
  if (style.call === 'none') return { roots: [], findings: [] };
  const beside = new Set(siblings.targets.map((target) => resolve(target.directory)));
  const like = calls.filter((call) => beside.has(call.target) && isTerraformFile(call.file.file));
  const chosen = style.call === undefined ? rootsOf(request, like) : [resolve(base, style.call)];
  const [root, ...others] = chosen;
  if (root === undefined) return { roots: [], findings: [] };
  if (others.length > 0) return { roots: [], findings: [uncalled(directory, `${chosen.map((each) => relative(base, each)).join(' and ')} call the modules beside it`, 'None of them alone names the account of the declaration, so that either could be meant.', `Say which with --style call=${relative(base, root)}, or write the call by hand (--style call=none).`)] };
  if (!workspace.isFolder(root) || !workspace.names(root).some(isTerraformFile)) throw conflict(`${style.call ?? root} is no Terraform module`, 'There is no file of Terraform in it, so that nothing can call a module there.', 'Give the folder of the root module that is to call it: --style call=DIR. Nothing was written.');
  return { roots: [root], ...regionOf(request, root), like: like.filter((call) => call.directory === root), findings: [] };
}

/** The folders that call the modules beside it: root modules before others, and the one that names the account before those that do not. */
function rootsOf({ workspace, account, readHcl }: CallRequest, like: readonly ModuleCall[]): readonly string[] {
  const read = [...new Set(like.map((call) => call.directory))].map((directory) => readModule(workspace, directory, readHcl));
  const roots = read.filter(({ module }) => module.providers.length > 0 || module.files.some(hasBackend));
  const able = roots.length > 0 ? roots : read;
  const ofAccount = able.filter(({ module }) => module.files.some(({ text }) => text.includes(account)));
  return (ofAccount.length === 1 ? ofAccount : able).map(({ directory }) => directory);
}

function regionOf({ workspace, readHcl }: CallRequest, root: string): { readonly region?: string } {
  const region = defaultProvider(readModule(workspace, root, readHcl).module)?.attribute('region');
  return typeof region === 'string' ? { region } : {};
}

function defaultProvider(module: TerraformModule): TerraformModule['providers'][number] | undefined {
  return module.providers.find(({ block, attribute }) => block.labels[0] === 'aws' && attribute('alias') === undefined);
}

/** Writes the call, where one is to be. The module is as it is to be by then. @throws AccessError */
export function writeCall(request: CallRequest, { roots, like, findings }: CallPlace): readonly Finding[] {
  const [root] = roots;
  if (like === undefined || root === undefined) return findings;
  const { workspace, directory, base, readHcl } = request;
  const own = resolve(directory);
  const { module } = readModule(workspace, own, readHcl);
  const given = argumentsFor(request, root, module, like);
  const missing = [...module.variables.values()].filter(({ name, block }) => !block.body.attributes.has('default') && !given.some(([argument]) => argument === name)).map(({ name }) => name);
  if (missing.length > 0) {
    return [...findings, uncalled(directory, `nothing gives it ${missing.map((name) => `var.${name}`).join(', ')}`, 'They have no default, and no call of a module beside it has such an argument.', `Write the call by hand in ${relative(base, root)}, or give them defaults and run export again.`)];
  }
  const before = readModule(workspace, root, readHcl);
  refuseBroken(before);
  const label = unusedLabel(before.module, labelFor(own, like));
  const last = like.at(-1);
  const apart = last === undefined || last.block.body.attributes.size < 2 || /\n\s*\n/.test(last.file.text.slice(last.block.body.attributes.get('source')?.span.end, last.block.span.end));
  const source = relative(root, own);
  const head = `module "${label}" {\n  source = "${escaped(source.startsWith('.') ? source : `./${source}`)}"\n`;
  const text = alignAssignments(`${head}${given.length > 0 && apart ? '\n' : ''}${given.map(([name, value]) => `  ${name} = ${value}\n`).join('')}}`);
  appendText(workspace, join(root, fileFor(own, like, workspace.names(root))), text, `call ${relative(base, own)}`);
  const after = readModule(workspace, root, readHcl);
  refuseBroken(after);
  const left = blockSources(after);
  if (left.size !== blockSources(before).size + 1 || [...blockSources(before)].some(([key, each]) => left.get(key) !== each)) throw notReadBack(`module.${label} would change other blocks`);
  if (!callsAround(workspace, own, readHcl).some((call) => call.directory === root && call.target === own)) throw notReadBack(`module.${label} calls something else`);
  return findings;
}

const metaArguments = new Set(['source', 'version', 'count', 'for_each', 'depends_on', 'providers']);

/** What the other calls give, as far as the module takes it: what it needs, and what it would have by itself. The provider goes with it. */
function argumentsFor({ workspace, readHcl }: CallRequest, root: string, own: TerraformModule, like: readonly ModuleCall[]): readonly (readonly [string, string])[] {
  const values = new Map<ModuleCall, ReadonlyMap<string, Value>>();
  readModule(workspace, root, readHcl, [], (_source, given, prefix) => {
    const call = like.find(({ label }) => prefix === `module.${label}.`);
    if (call !== undefined) values.set(call, given);
    return undefined;
  });
  const textOf = (call: ModuleCall, expression: Expression): string => call.file.text.slice(expression.span.start, expression.span.end).replaceAll('\r\n', '\n');
  const written = (name: string, fits: (call: ModuleCall, expression: Expression) => boolean): string | undefined =>
    mostCommon(like.flatMap((call) => {
      const expression = call.block.body.attributes.get(name)?.expression;
      return expression !== undefined && fits(call, expression) && !/(?<![\w.])(each|count|self)\./.test(textOf(call, expression)) ? [textOf(call, expression)] : [];
    }));
  const names = [...new Set(like.flatMap(({ block }) => [...block.body.attributes.keys()]))];
  const provider = written('providers', (call, expression) => /^\{\s*aws\s*=\s*aws\.\w+,?\s*\}$/.test(textOf(call, expression)));
  return names.flatMap((name): readonly (readonly [string, string])[] => {
    if (name === 'providers' && provider !== undefined) return [[name, provider]];
    const variable = own.variables.get(name);
    if (variable === undefined || metaArguments.has(name)) return [];
    const needed = !variable.block.body.attributes.has('default');
    const text = written(name, (call) => needed || (isKnown(variable.value) && comparable(values.get(call)?.get(name)) === comparable(variable.value)));
    return text === undefined ? [] : [[name, text]];
  });
}

/** As the others are called after their folders: `ledger`, `app_ledger`; else after its own folder. */
function labelFor(own: string, like: readonly ModuleCall[]): string {
  const name = basename(own);
  const forms = like.map(({ label, target }) => (label === basename(target) ? '{}' : label.replace(labelOf(basename(target)), '{_}')));
  const form = mostCommon(forms.filter((each) => each.includes('{')));
  return form === '{}' && /^[A-Za-z_][\w-]*$/.test(name) ? name : (form ?? '{_}').replace(/\{_?\}/, labelOf(name));
}

function unusedLabel(module: TerraformModule, label: string): string {
  const there = new Set(module.files.flatMap(({ body }) => body.blocks.filter(({ type }) => type === 'module').map(({ labels }) => labels[0])));
  let free = label;
  for (let count = 2; there.has(free); count += 1) free = `${label}_${count}`;
  return free;
}

/** A file for each call where that is the habit, else the file of most. */
function fileFor(own: string, like: readonly ModuleCall[], names: readonly string[]): string {
  const files = like.map(({ file, label, target }) => (['{}.tf', '{_}.tf'].find((form) => basename(file.file) === form.replace('{}', basename(target)).replace('{_}', label)) ?? basename(file.file)));
  const most = majority(files) ?? files.at(-1) ?? (names.includes('main.tf') ? 'main.tf' : 'modules.tf');
  return most.replace('{}', basename(own)).replace('{_}', labelFor(own, like));
}

function uncalled(directory: string, why: string, cause: string, remedy: string): Finding {
  return { id: 'export-module-uncalled', severity: 'warning', message: `no call of the module ${directory} was written: ${why}`, cause, remedy };
}
