/** One look at an ExternalSecret (external-secrets v0.20.4, pkg/controllers/externalsecret/externalsecret_controller.go `Reconcile`). */
import { fieldManagerOf, ownerHash, syncedResourceVersion } from './hash.ts';
import { objectAt, sameJson, textAt, valueAt, type JsonObject, type ObjectInput, type ObjectReference, type StoredObject } from '../kubernetes/object.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import type { ObjectStore } from '../kubernetes/store.ts';
import type { World } from '../world.ts';
import type { EventRecorder } from '../workloads/event-recorder.ts';
import { Reported, type Again } from '../workloads/work-queue.ts';
import { NoSecretError, ProviderError } from './provider-error.ts';
import { goDuration, goDurationText } from './remote-value.ts';
import { withCondition } from './ready-condition.ts';
import { CannotOwn, creationPolicyOf, isUntouched, managedLabel, OwnedByAnother, ownerLabel, targetNameOf, targetSecret } from './target-secret.ts';

export const finalizer = 'externalsecrets.external-secrets.io/externalsecret-cleanup';

/** Reads what the ExternalSecret refers to. @throws NoSecretError, ProviderError */
export type ReadValues = (externalSecret: StoredObject, missing: (event: string) => void) => Promise<Readonly<Record<string, Uint8Array>>>;

export interface ExternalSecretController {
  readonly world: World;
  readonly store: ObjectStore;
  readonly events: EventRecorder;
  readonly readValues: ReadValues;
}

/** The target is immutable and would have to change. */
class ImmutableTarget extends ProviderError {}

export async function reconcileExternalSecret(reference: ObjectReference, controller: ExternalSecretController): Promise<Again> {
  const { store } = controller;
  const found = store.get(reference);
  if (found === undefined) return undefined;
  if (found.metadata.deletionTimestamp !== undefined) return cleanUp(found, store);
  const externalSecret = withFinalizer(found, store);
  const controllerClass = textAt(storeOf(externalSecret, store), 'spec', 'controller') ?? '';
  if (controllerClass !== '' && controllerClass !== 'default') return undefined;

  const target = secretReference(externalSecret);
  const existing = labelled(store.get(target), externalSecret, store);
  if (!isDue(externalSecret, controller.world.clock.time()) && (creationPolicyOf(externalSecret) === 'Orphan' || isUntouched(existing))) {
    return nextLook(externalSecret, controller.world.clock.time());
  }
  const outcome = await synced(externalSecret, existing, controller);
  const now = store.now();
  const status = withCondition(
    {
      // The operator's own type has the field always, empty before there is a Secret.
      binding: { name: '' },
      ...objectAt(externalSecret, 'status'),
      ...(outcome.binding === undefined ? {} : { binding: { name: outcome.binding } }),
      ...(outcome.ready ? { refreshTime: now, syncedResourceVersion: syncedResourceVersion(externalSecret.metadata) } : {}),
    },
    { type: 'Ready', status: outcome.ready ? 'True' : 'False', reason: outcome.reason, message: outcome.message },
    now,
  );
  const current = store.get(reference);
  if (current === undefined) return undefined;
  const written = sameJson(status, current['status']) ? current : store.updateStatus({ ...current, status }, { manager: 'external-secrets' });
  if (outcome.retry === true) throw new Reported(outcome.message);
  return outcome.ready ? nextLook(written, controller.world.clock.time()) : undefined;
}

interface Outcome {
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
  readonly retry?: boolean;
  readonly binding?: string;
}

const done = (reason: string, message: string, binding?: string): Outcome => ({ ready: true, reason, message, ...(binding === undefined ? {} : { binding }) });

