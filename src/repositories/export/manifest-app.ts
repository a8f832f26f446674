/** The app's folder in a manifests repository, with what lies around it. */
import { dirname, join, relative, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Access, Workload } from '../../access/types.ts';
import { AccessError } from '../../errors/error.ts';
import { ownerLabelKeys } from '../../resources/owner.ts';
import { parseManifestFile } from '../manifests/parse.ts';
import type { ManifestDocument, ManifestFile } from '../manifests/types.ts';
import { isRepository } from './terraform-siblings.ts';
import { getIn, isRecord } from './yaml-change.ts';
import { isWorkloadKind } from './workload-edit.ts';
import type { Workspace } from './workspace.ts';

export interface ManifestApp {
  /** Where the app's own files lie. */
  readonly directory: string;
  /** There is nothing in it yet. */
  readonly isNew: boolean;
  /** Files in the app's folder, subfolders left out. */
  readonly own: readonly ManifestFile[];
  /** Every file of the repository that was read, to learn habits from. */
  readonly all: readonly ManifestFile[];
  /** Its kustomization, where it has one. */
  readonly kustomization?: string;
  readonly workloads: readonly FoundWorkload[];
}

export interface FoundWorkload {
  readonly workload: Workload;
  readonly file: string;
  /** Place of the document in its file. */
  readonly index: number;
  readonly object: Readonly<Record<string, unknown>>;
}

export const kustomizationNames: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/**
 * @param tolerant a workload that is not there is passed over: a removal has nothing to do with it
 * @throws AccessError `export-workload-missing`, `export-workload-ambiguous`, `export-unreadable`
 */
export function readApp(workspace: Workspace, directory: string, access: Access, { tolerant = false } = {}): ManifestApp {
  const { files: within, unreadable } = filesOf(workspace, directory);
  const isNew = within.length === 0 && unreadable.length === 0;
  // A folder without any workload waits for one, or a chart makes it.
  const some = within.flatMap(({ documents }) => documents).some(({ object }) => isWorkloadKind(object.kind));
  const workloads = some ? access.spec.workloads.flatMap((workload) => findWorkload(workload, access.metadata.namespace, within, directory, tolerant) ?? []) : [];
  // The workload may stand in what this user may not read.
  const [refused] = unreadable;
  if (!some && !tolerant && refused !== undefined) throw refused;
  const [first] = workloads;
  const home = first === undefined ? resolve(directory) : dirname(resolve(first.file));
  // A folder of many apps is the repository itself; an app's folder lies among others.
  const around = home === resolve(directory) && !isRepository(home) ? parsedFiles(workspace, dirname(home)) : within;
  const kustomization = kustomizationNames.map((name) => join(home, name)).find((file) => workspace.read(file) !== undefined);
  return {
    directory: home,
    isNew,
    own: within.filter(({ file }) => dirname(resolve(file)) === home),
    all: around,
    ...(kustomization === undefined ? {} : { kustomization }),
    workloads,
  };
}

export function parsedFiles(workspace: Workspace, directory: string): readonly ManifestFile[] {
  return filesOf(workspace, directory).files;
}

function filesOf(workspace: Workspace, directory: string): { readonly files: readonly ManifestFile[]; readonly unreadable: readonly AccessError[] } {
  const files: ManifestFile[] = [];
  const unreadable: AccessError[] = [];
  if (!workspace.isFolder(directory)) return { files, unreadable };
  for (const file of workspace.files(directory, (name) => /\.ya?ml$/.test(name), 3_000)) {
    try {
      const text = workspace.read(file);
      if (text !== undefined) files.push(parseManifestFile(file, text));
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      unreadable.push(error);
    }
  }
  return { files, unreadable };
}

function findWorkload(workload: Workload, namespace: string, files: readonly ManifestFile[], directory: string, tolerant: boolean): FoundWorkload | undefined {
  const whole = files.flatMap(({ documents }) => documents).filter(({ object }) => object.kind === workload.kind && object.name === workload.name && (object.namespace === namespace || object.namespace === undefined) && isComplete(object.value));
  const exact = whole.filter(({ object }) => object.namespace === namespace);
  const [found, second] = exact.length > 0 ? exact : whole;
  const place = { field: 'spec.workloads' };
  if (found === undefined && tolerant) return undefined;
  if (found === undefined) {
    const others = [...new Set(files.flatMap(({ documents }) => documents).filter(({ object }) => isWorkloadKind(object.kind)).map(({ object }) => `${object.kind} ${object.namespace ?? '(no namespace)'}/${object.name}`))];
    throw new AccessError('export-workload-missing', `no file below ${directory} holds ${workload.kind} ${namespace}/${workload.name}`, {
      cause: `There are: ${others.slice(0, 8).join(', ')}.`,
      remedy: `Name the folder that holds it after --manifests, or correct spec.workloads. Nothing was written.`,
      place,
    });
  }
  if (second !== undefined) {
    throw new AccessError('export-workload-ambiguous', `${workload.kind} ${namespace}/${workload.name} is in ${relative(directory, found.file.file)} and in ${relative(directory, second.file.file)}`, {
      cause: 'Which of them is applied cannot be told.',
      remedy: 'Name the folder of the one that is meant after --manifests. Nothing was written.',
      place,
    });
  }
  return { workload, file: found.file.file, index: indexOf(found), object: found.object.value };
}

/** A patch of an overlay names a workload too, but no image of its containers. */
function isComplete(value: Readonly<Record<string, unknown>>): boolean {
  const template = value['kind'] === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
  const containers = getIn(value, [...template, 'spec', 'containers']);
  return Array.isArray(containers) && containers.some((container) => isRecord(container) && typeof container['image'] === 'string');
}

/** Does an object carry the owner labels of the access? */
export function isLabelled(object: unknown, { namespace, name }: Access['metadata']): boolean {
  const labels = getIn(object, ['metadata', 'labels']);
  return isRecord(labels) && labels[ownerLabelKeys.namespace] === namespace && labels[ownerLabelKeys.name] === name;
}

/** The document's place in its file; those that hold no object (comments only) count too. */
export function indexOf({ file, document }: ManifestDocument): number {
  const parsed = parseAllDocuments(file.text, { logLevel: 'silent' });
  const position = Array.isArray(parsed) ? parsed.findIndex(({ range }) => range[0] === document.range[0]) : 0;
  return Math.max(position, 0);
}
