/** Puts the blocks of an access into a module: new ones at the end of a file, changed ones attribute by attribute. */
import { dirname, join } from 'node:path';
import { AccessError } from '../../errors/error.ts';
import type { ReadHcl } from '../hcl/open.ts';
import type { Expression, HclBlock } from '../hcl/syntax.ts';
import { isMap } from '../hcl/value.ts';
import type { TerraformResource } from '../terraform/types.ts';
import { alignAssignments } from './hcl-align.ts';
import { attributeLines, blockText, expressionText, type HclBlockText, type HclExpression } from './hcl-emit.ts';
import { lineEnd, lineEnding, splice } from './lines.ts';
import { blockSources, comparable, conflict, isTerraformFile, readModule, refuseBroken, refuseJson, resourceAt } from './terraform-module.ts';
import type { Workspace } from './workspace.ts';

/**
 * @param fileFor the file's name for a new block
 * @throws AccessError `export-conflict`, `export-unreadable`
 */
export function putBlocks(workspace: Workspace, directory: string, blocks: readonly HclBlockText[], fileFor: (block: HclBlockText) => string, readHcl: ReadHcl): void {
  const before = readModule(workspace, directory, readHcl);
  refuseBroken(before);
  const sources = blockSources(before);
  const touched = new Set<string>();
  for (const block of blocks) if (putBlock(workspace, directory, block, fileFor(block), readHcl)) touched.add(addressOfText(block));
  const after = readModule(workspace, directory, readHcl);
  refuseBroken(after);
  for (const block of blocks) {
    const resource = resourceAt(after.module, block);
    if (resource === undefined || differing(resource, block, directory, workspace, readHcl).length > 0) throw notReadBack(`${addressOfText(block)} came out as something else`);
  }
  const left = blockSources(after);
  for (const [key, source] of sources) if (!touched.has(key.slice(key.indexOf(' ') + 1)) && left.get(key) !== source) throw notReadBack(`${key} would have changed too`);
}

function addressOfText(block: HclBlockText): string {
  return [block.type, ...block.labels].join('.');
}

export function notReadBack(what: string): AccessError {
  return new AccessError('export-not-read-back', `the edited files would not mean what was meant: ${what}`, {
    cause: 'After an edit the files are read again and compared; they differ in more than the edit, or in less.',
    remedy: 'Nothing was written. Simplify the place, or make the edit by hand after `bedrock-access export --dry-run`; and please report it.',
  });
}

/** True when something was written. */
function putBlock(workspace: Workspace, directory: string, block: HclBlockText, fileName: string, readHcl: ReadHcl): boolean {
  const { module } = readModule(workspace, directory, readHcl);
  const resource = resourceAt(module, block);
  if (resource === undefined) {
    appendBlock(workspace, join(directory, fileName), block);
    return true;
  }
  const differences = differing(resource, block, directory, workspace, readHcl);
  if (differences.length === 0) return false;
  refuseJson(resource);
  const text = resource.file.text;
  const mark = workspace.read(resource.file.file)?.startsWith('\uFEFF') === true ? '\uFEFF' : '';
  let source = text.slice(resource.block.span.start, resource.block.span.end);
  // From the end on, so that the offsets of what comes before stay true.
  const edits = differences.map((name) => editOf(name, resource, block)).sort((a, b) => b.at - a.at);
  const ending = lineEnding(text);
  for (const { at, end, replacement } of edits) source = splice(source, at, end, replacement.replaceAll('\n', ending));
  workspace.write(resource.file.file, mark + splice(text, resource.block.span.start, resource.block.span.end, alignAssignments(source)), `change ${resource.address}`);
  return true;
}

/** Puts a block at the end of a file, or into a new one. */
export function appendBlock(workspace: Workspace, path: string, block: HclBlockText): void {
  appendText(workspace, path, blockText(block), `add ${addressOfText(block)}`);
}

/** Puts a block's text, without a final newline, at the end of a file. */
export function appendText(workspace: Workspace, path: string, block: string, purpose: string): void {
  const text = workspace.read(path);
  const written = block.replaceAll('\r\n', '\n');
  if (text === undefined || text.trim() === '') {
    const beside = workspace.names(dirname(path)).find((name) => isTerraformFile(name) && workspace.read(join(dirname(path), name)) !== undefined);
    const ending = beside === undefined ? '\n' : lineEnding(workspace.read(join(dirname(path), beside)) ?? '');
    workspace.write(path, `${written}\n`.replaceAll('\n', ending), purpose);
    return;
  }
  const ending = lineEnding(text);
  const gap = text.endsWith('\n') ? ending : ending + ending;
  workspace.write(path, `${text}${gap}${written.replaceAll('\n', ending)}${text.endsWith('\n') ? ending : ''}`, purpose);
}