async function synced(externalSecret: StoredObject, existing: StoredObject | undefined, controller: ExternalSecretController): Promise<Outcome> {
  const { store, events } = controller;
  const failed = (message: string, error: unknown, retry: boolean): Outcome => {
    events.warning(externalSecret, 'UpdateFailed', error instanceof Error ? error.message : String(error));
    return { ready: false, reason: 'SecretSyncedError', message, retry };
  };
  let values: Readonly<Record<string, Uint8Array>>;
  try {
    values = await controller.readValues(externalSecret, (event) => events.normal(externalSecret, 'MissingProviderSecret', event));
  } catch (error) {
    if (!(error instanceof ProviderError || error instanceof NoSecretError)) throw error;
    return failed('could not get secret data from provider', error, true);
  }
  const creationPolicy = creationPolicyOf(externalSecret);
  const target = secretReference(externalSecret);
  if (Object.keys(values).length === 0) {
    const deletionPolicy = textAt(externalSecret, 'spec', 'target', 'deletionPolicy') ?? 'Retain';
    if (deletionPolicy === 'Retain') return done('SecretSynced', 'secret retained due to DeletionPolicy=Retain');
    if (deletionPolicy === 'Delete') {
      if (creationPolicy !== 'Owner') {
        return failed('could not delete secret', new Error(`unable to delete secret ${target.name}: creationPolicy=${creationPolicy} is not Owner`), false);
      }
      if (existing !== undefined) {
        store.remove(target);
        events.normal(externalSecret, 'Deleted', 'secret deleted due to DeletionPolicy=Delete');
      }
      return done('SecretDeleted', 'secret deleted due to DeletionPolicy=Delete');
    }
  }
  if (creationPolicy === 'None') return done('SecretSynced', 'secret synced');
  if (creationPolicy === 'Merge' && existing === undefined) return done('SecretMissing', 'secret will not be created due to CreationPolicy=Merge');
  if (creationPolicy === 'Owner') removeOrphaned(externalSecret, target.name, store, events);
  // The Secret may have changed while the provider was asked: the newest is what is written over.
  const newest = store.get(target);
  // A Secret that is there is bound before it is written, one that is not, after (`updateSecret`, `createSecret`).
  const unwritten = (outcome: Outcome): Outcome => (newest === undefined ? outcome : { ...outcome, binding: target.name });
  try {
    write(externalSecret, newest, values, controller);
    return done('SecretSynced', 'secret synced', target.name);
  } catch (error) {
    if (error instanceof CannotOwn) return unwritten(failed('failed to take ownership of target secret', error, false));
    if (error instanceof OwnedByAnother) return unwritten(failed('target is owned by another ExternalSecret', error, false));
    if (error instanceof ImmutableTarget) return unwritten(failed('could not update secret, target is immutable', error, false));
    if (error instanceof ProviderError || error instanceof StatusError) return unwritten(failed('could not update secret', error, true));
    throw error;
  }
}

function write(externalSecret: StoredObject, existing: StoredObject | undefined, values: Readonly<Record<string, Uint8Array>>, { store, events }: ExternalSecretController): void {
  const manager = fieldManagerOf(externalSecret.metadata.name);
  if (existing === undefined) {
    store.create(targetSecret(externalSecret, undefined, values), { manager });
    events.normal(externalSecret, 'Created', 'secret created');
    return;
  }
  const wanted = mutated(externalSecret, existing, values);
  if (sameJson(wanted, existing)) return;
  if (existing['immutable'] === true) {
    // Only its metadata can change.
    const metadataOnly: ObjectInput = { ...existing, metadata: wanted.metadata ?? {} };
    const current = sameJson(metadataOnly, existing) ? existing : store.update(metadataOnly, { manager });
    const { metadata: _metadata, ...content } = wanted;
    const { metadata: _currentMetadata, ...currentContent } = current;
    if (!sameJson(content, currentContent)) throw new ImmutableTarget(`unable to update secret ${existing.metadata.name}: secret is immutable`);
    return;
  }
  store.update(wanted, { manager });
  events.normal(externalSecret, 'Updated', 'secret updated');
}

function mutated(externalSecret: StoredObject, existing: StoredObject, values: Readonly<Record<string, Uint8Array>>): ObjectInput {
  try {
    return targetSecret(externalSecret, existing, values);
  } catch (error) {
    const inWords = `unable to mutate secret ${existing.metadata.name}: ${error instanceof Error ? error.message : String(error)}`;
    if (error instanceof CannotOwn) throw new CannotOwn(inWords);
    if (error instanceof OwnedByAnother) throw new OwnedByAnother(inWords);
    if (error instanceof ProviderError) throw new ProviderError(inWords);
    throw error;
  }
}

function cleanUp(externalSecret: StoredObject, store: ObjectStore): undefined {
  const target = secretReference(externalSecret);
  const secret = store.get(target);
  const owned = secret?.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === externalSecret.metadata.uid) === true;
  if (textAt(externalSecret, 'spec', 'target', 'deletionPolicy') === 'Delete' && owned) store.remove(target);
  const finalizers = externalSecret.metadata.finalizers ?? [];
  if (finalizers.includes(finalizer)) {
    store.update({ ...externalSecret, metadata: { ...externalSecret.metadata, finalizers: finalizers.filter((each) => each !== finalizer) } }, { manager: 'external-secrets' });
  }
  return undefined;
}

