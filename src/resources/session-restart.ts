/** Restarts workloads for a renewed short-term API key, by their own strategy. */
import type { Workload } from '../access/types.ts';
import { KubernetesCallError } from '../kubernetes/error.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { annotationKeys } from './annotations.ts';
import { at, textAt } from './json.ts';
import type { Hands } from './kind.ts';
import { nested, workloadReference, workloadShape } from './workload-kinds.ts';
import { ownAlone } from './write-environment.ts';

/**
 * Only where a template says already for which key its pods were made: where it does not, the access is not applied there, or
 * Reloader restarts the pods.
 * @param id of the key that the Secret holds
 * @returns those that were restarted: `Deployment app`
 */
export async function restartFor(id: string, workloads: readonly Workload[], namespace: string, hands: Pick<Hands, 'kubernetes' | 'clock'>): Promise<readonly string[]> {
  const restarted: string[] = [];
  for (const { kind, name } of workloads) {
    const { apiVersion, template } = workloadShape(kind);
    const object = await hands.kubernetes.get({ apiVersion, kind, namespace, name });
    const said = object === undefined ? undefined : markOf(object);
    if (object === undefined || said === undefined) continue;
    if (said === id) {
      await ownMark({ ...object, apiVersion, kind }, hands);
      continue;
    }
    const body = nested(template, { metadata: { annotations: { [annotationKeys.credential]: id } } });
    await hands.kubernetes.patch(workloadReference({ ...object, apiVersion, kind }), { type: 'merge', body });
    restarted.push(`${kind} ${name}`);
    const changed = await hands.kubernetes.get({ apiVersion, kind, namespace, name });
    if (changed !== undefined) await ownMark({ ...changed, apiVersion, kind }, hands);
  }
  return restarted;
}

/** The controller writes its status into the object at the same time: then it is read and tried again. */
const attempts = 20;

/** A patch makes another manager of the same name the mark's owner, with which the next server-side apply would conflict. */
async function ownMark(seen: KubernetesObject, hands: Pick<Hands, 'kubernetes' | 'clock'>): Promise<void> {
  const path = [...workloadShape(seen.kind).template, 'metadata', 'annotations', annotationKeys.credential].map((field) => `f:${field}`);
  const { apiVersion, kind } = seen;
  for (let object: KubernetesObject | undefined = seen, attempt = 1; object !== undefined; attempt += 1) {
    const owners = (object.metadata.managedFields ?? []).filter(({ fieldsV1 }) => at(fieldsV1, ...path) !== undefined);
    if (owners.every(({ operation }) => operation === 'Apply')) return;
    try {
      await ownAlone({ ...object, apiVersion, kind }, [{ path, entry: {} }], hands);
      return;
    } catch (error) {
      if (!(error instanceof KubernetesCallError) || error.kind !== 'conflict' || attempt === attempts) throw error;
      object = await hands.kubernetes.get(workloadReference(seen));
    }
  }
}

function markOf(object: KubernetesObject): string | undefined {
  return textAt(object, ...workloadShape(object.kind).template, 'metadata', 'annotations', annotationKeys.credential);
}