/** Names of the arguments and nested blocks in which a resource is not as wanted. */
function differing(resource: TerraformResource, block: HclBlockText, directory: string, workspace: Workspace, readHcl: ReadHcl): readonly string[] {
  const file = readHcl('wanted.tf', blockText(block));
  const wanted = resourceAt(readModule(workspace, directory, readHcl, [file]).module, block);
  if (wanted === undefined) throw notReadBack(`${addressOfText(block)} cannot be read`);
  const attributes = block.attributes.map(([name]) => name).filter((name) => {
    const [there, value] = [resource.attribute(name), wanted.attribute(name)];
    // AWS's own default (provider docs, `path`).
    if (name === 'path' && there === undefined) return value !== '/';
    if (name === 'tags' && isMap(there) && isMap(value)) return Object.entries(value).some(([key, tag]) => comparable(there[key]) !== comparable(tag));
    return comparable(there) !== comparable(value);
  });
  const statements = block.blocks?.some(({ type }) => type === 'statement') === true && nestedText(resource.block, resource.file.text) !== nestedText(wanted.block, file.text) ? ['statement'] : [];
  return [...attributes, ...statements, ...(ignoredMissing(resource, block).length > 0 ? ['lifecycle'] : [])];
}

/** Statement blocks by their words, whatever the spaces. */
function nestedText(block: HclBlock, text: string): string {
  return block.body.blocks.map(({ span }) => text.slice(span.start, span.end).replaceAll(/\s+/g, ' ')).join('\n');
}

/** Marks that a resource's `ignore_changes` does not name yet. */
function ignoredMissing(resource: TerraformResource, block: HclBlockText): readonly HclExpression[] {
  const wanted = block.blocks?.find(({ type }) => type === 'lifecycle')?.attributes[0]?.[1];
  if (wanted?.type !== 'list') return [];
  const ignored = ignoredIn(resource)?.expression;
  if (ignored?.type === 'reference' && ignored.root === 'all') return [];
  const present = ignored === undefined ? [] : elementsOf(ignored).map(({ span }) => resource.file.text.slice(span.start, span.end).replaceAll(/\s/g, ''));
  return wanted.items.filter((item) => !present.includes(expressionText(item, 0)) && !present.includes('tags'));
}

function ignoredIn(resource: TerraformResource): { readonly expression: Expression } | undefined {
  return resource.block.body.blocks.find(({ type }) => type === 'lifecycle')?.body.attributes.get('ignore_changes');
}

function elementsOf(expression: Expression): readonly Expression[] {
  return expression.type === 'tuple' ? expression.elements : [];
}

interface BlockEdit {
  /** Offsets within the block's own text. */
  readonly at: number;
  readonly end: number;
  readonly replacement: string;
}

function editOf(name: string, resource: TerraformResource, block: HclBlockText): BlockEdit {
  const start = resource.block.span.start;
  const { text } = resource.file;
  const within = (from: number, to: number, replacement: string): BlockEdit => ({ at: from - start, end: to - start, replacement });
  if (name === 'lifecycle') return lifecycleEdit(resource, block, within);
  if (name === 'statement') {
    const blocks = resource.block.body.blocks;
    const [first, last] = [blocks[0], blocks.at(-1)];
    const statements = (block.blocks ?? []).map((inner) => blockText(inner, 1)).join('\n\n').trimStart();
    if (first === undefined || last === undefined) throw conflict(`${resource.address} has no statement`, 'It is made in another way.', 'Write it by hand, or choose another name.', resource.block.span);
    return within(first.span.start, last.span.end, statements);
  }
  const value = block.attributes.find(([attribute]) => attribute === name)?.[1];
  if (value === undefined) throw new TypeError(`${name} is not wanted`);
  const written = resource.block.body.attributes.get(name);
  if (written === undefined && name !== 'path') {
    const after = [...resource.block.body.attributes.values()].at(-1);
    const at = after === undefined ? text.indexOf('{', start) + 1 : lineEnd(text, after.span.end);
    return within(at, at, `\n${attributeLines([[name, value]], 1).join('\n')}`);
  }
  // AWS makes a user or policy anew under another path (provider docs, ForceNew): keys and attachments would go with it.
  if (name === 'path' || name === 'name') {
    throw conflict(
      `${resource.address} has ${name} ${comparable(resource.attribute(name) ?? '/')}, and the access names ${expressionText(value, 0)}`,
      'Terraform would make it anew, and the old one with its keys would go.',
      `Set spec.names.${name === 'path' ? 'path' : 'user'} to what is there, or export under a new name and remove the old one afterwards: add, switch, remove.`,
      resource.placeOf(name),
    );
  }
  if (name === 'tags') return tagsEdit(resource, value, within);
  if (written === undefined) throw new TypeError(`${name} is not written`);
  return within(written.expression.span.start, written.expression.span.end, expressionText(value, 1));
}

