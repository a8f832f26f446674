/** Volumes that a mode of credentials puts into a pod template, and where the containers mount them. */
import { recordsAt, textAt } from './json.ts';

export interface PodVolume {
  readonly name: string;
  /** Of the container. */
  readonly mountPath: string;
  /** The volume's source, as a pod template has it: `{ projected: … }`. */
  readonly source: Readonly<Record<string, unknown>>;
}

/** Names begin so: volumes of others are none of our business. */
export const volumePrefix = 'bedrock-access-';

/** The volume of a pod template. */
export function volumeEntry({ name, source }: PodVolume): Readonly<Record<string, unknown>> {
  return { name, ...source };
}

/** The mount in a container. */
export function mountEntry({ name, mountPath }: PodVolume): Readonly<Record<string, unknown>> {
  return { name, mountPath, readOnly: true };
}

/** What a plan shows of a volume's source, and compares: what the API server fills in is left out. */
export function shownSource(volume: unknown): string {
  const [projected] = recordsAt(volume, 'projected', 'sources');
  const audience = textAt(projected, 'serviceAccountToken', 'audience');
  if (audience !== undefined) return `for ${audience}`;
  const secret = textAt(volume, 'secret', 'secretName');
  if (secret !== undefined) return `Secret ${secret}`;
  const configMap = textAt(volume, 'configMap', 'name');
  if (configMap !== undefined) return `ConfigMap ${configMap}`;
  return textAt(volume, 'csi', 'driver') ?? '';
}

/** `token volume` of `bedrock-access-token`. */
export function shownVolume(name: string): string {
  return `${name.slice(volumePrefix.length)} volume`;
}

/** `token of app`: the volume in that container. */
export function shownMount(name: string, container: string): string {
  return `${name.slice(volumePrefix.length)} of ${container}`;
}
