import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { KustomizationFact } from '../../checks/facts.ts';
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
