/** One look at a SecretStore or ClusterSecretStore (external-secrets v0.20.4, pkg/controllers/secretstore/common.go). */
import { numberAt, objectAt, sameJson, textAt, valueAt, type ObjectReference, type StoredObject } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/store.ts';
import type { EventRecorder } from '../workloads/event-recorder.ts';
import { Reported, type Again } from '../workloads/work-queue.ts';
import { ProviderError } from './provider-error.ts';
import { withCondition, type Condition } from './ready-condition.ts';

/** `--store-requeue-interval`. */
const lookEvery = 5 * 60_000;

export interface SecretStoreController {
  readonly store: ObjectStore;
  /** Each kind's controller records under its own name. */
  readonly events: (kind: string) => EventRecorder;
  /** @throws ProviderError when no credentials can be had */
  readonly validate: (secretStore: StoredObject) => Promise<void>;
}

export async function reconcileSecretStore(reference: ObjectReference, controller: SecretStoreController): Promise<Again> {
  const secretStore = controller.store.get(reference);
  if (secretStore === undefined || secretStore.metadata.deletionTimestamp !== undefined) return undefined;
  if (!['', 'default'].includes(textAt(secretStore, 'spec', 'controller') ?? '')) return undefined;
  const problem = await problemOf(secretStore, controller);
  if (problem !== undefined) {
    controller.events(secretStore.kind).warning(secretStore, 'InvalidProviderConfig', problem.error);
    setReady(reference, controller.store, { type: 'Ready', status: 'False', reason: 'InvalidProviderConfig', message: problem.message });
    throw new Reported(problem.error);
  }
  controller.events(secretStore.kind).normal(secretStore, 'Valid', 'store validated');
  setReady(reference, controller.store, { type: 'Ready', status: 'True', reason: 'Valid', message: 'store validated' });
  const seconds = numberAt(secretStore, 'spec', 'refreshInterval') ?? 0;
  return seconds === 0 ? lookEvery : seconds * 1000;
}

async function problemOf(secretStore: StoredObject, { validate }: SecretStoreController): Promise<{ readonly message: string; readonly error: string } | undefined> {
  if (valueAt(secretStore, 'spec', 'provider', 'aws') === undefined) {
    return { message: 'unable to create client', error: `the sandbox has no provider ${Object.keys(objectAt(secretStore, 'spec', 'provider')).join(', ')}` };
  }
  try {
    await validate(secretStore);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const clientFailed = error.message.startsWith('unable to create session') || error.message.startsWith('the sandbox');
    return { message: clientFailed ? 'unable to create client' : 'unable to validate store', error: error.message };
  }
}

function setReady(reference: ObjectReference, store: ObjectStore, condition: Condition): void {
  const current = store.get(reference);
  if (current === undefined) return;
  const ready = condition.status === 'True' ? { capabilities: 'ReadWrite' } : {};
  const status = withCondition({ ...objectAt(current, 'status'), ...ready }, condition, store.now());
  if (!sameJson(status, current['status'])) store.updateStatus({ ...current, status }, { manager: 'external-secrets' });
}
