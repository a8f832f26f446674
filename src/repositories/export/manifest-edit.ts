/** Puts whole objects into a folder of manifests, and files into kustomizations. */
import { isDeepStrictEqual } from 'node:util';
import { basename, dirname, join, relative } from 'node:path';
import { AccessError } from '../../errors/error.ts';
import type { ManifestDocument, ManifestFile } from '../manifests/types.ts';
import { lineEnding, nextLine, removeLines, lineStart } from './lines.ts';
import { mostCommon } from './majority.ts';
import { indexOf, kustomizationNames, type ManifestApp } from './manifest-app.ts';
import type { ManifestText } from './manifest-objects.ts';
import type { ExportStyle } from './style.ts';
import { notReadBack } from './terraform-edit.ts';
import { isRepository } from './terraform-siblings.ts';
import { changesBetween, getIn, isRecord, type YamlChange } from './yaml-change.ts';
import { editYaml } from './yaml-edit.ts';
import { contentEnd, documentsOf, startOf, UneditableYaml, valuesOf } from './yaml-nodes.ts';
import { blockLines, quotedLines, type YamlStyle } from './yaml-text.ts';
import type { Workspace } from './workspace.ts';

/** Edits one document of a file. @throws AccessError `export-uneditable` */
export function editFile(workspace: Workspace, file: string, index: number, changes: readonly YamlChange[], style: YamlStyle, purpose: string): void {
  const text = workspace.read(file);
  if (text === undefined) throw new TypeError(`${file} was there when it was read`);
  try {
    workspace.write(file, editYaml(text, index, changes, style), purpose);
  } catch (error) {
    if (error instanceof UneditableYaml) throw uneditable(file, error.reason, purpose);
    throw error;
  }
}

export function uneditable(file: string, reason: string, purpose: string): AccessError {
  return new AccessError('export-uneditable', `${file} cannot be edited: ${reason}`, {
    cause: 'An edit must change nothing but what is meant, and that cannot be made sure here.',
    remedy: `Simplify that place, or do it by hand (${purpose}), then run export again. Nothing was written.`,
    place: { file },
  });
}

/** Puts an object where it is already, behind others of its kind, or into a file of its own. Answers the file. */
export function putObject(workspace: Workspace, app: ManifestApp, { kind, object, file: together }: ManifestText, style: ExportStyle, yaml: YamlStyle): string {
  const present = presentObject(app, kind, object);
  const purpose = `${kind} ${String(getIn(object, ['metadata', 'name']))}`;
  if (present !== undefined) {
    const stale = kind === 'ConfigMap' ? Object.keys(recordIn(present.object.value, ['data'])).filter((key) => getIn(object, ['data', key]) === undefined) : [];
    const changes = [...changesBetween(present.object.value, object), ...stale.map((key): YamlChange => ({ type: 'remove', path: ['data', key] }))];
    editFile(workspace, present.file.file, indexOf(present), changes, yaml, `change ${purpose}`);
    return present.file.file;
  }
  const text = objectText(object, yaml);
  const beside = together === undefined ? (style.documents === 'one-file' ? app.own.filter((file) => file.documents.length > 0 && file.documents.every((document) => document.object.kind === kind)).at(-1)?.file : undefined) : fileOf(workspace, app, together, style);
  if (beside !== undefined) {
    appendDocument(workspace, beside, text, purpose);
    return beside;
  }
  const file = join(app.directory, together === undefined ? fileNameFor(workspace, app, kind, style) : `${together}.${style.yamlExtension}`);
  workspace.write(file, style.lineEndings === 'crlf' ? text.replaceAll('\n', '\r\n') : text, `add ${purpose}`);
  if (!isDeepStrictEqual(valuesOf(text)[0], object)) throw notReadBack(purpose);
  return file;
}

/** The document that holds the object already, whoever wrote it. */
export function presentObject(app: ManifestApp, kind: string, object: unknown): ManifestDocument | undefined {
  const [name, namespace] = [getIn(object, ['metadata', 'name']), getIn(object, ['metadata', 'namespace'])];
  return app.own.flatMap(({ documents }) => documents).find((document) => document.object.kind === kind && document.object.name === name && (document.object.namespace === undefined || document.object.namespace === namespace));
}

/** Takes an object out of its file, and the file off the list where it held nothing else. */
export function dropObject(workspace: Workspace, app: ManifestApp, { file, index, what }: { readonly file: string; readonly index: number; readonly what: string }, yaml: YamlStyle): void {
  if (removeDocument(workspace, file, index, `${what} goes`) && app.kustomization !== undefined) unlistFile(workspace, app.kustomization, file, yaml);
}

function recordIn(value: unknown, path: readonly string[]): Readonly<Record<string, unknown>> {
  const found = getIn(value, path);
  return isRecord(found) ? found : {};
}

/** An object with the values of its `data` quoted as the repository does. */
function objectText(object: Readonly<Record<string, unknown>>, yaml: YamlStyle): string {
  const { data, ...rest } = object;
  const lines = [...blockLines(rest, yaml)];
  const texts = isRecord(data) ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)])) : undefined;
  if (texts !== undefined) lines.push('data:', ...quotedLines(texts, yaml).map((line) => ' '.repeat(Math.max(yaml.indent, 2)) + line));
  return `${lines.join('\n')}\n`;
}

