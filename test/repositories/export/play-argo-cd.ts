import assert from 'node:assert/strict';
import { parseAllDocuments } from 'yaml';
import { isRecord as isObject } from '../../../src/repositories/export/yaml-change.ts';
import type { EngineWorld } from '../../scenarios/engine-world.ts';

/** Applies what the app's kustomization lists, as Argo CD does. */
export async function playArgoCd(files: Readonly<Record<string, string>>, { kubernetes }: EngineWorld): Promise<void> {
  const folder = 'cluster/argoproj/openhands';
  const listed = [...(files[`${folder}/kustomization.yaml`] ?? '').matchAll(/^ +- (\S+)/gm)].map(([, name]) => name);
  assert.ok(!listed.includes('access.yaml'));
  for (const name of listed) {
    for (const document of parseAllDocuments(files[`${folder}/${name}`] ?? '')) {
      const object: unknown = document.toJS();
      if (isKubernetesObject(object) && object.kind !== 'Namespace') await kubernetes.apply(object, { force: true, fieldManager: 'argocd-controller' });
    }
  }
}

function isKubernetesObject(value: unknown): value is { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } } {
  return isObject(value) && typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string' && isObject(value['metadata']);
}
