/**
 * Containers that a mode of credentials puts beside those of a workload: native sidecars, which start before the others,
 * end after them and do not keep a Job from its end (Kubernetes docs, "Sidecar Containers"; on by default since v1.29).
 */
import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { at, canonicalJson, projected, recordsAt, textAt } from './json.ts';
import type { Field, Resolve, State } from './kind.ts';
import { mountEntry, volumePrefix, type PodVolume } from './pod-volumes.ts';
import { workloadShape } from './workload-kinds.ts';

export interface PodSidecar {
  /** Begins with `bedrock-access-`. */
  readonly name: string;
  readonly image: string;
  readonly args: readonly Field[];
  /** Entries of `env`; what they name, `args` may hold as `$(NAME)`, and `first` may not (Kubernetes API reference, Container and ExecAction). */
  readonly env?: readonly Readonly<Record<string, unknown>>[];
  /** It ends, and the workload's own containers start when it has ended well: an init container like any other. */
  readonly ends?: boolean;
  /** What must have ended well before the workload's own containers start. */
  readonly first: readonly Field[];
  /** Mounted in the sidecar alone: what lies in them is not seen by the workload's own containers. */
  readonly volumes: readonly PodVolume[];
}

/** Is it the name of a container of ours, and none of the workload's? */
export function isSidecar(name: string): boolean {
  return name.startsWith(volumePrefix);
}

/** Of all of them: two may mount the same. */
export function volumesOf(sidecars: readonly PodSidecar[]): readonly PodVolume[] {
  return [...new Map(sidecars.flatMap(({ volumes }) => volumes).map((volume) => [volume.name, volume])).values()];
}

/** The entry of `initContainers`. Undefined while an argument is known only after apply. */
export function sidecarEntry({ name, image, args, env, ends = false, first, volumes }: PodSidecar, resolve: Resolve): Readonly<Record<string, unknown>> | undefined {
  const [resolved, firstResolved] = [args, first].map((fields) => fields.map(resolve).filter((text) => text !== undefined));
  if (resolved?.length !== args.length || firstResolved?.length !== first.length) return undefined;
  return {
    name,
    image,
    ...(ends ? {} : { restartPolicy: 'Always' }),
    args: resolved,
    ...(env === undefined ? {} : { env }),
    ...(first.length === 0 ? {} : { lifecycle: { postStart: { exec: { command: firstResolved } } } }),
    volumeMounts: volumes.map(mountEntry),
    resources: { requests: { cpu: '5m', memory: '32Mi' }, limits: { memory: '128Mi' } },
    // As Pod Security's level "restricted" asks for.
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
  };
}

/** Two lines for each; one of ours that is not wanted any more shall go. */
export function sidecarsWanted(sidecars: readonly PodSidecar[], object: KubernetesObject | undefined, resolve: Resolve): State {
  const found = object === undefined ? {} : sidecarsFound(object, sidecars);
  const wanted = sidecars.map((sidecar) => linesOf(sidecar.name, sidecar.image, sidecarEntry(sidecar, resolve)));
  return Object.assign(Object.fromEntries(Object.keys(found).map((line) => [line, ''])), ...wanted);
}

/** @param sidecars of which only those fields are looked at that are written; what the API server fills in falls away */
export function sidecarsFound(object: KubernetesObject, sidecars: readonly PodSidecar[]): State {
  const entries = recordsAt(at(object, ...workloadShape(object.kind).template, 'spec'), 'initContainers').filter((entry) => isSidecar(textAt(entry, 'name') ?? ''));
  const lines = entries.map((entry) => {
    const name = textAt(entry, 'name') ?? '';
    const wanted = sidecars.find((sidecar) => sidecar.name === name);
    const shape = wanted === undefined ? entry : sidecarEntry(wanted, (field) => (typeof field === 'string' ? field : ''));
    return linesOf(name, textAt(entry, 'image') ?? '', projected(entry, shape));
  });
  return Object.assign({}, ...lines);
}

/** The image, which is what a person asks for first, and a digest of all of it. */
function linesOf(name: string, image: string, entry: unknown): State {
  const line = `sidecar ${name.slice(volumePrefix.length)}`;
  return { [line]: image, [`${line}, digest`]: entry === undefined ? undefined : createHash('sha256').update(canonicalJson(entry)).digest('hex').slice(0, 12) };
}