function appendDocument(workspace: Workspace, file: string, document: string, purpose: string): void {
  const text = workspace.read(file) ?? '';
  const ending = lineEnding(text);
  const final = text.endsWith('\n');
  const after = `${text}${final ? '' : ending}---${ending}${document.trimEnd().replaceAll('\n', ending)}${final ? ending : ''}`;
  const [before, found] = [valuesOf(text), valuesOf(after)];
  if (!isDeepStrictEqual(found.slice(0, -1), before) || !isDeepStrictEqual(found.at(-1), valuesOf(document)[0])) throw uneditable(file, 'a document put behind the others would change them', purpose);
  workspace.write(file, after, `add ${purpose}`);
}

/** The file of that name, where it is there. */
function fileOf(workspace: Workspace, app: ManifestApp, name: string, { yamlExtension }: ExportStyle): string | undefined {
  const file = join(app.directory, `${name}.${yamlExtension}`);
  return workspace.read(file) === undefined ? undefined : file;
}

/** As the app's or other apps' files of that kind are called: `external-secret.yaml`, `external-secret-bedrock.yaml`. */
function fileNameFor(workspace: Workspace, app: ManifestApp, kind: ManifestText['kind'], style: ExportStyle): string {
  const named = (files: readonly ManifestFile[]): readonly string[] =>
    files.filter(({ documents }) => documents.length > 0 && documents.every(({ object }) => object.kind === kind)).map(({ file }) => basename(file).replace(/\.ya?ml$/, ''));
  const fallback = kind === 'ExternalSecret' ? 'external-secret' : kind === 'Certificate' ? 'certificate' : 'configmap';
  const stems = [...named(app.own), ...named(app.all)].map((name) => /^(external-?secrets?|config-?map|certificate)(?![a-z])/i.exec(name)?.[1]).filter((stem) => stem !== undefined);
  const stem = mostCommon(stems) ?? fallback;
  const free = (name: string): boolean => workspace.read(join(app.directory, name)) === undefined;
  let name = `${stem}.${style.yamlExtension}`;
  for (let count = 1; !free(name); count += 1) name = `${stem}-bedrock${count === 1 ? '' : `-${count}`}.${style.yamlExtension}`;
  return name;
}

/** Lists a file in a kustomization: in its place where the list is sorted, else at the end. */
export function listFile(workspace: Workspace, kustomization: string, file: string, yaml: YamlStyle): void {
  const entry = relative(dirname(kustomization), file);
  const value = valuesOf(workspace.read(kustomization) ?? '')[0];
  const resources = getIn(value, ['resources']);
  const entries = Array.isArray(resources) ? resources.map(String) : [];
  if (entries.some((listed) => join('.', listed) === join('.', entry))) return;
  const sorted = entries.length > 2 && entries.every((listed, index) => index === 0 || (entries[index - 1] ?? '') <= listed);
  const next = sorted ? entries.findIndex((listed) => listed > entry) : -1;
  editFile(workspace, kustomization, 0, [{ type: 'add', path: ['resources'], item: entry, ...(next < 0 ? {} : { before: next }) }], yaml, `list ${entry}`);
}

function unlistFile(workspace: Workspace, kustomization: string, file: string, yaml: YamlStyle): void {
  const entry = relative(dirname(kustomization), file);
  const resources = getIn(valuesOf(workspace.read(kustomization) ?? '')[0], ['resources']);
  const index = Array.isArray(resources) ? resources.findIndex((listed) => join('.', String(listed)) === join('.', entry)) : -1;
  if (index >= 0) editFile(workspace, kustomization, 0, [{ type: 'remove', path: ['resources', index] }], yaml, `take ${entry} off the list`);
}

/** The kustomization above that lists every app's Application by hand. */
export function appOfApps(workspace: Workspace, directory: string): string | undefined {
  let folder = dirname(directory);
  for (let depth = 0; depth < 3; depth += 1) {
    for (const name of kustomizationNames) {
      const file = join(folder, name);
      const text = workspace.read(file);
      if (text === undefined) continue;
      const resources = getIn(readableValue(text), ['resources']);
      if (Array.isArray(resources) && resources.some((entry) => /\/[\w-]*application\.ya?ml$/.test(String(entry)))) return file;
    }
    if (isRepository(folder)) break;
    folder = dirname(folder);
  }
  return undefined;
}

/** The first document as a plain value; undefined for what is no YAML. */
function readableValue(text: string): unknown {
  try {
    return valuesOf(text)[0];
  } catch (error) {
    if (error instanceof UneditableYaml) return undefined;
    throw error;
  }
}

/** Takes a document out of a file; a file without any other goes. True when the file is gone. */
function removeDocument(workspace: Workspace, file: string, index: number, purpose: string): boolean {
  const whole = workspace.read(file) ?? '';
  const mark = whole.startsWith('\uFEFF') ? '\uFEFF' : '';
  const text = whole.slice(mark.length);
  const documents = documentsOf(text);
  const values = valuesOf(text);
  if (values.filter((value) => value !== null).length <= 1) {
    workspace.remove(file, purpose);
    return true;
  }
  const document = documents[index];
  if (document?.contents === null || document === undefined) throw new TypeError(`${file} has no document ${index}`);
  // From the marker before it, or, for the first, to the marker after it.
  const separator = text.slice(0, startOf(document.contents)).lastIndexOf('\n---');
  const end = contentEnd(document.contents);
  const below = nextLine(text, Math.max(end - 1, 0));
  const start = separator >= 0 ? separator + 1 : lineStart(text, startOf(document.contents));
  const after = separator >= 0 ? removeLines(text, start, below) : text.slice(0, start) + text.slice(below).replace(/^(\s*\n)*---[^\n]*\n/, '');
  if (!isDeepStrictEqual(valuesOf(after), values.filter((_value, position) => position !== index))) throw uneditable(file, 'taking a document out would change the others', purpose);
  workspace.write(file, mark + after, purpose);
  return false;
}