function withFinalizer(externalSecret: StoredObject, store: ObjectStore): StoredObject {
  const finalizers = externalSecret.metadata.finalizers ?? [];
  if (finalizers.includes(finalizer)) return externalSecret;
  const metadata = { ...externalSecret.metadata, finalizers: [...finalizers, finalizer] };
  return store.update({ ...externalSecret, metadata, spec: asTyped(objectAt(externalSecret, 'spec')) }, { manager: 'external-secrets' });
}

/** The operator writes the whole object back from its own Go types: a duration in Go's long form, empty structs where there was nothing. */
function asTyped(spec: JsonObject): JsonObject {
  const interval = goDuration(textAt(spec, 'refreshInterval') ?? '');
  const template = valueAt(spec, 'target', 'template');
  return {
    ...spec,
    ...(interval === undefined ? {} : { refreshInterval: goDurationText(interval) }),
    secretStoreRef: objectAt(spec, 'secretStoreRef'),
    ...(template === undefined ? {} : { target: { ...objectAt(spec, 'target'), template: { ...objectAt({ template }, 'template'), metadata: objectAt(template, 'metadata') } } }),
  };
}

/** A Secret that is there already gets the label first, so that the operator's cache sees it. */
function labelled(secret: StoredObject | undefined, externalSecret: StoredObject, store: ObjectStore): StoredObject | undefined {
  if (secret === undefined || secret.metadata.labels?.[managedLabel] === 'true') return secret;
  const metadata = { ...secret.metadata, labels: { ...secret.metadata.labels, [managedLabel]: 'true' } };
  return store.update({ ...secret, metadata }, { manager: fieldManagerOf(externalSecret.metadata.name) });
}

/** Secrets of an earlier target name. */
function removeOrphaned(externalSecret: StoredObject, targetName: string, store: ObjectStore, events: EventRecorder): void {
  const { namespace = 'default', name } = externalSecret.metadata;
  for (const secret of store.list('v1', 'Secret', { namespace, labelSelector: `${ownerLabel}=${ownerHash(namespace, name)}` })) {
    if (secret.metadata.name === targetName) continue;
    store.remove({ apiVersion: 'v1', kind: 'Secret', namespace, name: secret.metadata.name });
    events.normal(externalSecret, 'Deleted', 'secret deleted because it was orphaned');
  }
}

function secretReference(externalSecret: StoredObject): ObjectReference {
  return { apiVersion: 'v1', kind: 'Secret', namespace: externalSecret.metadata.namespace, name: targetNameOf(externalSecret) };
}

function storeOf(externalSecret: StoredObject, store: ObjectStore): StoredObject | undefined {
  const reference = objectAt(externalSecret, 'spec', 'secretStoreRef');
  const kind = textAt(reference, 'kind') ?? 'SecretStore';
  const name = textAt(reference, 'name');
  if (name === undefined) return undefined;
  return store.get({ apiVersion: externalSecret.apiVersion, kind, namespace: kind === 'SecretStore' ? externalSecret.metadata.namespace : undefined, name });
}

function refreshInterval(externalSecret: StoredObject): number {
  return goDuration(textAt(externalSecret, 'spec', 'refreshInterval') ?? '1h') ?? 3_600_000;
}

function isDue(externalSecret: StoredObject, now: number): boolean {
  const syncedVersion = textAt(externalSecret, 'status', 'syncedResourceVersion') ?? '';
  const refreshed = Date.parse(textAt(externalSecret, 'status', 'refreshTime') ?? '');
  const changed = syncedVersion !== syncedResourceVersion(externalSecret.metadata);
  const policy = textAt(externalSecret, 'spec', 'refreshPolicy') ?? 'Periodic';
  if (policy === 'CreatedOnce') return syncedVersion === '' || Number.isNaN(refreshed);
  if (policy === 'OnChange') return syncedVersion === '' || Number.isNaN(refreshed) || changed;
  const interval = refreshInterval(externalSecret);
  if (interval <= 0 && syncedVersion !== '') return false;
  return changed || Number.isNaN(refreshed) || refreshed > now || refreshed + interval < now;
}

/** `getRequeueResult`: what is left of the interval; the operator is late rather than early. */
function nextLook(externalSecret: StoredObject, now: number): Again {
  const interval = refreshInterval(externalSecret);
  if (interval <= 0) return undefined;
  const refreshed = Date.parse(textAt(externalSecret, 'status', 'refreshTime') ?? '');
  if (Number.isNaN(refreshed)) return interval;
  return Math.max(1, refreshed + interval - now + 1);
}
