/** Restarts workloads for a renewed short-term API key, by their own strategy. */
import { KubernetesCallError } from '../kubernetes/error.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { annotationKeys } from './annotations.ts';
import { at, recordsAt, textAt } from './json.ts';
import type { Hands } from './kind.ts';
import { nested, workloadReference, workloadShape } from './workload-kinds.ts';
import { takeReadings } from './readings.ts';
import { reloadersOf, reloading } from './reloader.ts';
import type { RenewedSession } from './session.ts';
import { ownAlone } from './write-environment.ts';

/**
 * Where the program keeps the workload, only where a template says already for which key its pods were made: where it does not, the
 * access is not applied there, or Reloader restarts the pods. Where git keeps it, whenever the pods have the key and Reloader does not
 * restart them. git does not hold the annotation, so that nobody puts it back: Argo CD compares and applies what git says, as its own
 * action that restarts a workload relies on (Argo CD docs, "Resource Actions"; "Diffing", three-way), and server-side apply leaves
 * fields of other managers (Kubernetes docs, "Server-Side Apply").
 * @param id of the key that the Secret holds
 * @returns those that were restarted: `Deployment app`
 */
export async function restartFor(id: string, { restarts, namespace, secret, byOthers }: Pick<RenewedSession, 'restarts' | 'namespace' | 'secret' | 'byOthers'>, hands: Pick<Hands, 'aws' | 'kubernetes' | 'clock'>): Promise<readonly string[]> {
  const restarted: string[] = [];
  const reloaders = byOthers && restarts.length > 0 ? await reloadersOf(takeReadings(hands.aws, hands.kubernetes)) : [];
  for (const { kind, name } of restarts) {
    const { apiVersion, template } = workloadShape(kind);
    const object = await hands.kubernetes.get({ apiVersion, kind, namespace, name });
    if (object === undefined) continue;
    const typed = { ...object, apiVersion, kind };
    const said = markOf(typed);
    if (byOthers ? !readsFrom(typed, secret) || reloading(typed, { secret, configMap: '' }, reloaders).secret : said === undefined) continue;
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

/** Does a container take a variable from that Secret? */
function readsFrom(object: KubernetesObject, secret: string): boolean {
  const pod = at(object, ...workloadShape(object.kind).template, 'spec');
  return ['containers', 'initContainers'].some((field) => recordsAt(pod, field).some((container) => recordsAt(container, 'env').some((entry) => textAt(entry, 'valueFrom', 'secretKeyRef', 'name') === secret)));
}

function markOf(object: KubernetesObject): string | undefined {
  return textAt(object, ...workloadShape(object.kind).template, 'metadata', 'annotations', annotationKeys.credential);
}
