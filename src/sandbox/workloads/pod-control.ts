/** Makes and deletes pods for controllers, with the events that tell of it (pkg/controller `RealPodControl`). */
import type { JsonObject, StoredObject } from '../kubernetes/object.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import { referenceTo, type ControllerTools } from './controller.ts';
import { podFromTemplate } from './pod-template.ts';

/** @throws StatusError when the API server refuses the pod; the event is written already, unless the namespace is going away */
export function createPod(owner: StoredObject, template: JsonObject, { store, events, manager }: ControllerTools): StoredObject {
  try {
    const pod = store.create(podFromTemplate(owner, template, { generateName: `${owner.metadata.name}-` }), { manager });
    events.normal(owner, 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    return pod;
  } catch (error) {
    const terminating = error instanceof StatusError && error.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true;
    if (!terminating) events.warning(owner, 'FailedCreate', `Error creating: ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  }
}

export function deletePod(owner: StoredObject, pod: StoredObject, { store, events }: ControllerTools): void {
  store.remove(referenceTo(pod));
  events.normal(owner, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
}
