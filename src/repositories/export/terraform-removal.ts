/** Takes the blocks of an access out of a module, with the data sources and documents that nothing else refers to. */
import { resolve } from 'node:path';
import { roleNameOf } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import { ownerTagKeys } from '../../resources/owner.ts';
import type { ReadHcl } from '../hcl/open.ts';
import { isMap } from '../hcl/value.ts';
import { isTerraformFile as isModuleFile } from '../terraform/read-module.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { profilesOf } from './terraform-profiles.ts';
import { policyNamePatterns } from '../../resources/policy-names.ts';
import { policyDescription } from './terraform-blocks.ts';
import { referencesIn, removeDeclarations } from './terraform-undeclared.ts';
import { anywhereProfilesOf } from './terraform-anywhere.ts';
import { associationType } from './terraform-association.ts';
import { providerType } from './terraform-issuer.ts';
import { notReadBack } from './terraform-edit.ts';
import { blockSources, conflict, isTerraformFile, readModule, refersTo, refuseBroken, refuseJson } from './terraform-module.ts';
import { callsAround } from './module-calls.ts';
import { withoutBlocks } from './without-blocks.ts';
import type { Workspace } from './workspace.ts';

/** Terraform refuses a folder without a file of its own ("No configuration files"), and a call of a module that is one. */
const emptyModule = '# Empty until Terraform has destroyed what was here\n';

/** True when something was there to remove. @throws AccessError `export-conflict` where something else refers to it */
export function removeBlocks(workspace: Workspace, directory: string, access: Access, readHcl: ReadHcl): boolean {
  const read = readModule(workspace, directory, readHcl);
  refuseBroken(read);
  const gone = resourcesOf(read.module, access);
  if (gone.length === 0) return false;
  const sources = blockSources(read);
  const removed = [...gone, ...leftOver(read.module, gone)];
  for (const resource of removed) refuseJson(resource);
  for (const file of read.module.files) {
    const spans = removed.filter((resource) => resource.file === file).map(({ block }) => block.span);
    if (spans.length > 0) workspace.write(file.file, (workspace.read(file.file)?.startsWith('\uFEFF') === true ? '\uFEFF' : '') + withoutBlocks(file, spans), 'remove the access');
  }
  const emptied = read.module.files.map(({ file }) => file).filter((path) => isTerraformFile(path) && workspace.read(path)?.trim() === '');
  const [kept] = workspace.names(directory).filter(isModuleFile).length > emptied.length ? [] : emptied;
  for (const path of emptied.filter((each) => each !== kept)) workspace.remove(path, 'nothing is left in it');
  if (kept !== undefined) workspace.write(kept, emptyModule, 'keep a file for Terraform, so that it can destroy what was there');
  const after = readModule(workspace, directory, readHcl);
  refuseBroken(after);
  const left = blockSources(after);
  const expected = sources.size - removed.length;
  if (left.size !== expected || [...left].some(([key, source]) => sources.get(key) !== source)) throw notReadBack('the removal would touch other blocks');
  refuseReferences(after.module, gone);
  const given = new Set(callsAround(workspace, directory, readHcl).filter(({ target }) => target === resolve(directory)).flatMap(({ block }) => [...block.body.attributes.keys()].map((name) => `var.${name}`)));
  removeDeclarations(workspace, directory, referencesIn(read.module, removed.map(({ block }) => block.span)), given, readHcl);
  return true;
}

/** Does the module hold anything of the access? */
export function holdsAccess(module: TerraformModule, access: Access): boolean {
  return resourcesOf(module, access).length > 0;
}

/** Nothing where somebody else wrote what has these names: what lacks our marks is never taken away. */
function resourcesOf(module: TerraformModule, access: Access): readonly TerraformResource[] {
  if (!isOfAccess(module, access)) return [];
  const { names } = access.spec;
  const managed = module.resources.filter(({ mode }) => mode === 'managed');
  const named = (type: string, wanted: (name: string) => boolean): readonly TerraformResource[] => managed.filter((resource) => {
      const name = resource.attribute('name');
      return resource.type === type && typeof name === 'string' && wanted(name);
    });
  const users = named('aws_iam_user', (name) => name === names.user);
  const patterns = policyNamePatterns(names.policy).map((pattern) => new RegExp(`^${pattern.replaceAll(/[.+]/g, '\\$&').replaceAll('*', '(\\d|profiles-[0-9a-f]{8}(-\\d)?)')}$`));
  const policies = named('aws_iam_policy', (name) => patterns.some((pattern) => pattern.test(name)));
  const roles = named('aws_iam_role', (name) => name === roleNameOf(access.spec.credentials));
  const parameters = [
    ...named('aws_ssm_parameter', (name) => [names.parameter, names.accessKeyIdParameter, names.secretAccessKeyParameter].includes(name)),
    ...named('aws_secretsmanager_secret', (name) => name === names.parameter),
  ];
  const values = managed.filter((resource) => resource.type === 'aws_secretsmanager_secret_version' && parameters.some(({ type, name }) => refersTo(module, resource.attribute('secret_id'), type, name)));
  const held = managed.filter(
    (resource) =>
      (resource.type === 'aws_iam_access_key' && users.some(({ name }) => refersTo(module, resource.attribute('user'), 'aws_iam_user', name))) ||
      (resource.type === 'aws_iam_user_policy_attachment' &&
        (users.some(({ name }) => refersTo(module, resource.attribute('user'), 'aws_iam_user', name)) || policies.some(({ name }) => refersTo(module, resource.attribute('policy_arn'), 'aws_iam_policy', name)))) ||
      (resource.type === associationType && roles.some(({ name }) => refersTo(module, resource.attribute('role_arn'), 'aws_iam_role', name))) ||
      (resource.type === 'aws_iam_role_policy_attachment' && roles.some(({ name }) => refersTo(module, resource.attribute('role'), 'aws_iam_role', name))),
  );
  const gone = [...users, ...roles, ...policies, ...held, ...(users.length > 0 ? [...parameters, ...values] : []), ...profilesOf(module, access.metadata), ...anywhereProfilesOf(module, access.metadata)];
  return [...gone, ...issuersOf(module, access, gone)];
}