function tagsEdit(resource: TerraformResource, wanted: HclExpression, within: (from: number, to: number, replacement: string) => BlockEdit): BlockEdit {
  const written = resource.block.body.attributes.get('tags')?.expression;
  const there = resource.attribute('tags');
  const { text } = resource.file;
  const own = ownTagsIn(written);
  const wrapped = written?.type === 'reference' && isMap(there);
  if (wanted.type !== 'object' || written === undefined || (own === undefined && !wrapped)) {
    throw conflict(`the tags of ${resource.address} are made by an expression`, 'The owner tags cannot be put into it without changing it.', `Write tags = merge(…, { ${wanted.type === 'object' ? wanted.entries.map(([key]) => JSON.stringify(key)).join(', ') : ''} }) by hand.`, resource.placeOf('tags'));
  }
  const { span, entries } = own ?? { span: written.span, entries: [] };
  const source = text.slice(span.start, span.end);
  if (/(#|\/\/|\/\*)/.test(source.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""'))) throw conflict(`the tags of ${resource.address} hold a comment`, 'Writing them anew would lose it.', 'Move the comment above the argument.', resource.placeOf('tags'));
  const isOwn = (name: string): boolean => entries.some(({ key }) => key.type === 'literal' && name === String(key.value));
  // What comes from a variable or local with the value that it should have stays there.
  const put = wanted.entries.filter(([name, value]) => isOwn(name) || !isMap(there) || JSON.stringify(there[name]) !== expressionText(value, 0));
  const kept = entries
    .filter(({ key }) => !(key.type === 'literal' && put.some(([name]) => name === String(key.value))))
    .map(({ key, value }) => `    ${text.slice(key.span.start, key.span.end)} = ${text.slice(value.span.start, value.span.end)}`);
  const map = alignAssignments(`{\n${[...kept, ...attributeLines(put.map(([key, value]) => [JSON.stringify(key), value] as const), 2)].join('\n')}\n  }`);
  return within(span.start, span.end, own === undefined ? `merge(${source}, ${map})` : map);
}

/** The map that is written at the tags, as such or as what is put into others last. */
function ownTagsIn(expression: Expression | undefined): Extract<Expression, { type: 'object' }> | undefined {
  if (expression?.type === 'object') return expression;
  const last = expression?.type === 'call' && expression.name === 'merge' ? expression.arguments.at(-1) : undefined;
  return last?.type === 'object' ? last : undefined;
}

function lifecycleEdit(resource: TerraformResource, block: HclBlockText, within: (from: number, to: number, replacement: string) => BlockEdit): BlockEdit {
  const { text } = resource.file;
  const missing = ignoredMissing(resource, block);
  const ignored = ignoredIn(resource)?.expression;
  if (ignored !== undefined) {
    const kept = elementsOf(ignored).map(({ span }) => text.slice(span.start, span.end));
    return within(ignored.span.start, ignored.span.end, `[\n${[...kept, ...missing.map((item) => expressionText(item, 3))].map((item) => `      ${item},\n`).join('')}    ]`);
  }
  const lifecycle = resource.block.body.blocks.find(({ type }) => type === 'lifecycle');
  const line = attributeLines([['ignore_changes', { type: 'list', items: missing }]], 2).join('\n');
  if (lifecycle !== undefined) {
    const at = text.lastIndexOf('}', lifecycle.span.end);
    return within(at, at, `${line.trimStart().padStart(line.trimStart().length + 2)}\n  `);
  }
  const end = resource.block.span.end - 1;
  const at = text.slice(0, end).trimEnd().length;
  return within(at, end, `\n\n  lifecycle {\n${line}\n  }\n`);
}

