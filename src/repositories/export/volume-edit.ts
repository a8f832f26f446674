/** Puts the volumes and sidecars of a mode of credentials into the text of a workload, or takes them out again. */
import { isDeepStrictEqual } from 'node:util';
import { isSidecar, sidecarEntry, volumesOf, type PodSidecar } from '../../resources/pod-sidecars.ts';
import { mountEntry, volumeEntry, volumePrefix, type PodVolume } from '../../resources/pod-volumes.ts';
import { getIn, isRecord, type YamlChange } from './yaml-change.ts';
import type { YamlPath } from './yaml-nodes.ts';

/** Keys of a container that `volumeMounts` comes after, where it is new; of a pod, `volumes`. */
const beforeMounts = ['name', 'image', 'imagePullPolicy', 'command', 'args', 'workingDir', 'ports', 'envFrom', 'env', 'resources', 'securityContext', 'livenessProbe', 'readinessProbe', 'startupProbe'];
const beforeSidecars = ['restartPolicy', 'serviceAccountName', 'serviceAccount', 'securityContext'];
const beforeVolumes = ['serviceAccountName', 'serviceAccount', 'securityContext', 'initContainers', 'containers'];

/** @param pod path of the pod's spec; @param containers paths of those that mount them */
export function volumeChanges(object: unknown, pod: YamlPath, containers: readonly YamlPath[], volumes: readonly PodVolume[]): readonly YamlChange[] {
  return [
    ...containers.flatMap((container) => volumes.flatMap((volume) => entryChange(object, [...container, 'volumeMounts'], mountEntry(volume), beforeMounts))),
    ...volumes.flatMap((volume) => entryChange(object, [...pod, 'volumes'], withDefaults(volumeEntry(volume)), beforeVolumes)),
  ];
}

/** Sidecars come last among the init containers, as the program puts them in; each has volumes that no other container mounts. */
export function sidecarChanges(object: unknown, pod: YamlPath, sidecars: readonly PodSidecar[]): readonly YamlChange[] {
  return [
    ...sidecars.flatMap((sidecar) => entryChange(object, [...pod, 'initContainers'], sidecarText(sidecar), beforeSidecars)),
    ...volumesOf(sidecars).flatMap((volume) => entryChange(object, [...pod, 'volumes'], withDefaults(volumeEntry(volume)), beforeVolumes)),
  ];
}

/** @param wanted those that stay */
export function sidecarRemoval(object: unknown, pod: YamlPath, wanted: readonly PodSidecar[] = []): readonly YamlChange[] {
  const path = [...pod, 'initContainers'];
  return entriesAt(object, path)
    .flatMap((entry, index) => (isSidecar(nameOf(entry)) && !wanted.some(({ name }) => name === nameOf(entry)) ? [index] : []))
    .toReversed()
    .map((index): YamlChange => ({ type: 'remove', path: [...path, index] }));
}

/** As git holds it: with the fields that the API server would fill in (Kubernetes API reference, Container; "Images", default image pull policy). */
export function sidecarText(sidecar: PodSidecar): Readonly<Record<string, unknown>> {
  const entry = sidecarEntry(sidecar, (field) => (typeof field === 'string' ? field : undefined));
  if (entry === undefined) throw new TypeError(`the sidecar ${sidecar.name} names what only AWS knows`);
  const { name, image, ...others } = entry;
  return { name, image, imagePullPolicy: pulledAlways(sidecar.image) ? 'Always' : 'IfNotPresent', ...others, terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' };
}

/** The tag `latest`, or neither tag nor digest. */
function pulledAlways(image: string): boolean {
  if (image.includes('@')) return false;
  const [, tag = 'latest'] = /:([^/:]+)$/.exec(image) ?? [];
  return tag === 'latest';
}

/** Volumes that the program put in tell themselves by their names. @param wanted those that stay */
export function volumeRemoval(object: unknown, pod: YamlPath, containers: readonly YamlPath[], wanted: readonly PodVolume[] = []): readonly YamlChange[] {
  const stays = new Set(wanted.map(({ name }) => name));
  return [...containers.map((container): YamlPath => [...container, 'volumeMounts']), [...pod, 'volumes']].flatMap((path) =>
    entriesAt(object, path)
      .flatMap((entry, index) => (nameOf(entry).startsWith(volumePrefix) && !stays.has(nameOf(entry)) ? [index] : []))
      // From the end on, so that the places of the others stay true.
      .toReversed()
      .map((index): YamlChange => ({ type: 'remove', path: [...path, index] })),
  );
}

function entryChange(object: unknown, path: YamlPath, entry: Readonly<Record<string, unknown>>, after: readonly string[]): readonly YamlChange[] {
  const entries = entriesAt(object, path);
  const index = entries.findIndex((candidate) => nameOf(candidate) === entry['name']);
  if (index < 0) return [{ type: 'add', path, item: entry, after }];
  return isDeepStrictEqual(entries[index], entry) ? [] : [{ type: 'set', path: [...path, index], value: entry }];
}

/** As the API server fills it in (Kubernetes API reference, ProjectedVolumeSource, SecretVolumeSource, ConfigMapVolumeSource). */
function withDefaults(volume: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(volume).map(([field, source]) => [field, isRecord(source) && ['projected', 'secret', 'configMap'].includes(field) ? { defaultMode: 420, ...source } : source]));
}

function entriesAt(object: unknown, path: YamlPath): readonly unknown[] {
  const found = getIn(object, path);
  return Array.isArray(found) ? found : [];
}

function nameOf(entry: unknown): string {
  const name = getIn(entry, ['name']);
  return typeof name === 'string' ? name : '';
}
