import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { ConfigSourceFact, KustomizationFact } from '../../checks/facts.ts';
import { readText } from '../walk.ts';
import type { ManifestDocument } from '../manifests/types.ts';
import { at, list, text } from './workload-facts.ts';

/** Fields that name files or folders (kustomize reference, "kustomization"). */
const fileFields = ['resources', 'bases', 'components', 'crds', 'configurations', 'generators', 'transformers', 'patchesStrategicMerge'] as const;

export function kustomizationFact(document: ManifestDocument): KustomizationFact {
  const directory = dirname(document.file.file);
  const { value } = document.object;
  const named = fileFields.flatMap((field) => list(value[field]).map((entry, index) => ({ entry: text(entry), path: [field, index] })));
  const patches = ['patches', 'patchesJson6902', 'replacements'].flatMap((field) => list(value[field]).map((entry, index) => ({ entry: text(at(entry, ['path'])), path: [field, index, 'path'] })));
  const namespace = value['namespace'];
  return {
    file: document.file.file,
    directory,
    takes: [...named, ...patches]
      .filter(({ entry }) => entry !== '' && !entry.includes('\n') && !/^(https?:|git@|ssh:|github\.com\/)/.test(entry))
      .map(({ entry, path }) => {
        const target = normalize(join(directory, entry));
        return { path: target, exists: existsSync(target), place: document.placeOf(path) };
      }),
    ...(typeof namespace === 'string' ? { namespace } : {}),
  };
}

/** Secrets and ConfigMaps that generators make: keys from literals, files and env files. */
export function generatedSources(document: ManifestDocument): readonly ConfigSourceFact[] {
  const directory = dirname(document.file.file);
  const namespace = document.object.value['namespace'];
  return ([['secretGenerator', 'Secret'], ['configMapGenerator', 'ConfigMap']] as const).flatMap(([field, kind]) =>
    list(document.object.value[field]).map((generator, index) => {
      const literals = list(at(generator, ['literals'])).map((literal) => text(literal).split('=')[0]!);
      const files = list(at(generator, ['files'])).map((file) => (text(file).includes('=') ? text(file).split('=')[0]! : text(file).split('/').at(-1)!));
      const environmentFiles = [...list(at(generator, ['envs'])), at(generator, ['env'])].map(text).filter((file) => file !== '');
      const fromFiles = environmentFiles.map((file) => environmentFileKeys(join(directory, file)));
      const own = text(at(generator, ['namespace']));
      return {
        kind,
        name: text(at(generator, ['name'])),
        ...(own !== '' ? { namespace: own } : typeof namespace === 'string' ? { namespace } : {}),
        ...(fromFiles.every((keys) => keys !== undefined) ? { keys: [...literals, ...files, ...fromFiles.flatMap((keys) => keys ?? [])] } : {}),
        place: document.placeOf([field, index]),
      };
    }),
  );
}

function environmentFileKeys(file: string): readonly string[] | undefined {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const read = readText(file);
  if (!('text' in read)) return undefined;
  return read.text.split('\n').filter((line) => /^\s*[^#\s][^=]*=/.test(line)).map((line) => line.split('=')[0]!.trim());
}
