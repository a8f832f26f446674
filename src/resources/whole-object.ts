/** Cluster objects that are ours as a whole, by their labels: made by POST, changed by PUT of what was observed, removed by uid. */
import { KubernetesCallError } from '../kubernetes/error.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import type { Hands } from './kind.ts';
import { ownerLabels } from './owner.ts';

/** `namespace/name`. */
export function objectName(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

/**
 * Replaces fields of an observed object and puts our labels on it. The observed resourceVersion goes along, so that a
 * change by anybody in between is a conflict, after which the engine looks again.
 */
export async function replaceWith(observed: KubernetesObject, fields: Readonly<Record<string, unknown>>, hands: Hands): Promise<KubernetesObject> {
  const { managedFields: _managedFields, ...metadata } = observed.metadata;
  return hands.kubernetes.replace({
    ...observed,
    ...fields,
    apiVersion: observed.apiVersion,
    kind: observed.kind,
    metadata: { ...metadata, labels: { ...metadata.labels, ...ownerLabels(hands.owner) } },
  });
}

/** Removes exactly the object that was observed (its uid), and nothing of the same name that was made since. */
export async function removeObject(observed: KubernetesObject, hands: Hands): Promise<void> {
  const { apiVersion, kind, metadata } = observed;
  try {
    await hands.kubernetes.remove(
      { apiVersion, kind, name: metadata.name ?? '', ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) },
      { propagation: 'Background', ...(metadata.uid === undefined ? {} : { uid: metadata.uid }) },
    );
  } catch (error) {
    if (!(error instanceof KubernetesCallError && error.kind === 'not-found')) throw error;
  }
}
