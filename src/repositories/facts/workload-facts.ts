import type { ContainerFact, EnvironmentFact, WorkloadFact } from '../../checks/facts.ts';
import type { Place } from '../../finding.ts';
import { isRecord } from '../manifests/parse.ts';
import { podTemplates } from '../manifests/pod-template.ts';
import type { ManifestDocument } from '../manifests/types.ts';

/** A workload with the environment of each of its containers; undefined for any other object. */
export function workloadFact(document: ManifestDocument): WorkloadFact | undefined {
  const path = Object.hasOwn(podTemplates, document.object.kind) ? podTemplates[document.object.kind] : undefined;
  if (!path) return undefined;
  const template = at(document.object.value, path);
  const spec = at(template, ['spec']);
  if (!isRecord(spec)) return undefined;
  const podPath = [...path, 'spec'];
  const socket = dockerSocket(spec, podPath, document);
  const serviceAccount = spec['serviceAccountName'];
  const { name, namespace } = document.object;
  return {
    kind: document.object.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    annotations: texts(at(document.object.value, ['metadata', 'annotations'])),
    podAnnotations: texts(at(template, ['metadata', 'annotations'])),
    containers: [...containers(spec, 'containers', podPath, document), ...containers(spec, 'initContainers', podPath, document)],
    ...(socket ? { mountsDockerSocket: socket } : {}),
    ...(typeof serviceAccount === 'string' ? { serviceAccount } : {}),
    tokens: tokens(spec, podPath, document),
    place: document.placeOf(['metadata', 'name']),
  };
}

/** Without an audience a token is made for the API server itself (Kubernetes API reference, ServiceAccountTokenProjection). */
function tokens(spec: Readonly<Record<string, unknown>>, podPath: Path, document: ManifestDocument): WorkloadFact['tokens'] {
  return list(spec['volumes']).flatMap((volume, index) =>
    list(at(volume, ['projected', 'sources'])).flatMap((source, position) => {
      const path = ['serviceAccountToken', 'audience'];
      const audience = at(source, path);
      return typeof audience === 'string' ? [{ audience, place: document.placeOf([...podPath, 'volumes', index, 'projected', 'sources', position, ...path]) }] : [];
    }),
  );
}

type Path = readonly (string | number)[];

function containers(spec: Readonly<Record<string, unknown>>, field: 'containers' | 'initContainers', podPath: Path, document: ManifestDocument): ContainerFact[] {
  return list(spec[field]).flatMap((container, index) => {
    if (!isRecord(container)) return [];
    const path = [...podPath, field, index];
    return [
      {
        name: text(container['name']),
        image: text(container['image']),
        init: field === 'initContainers',
        environment: list(container['env']).flatMap((entry, position) => environmentFact(entry, [...path, 'env', position], document)),
        environmentFrom: list(container['envFrom']).flatMap((entry, position) => environmentFrom(entry, document.placeOf([...path, 'envFrom', position]))),
        place: document.placeOf([...path, 'name']),
      },
    ];
  });
}

function environmentFact(entry: unknown, path: Path, document: ManifestDocument): EnvironmentFact[] {
  if (!isRecord(entry)) return [];
  const place = document.placeOf([...path, 'name']);
  const name = text(entry['name']);
  for (const [field, kind] of [['secretKeyRef', 'Secret'], ['configMapKeyRef', 'ConfigMap']] as const) {
    const from = at(entry, ['valueFrom', field]);
    if (!isRecord(from)) continue;
    return [{ name, from: { kind, name: text(from['name']), key: text(from['key']), optional: from['optional'] === true }, place, valuePlace: document.placeOf([...path, 'valueFrom', field, 'name']) }];
  }
  const value = entry['value'];
  return [{ name, ...(typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? { value: String(value) } : {}), place, valuePlace: document.placeOf([...path, 'value']) }];
}

function environmentFrom(entry: unknown, place: Place): ContainerFact['environmentFrom'] {
  for (const [field, kind] of [['secretRef', 'Secret'], ['configMapRef', 'ConfigMap']] as const) {
    const from = at(entry, [field]);
    if (isRecord(from)) return [{ kind, name: text(from['name']), optional: from['optional'] === true, place }];
  }
  return [];
}

/** A pod that mounts the container runtime's socket can start containers of its own and read any container's environment. */
function dockerSocket(spec: Readonly<Record<string, unknown>>, podPath: Path, document: ManifestDocument): Place | undefined {
  const index = list(spec['volumes']).findIndex((volume) => /\/(docker|containerd|crio)\.sock$/.test(text(at(volume, ['hostPath', 'path']))));
  return index < 0 ? undefined : document.placeOf([...podPath, 'volumes', index, 'hostPath', 'path']);
}

export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((current, step) => (isRecord(current) ? current[String(step)] : Array.isArray(current) ? current[Number(step)] : undefined), value);
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function texts(value: unknown): Readonly<Record<string, string>> {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)])) : {};
}
