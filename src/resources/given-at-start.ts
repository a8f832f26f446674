/**
 * Pods into which others put something when they are made, and only then (EKS Pod Identity): those that went without are made
 * anew, by an annotation of the template.
 */
import type { KubernetesObject } from '../kubernetes/types.ts';
import { annotationKeys } from './annotations.ts';
import { at, recordsAt, textAt } from './json.ts';
import { workloadShape } from './workload-kinds.ts';

/**
 * Pods of the workload's present template into which nothing was put: no container has the variable. Those of an earlier template are
 * replaced without that. EKS's webhook is passed over when it does not answer (its failurePolicy is Ignore), so that there are such pods.
 */
export function podsWithout(variable: string, object: KubernetesObject, pods: readonly KubernetesObject[]): readonly string[] {
  const mark = markOf(object);
  return pods
    .filter(({ metadata }) => metadata.name?.startsWith(`${object.metadata.name ?? ''}-`) === true && metadata.deletionTimestamp === undefined)
    .filter((pod) => !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? ''))
    .filter(({ metadata }) => mark !== '' && metadata.annotations?.[annotationKeys.credential] === mark)
    .filter((pod) => !recordsAt(pod, 'spec', 'containers').some((container) => recordsAt(container, 'env').some(({ name }) => name === variable)))
    .map(({ metadata }) => metadata.name ?? '');
}

/** What the template says: the id; where pods with that id went without, the id in its other spelling, which makes them anew. */
export function startMark(id: string, object: KubernetesObject, without: readonly string[]): string {
  const [there, again] = [markOf(object), `${id}.again`];
  if (without.length === 0) return there === again ? again : id;
  return there === id ? again : id;
}

function markOf(object: KubernetesObject): string {
  return textAt(at(object, ...workloadShape(object.kind).template, 'metadata', 'annotations'), annotationKeys.credential) ?? '';
}
