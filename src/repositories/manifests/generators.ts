import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readText } from '../walk.ts';
import { isRecord } from './parse.ts';
import type { ManifestDocument } from './types.ts';

/** A Secret or ConfigMap that a kustomization's generator makes. Its hash suffix, on name and references alike, is left out. */
export interface GeneratedObject {
  readonly document: ManifestDocument;
  /** `create` unless it says otherwise (kustomize reference, "configMapGenerator"). */
  readonly behavior: 'create' | 'merge' | 'replace';
}

export function generatedObjects(kustomization: ManifestDocument): readonly GeneratedObject[] {
  const directory = dirname(kustomization.file.file);
  return ([['secretGenerator', 'Secret'], ['configMapGenerator', 'ConfigMap']] as const).flatMap(([field, kind]) =>
    list(kustomization.object.value[field]).flatMap((generator, index) => {
      if (!isRecord(generator)) return [];
      const [name, namespace, behavior] = [text(generator['name']), text(generator['namespace']), text(generator['behavior'])];
      const place = kustomization.placeOf([field, index]);
      const keys = generatedKeys(generator, directory);
      return [
        {
          behavior: behavior === 'merge' || behavior === 'replace' ? behavior : ('create' as const),
          document: {
            ...kustomization,
            object: { apiVersion: 'v1', kind, name, namespace: namespace === '' ? undefined : namespace, value: { apiVersion: 'v1', kind, metadata: { name } } },
            placeOf: () => place,
            generated: keys === undefined ? {} : { keys },
          },
        },
      ];
    }),
  );
}

/** From literals, files and env files; undefined when a file that says the keys is not there. */
function generatedKeys(generator: Readonly<Record<string, unknown>>, directory: string): readonly string[] | undefined {
  const literals = list(generator['literals']).map((literal) => text(literal).split('=')[0]!);
  const files = list(generator['files']).map((file) => (text(file).includes('=') ? text(file).split('=')[0]! : text(file).split('/').at(-1)!));
  const fromFiles = [...list(generator['envs']), generator['env']].map(text).filter((file) => file !== '').map((file) => environmentFileKeys(join(directory, file)));
  return fromFiles.every((keys) => keys !== undefined) ? [...literals, ...files, ...fromFiles.flat()] : undefined;
}

function environmentFileKeys(file: string): readonly string[] | undefined {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const read = readText(file);
  if (!('text' in read)) return undefined;
  return read.text.split('\n').filter((line) => /^\s*[^#\s][^=]*=/.test(line)).map((line) => line.split('=')[0]!.trim());
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