/** The identity provider of the issuer that this access made, unless something else refers to it: other roles may trust it too. */
function issuersOf(module: TerraformModule, { metadata }: Access, gone: readonly TerraformResource[]): readonly TerraformResource[] {
  return module.resources.filter((resource) => {
    const tags = resource.mode === 'managed' && resource.type === providerType ? resource.attribute('tags') : undefined;
    if (!isMap(tags) || tags[ownerTagKeys.namespace] !== metadata.namespace || tags[ownerTagKeys.name] !== metadata.name) return false;
    const documents = documentsOf(module, gone);
    const going = new Set([resource, ...gone, ...documents].map(({ block }) => block));
    return !module.files.some((file) => file.body.blocks.some((block) => !going.has(block) && file.text.slice(block.span.start, block.span.end).includes(`${resource.address}.`)));
  });
}

/** By the owner tags on user or policy, or, where Terraform makes the key, by the description of the policy. */
export function isOfAccess(module: TerraformModule, { metadata, spec }: Access): boolean {
  return module.resources.some((resource) => {
    if (resource.mode !== 'managed' || !['aws_iam_user', 'aws_iam_role', 'aws_iam_policy'].includes(resource.type)) return false;
    const name = resource.attribute('name');
    if (name !== spec.names.user && name !== roleNameOf(spec.credentials) && name !== spec.names.policy) return false;
    const tags = resource.attribute('tags');
    const tagged = isMap(tags) && tags[ownerTagKeys.namespace] === metadata.namespace && tags[ownerTagKeys.name] === metadata.name;
    return tagged || resource.attribute('description') === policyDescription(metadata);
  });
}

/** Data sources that only what goes had referred to. */
function leftOver(module: TerraformModule, gone: readonly TerraformResource[]): readonly TerraformResource[] {
  const documents = documentsOf(module, gone);
  const all = [...gone, ...documents];
  const sources = module.resources.filter((resource) => {
    if (resource.mode !== 'data' || !['aws_caller_identity', 'aws_partition', providerType].includes(resource.type)) return false;
    const address = `data.${resource.type}.${resource.name}`;
    const outside = module.files.some((file) => file.body.blocks.some((block) => !all.some((other) => other.block === block) && file.text.slice(block.span.start, block.span.end).includes(address)));
    return !outside && all.some((other) => refers(other, address));
  });
  return [...documents, ...sources];
}

function documentsOf(module: TerraformModule, gone: readonly TerraformResource[]): readonly TerraformResource[] {
  return module.resources.filter(
    (resource) => resource.mode === 'data' && resource.type === 'aws_iam_policy_document' && gone.some((policy) => refers(policy, `data.${resource.type}.${resource.name}`)) && !module.resources.some((other) => !gone.includes(other) && refers(other, `data.${resource.type}.${resource.name}`)),
  );
}

function refers(resource: TerraformResource, address: string): boolean {
  return resource.file.text.slice(resource.block.span.start, resource.block.span.end).includes(address);
}

function refuseReferences(after: TerraformModule, gone: readonly TerraformResource[]): void {
  for (const { address } of gone) {
    for (const file of after.files) {
      const found = file.body.blocks.find((block) => new RegExp(`(?<![\\w.])${address.replaceAll('.', '\\.')}(?![\\w-])`).test(file.text.slice(block.span.start, block.span.end)));
      if (found === undefined) continue;
      throw conflict(`${[found.type, ...found.labels].join('.')} refers to ${address}, which is to go`, 'Terraform would refuse the module.', 'Remove or change that first, then run export --remove again. Nothing was written.', found.span);
    }
  }
}

/** Does the module make or read anything at all, beside its settings? */
export function isEmptyModule(module: TerraformModule): boolean {
  return module.files.every((file) => file.body.blocks.every(({ type }) => ['terraform', 'provider', 'variable', 'locals'].includes(type)));
}

/** The attribute that tells one state from another: `key` of S3, `prefix` of GCS, `path` of local. */
export function stateKeyOf(module: TerraformModule): string | undefined {
  for (const file of module.files) {
    for (const block of file.body.blocks.filter(({ type }) => type === 'terraform')) {
      const backend = block.body.blocks.find(({ type }) => type === 'backend');
      if (backend === undefined) continue;
      for (const name of ['key', 'prefix', 'path', 'address']) {
        const attribute = backend.body.attributes.get(name)?.expression;
        if (attribute?.type === 'literal' && typeof attribute.value === 'string') return attribute.value;
      }
    }
  }
  return undefined;
}
