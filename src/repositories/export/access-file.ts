/** The declaration as it lies beside the manifests: the author's text with the names and keepers that the export decided. */
import { join } from 'node:path';
import { parseAccess } from '../../access/parse.ts';
import type { Access } from '../../access/types.ts';
import { isDeepStrictEqual } from 'node:util';
import type { ManifestApp } from './manifest-app.ts';
import { uneditable } from './manifest-edit.ts';
import { textForm } from './manifest-habits.ts';
import { unusualNames } from './names.ts';
import { notReadBack } from './terraform-edit.ts';
import { changesBetween, getIn } from './yaml-change.ts';
import { editYaml } from './yaml-edit.ts';
import { documentsOf, UneditableYaml, valuesOf } from './yaml-nodes.ts';
import type { YamlStyle } from './yaml-text.ts';
import type { Workspace } from './workspace.ts';
import { writtenStore } from './store-habit.ts';

export interface AccessFile {
  readonly file: string;
  /** What an earlier export wrote there. */
  readonly earlier?: Access;
}

/**
 * `access.yaml` in the app's folder, or `access-<name>.yaml` where that one is another access's. Argo CD applies every
 * file of a folder without a kustomization, but none of its subfolders (Argo CD, "Directory": `recurse` is off): there
 * it lies in a subfolder.
 */
export function accessFile(workspace: Workspace, app: Pick<ManifestApp, 'directory' | 'isNew' | 'kustomization'>, access: Access): AccessFile {
  const folder = app.kustomization !== undefined || app.isNew ? app.directory : join(app.directory, 'bedrock-access');
  for (const name of ['access.yaml', `access-${access.metadata.name}.yaml`]) {
    const file = join(folder, name);
    const text = workspace.read(file);
    if (text === undefined) return { file };
    const [parsed] = parseAccess(text, { file }).accesses;
    if (parsed === undefined) return { file };
    const { metadata } = parsed.access;
    if (metadata.name === access.metadata.name && metadata.namespace === access.metadata.namespace) return { file, earlier: parsed.access };
  }
  return { file: join(folder, `access-${access.metadata.namespace}-${access.metadata.name}.yaml`) };
}

/** The one document of a source that declares the access, as text and as it is written. */
export function declarationOf(sourceText: string, access: Access): { readonly text: string; readonly written: unknown } {
  const text = sourceText.startsWith('\uFEFF') ? sourceText.slice(1) : sourceText;
  const values = valuesOf(text);
  const isIt = (value: unknown): boolean => getIn(value, ['metadata', 'name']) === access.metadata.name && getIn(value, ['metadata', 'namespace']) === access.metadata.namespace && getIn(value, ['kind']) === 'BedrockAccess';
  const index = values.findIndex(isIt);
  const document = documentsOf(text)[index];
  if (document === undefined || values.length === 1) return { text: sourceText, written: values[index] };
  const [start, , end] = document.range;
  return { text: `${text.slice(start, end).replace(/^---[^\n]*\n/, '').replace(/(\n---|\n\.\.\.)?\s*$/, '')}\n`, written: values[index] };
}

/** @throws AccessError `export-uneditable`, `export-not-read-back` */
export function writeAccessFile(workspace: Workspace, file: string, declaration: string, access: Access): void {
  // The author's text has habits of its own.
  const form = textForm(declaration);
  const yaml: YamlStyle = { listIndent: form.listIndents[0] ?? 2, indent: form.indents[0] ?? 2, quotes: 'plain' };
  const names = unusualNames(access);
  const index = valuesOf(declaration).findIndex((value) => getIn(value, ['kind']) === 'BedrockAccess');
  const written = valuesOf(declaration)[index];
  const wanted = { spec: { ...writtenStore(access, written), ...(Object.keys(names).length === 0 ? {} : { names }), managedBy: access.spec.managedBy } };
  let text: string;
  try {
    text = editYaml(declaration, index, changesBetween(written, wanted), yaml);
  } catch (error) {
    if (error instanceof UneditableYaml) throw uneditable(file, error.reason, `set spec.names to ${JSON.stringify(names)} and spec.managedBy to ${JSON.stringify(access.spec.managedBy)}`);
    throw error;
  }
  const [parsed] = parseAccess(text, { file }).accesses;
  if (parsed === undefined || !isDeepStrictEqual(plain(parsed.access), plain(access))) throw notReadBack(`the declaration in ${file}`);
  workspace.write(file, text, 'the declaration, for the program and for `check`; no kustomization lists it');
}

function plain(access: Access): unknown {
  return JSON.parse(JSON.stringify(access));
}
