import type { Owner, StoredObject } from '../object.ts';
import { isStatus } from '../status-error.ts';
import type { ObjectStore } from '../store.ts';

/**
 * Deletes what has lost all its owners, and works off the finalizers `orphan` and `foregroundDeletion` (Kubernetes docs, "Garbage
 * Collection"; kube-controller-manager: garbagecollector).
 */
export function collectGarbage(store: ObjectStore): () => void {
  return store.subscribe(({ type, object }) => {
    if (type === 'DELETED') {
      for (const dependent of dependentsOf(store, object)) settleDependent(store, dependent);
      for (const owner of object.metadata.ownerReferences ?? []) finishForeground(store, owner, object.metadata.namespace);
      return;
    }
    if (type === 'ADDED' && (object.metadata.ownerReferences ?? []).length > 0) settleDependent(store, object);
    if (object.metadata.deletionTimestamp === undefined) return;
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes('orphan')) orphanDependents(store, object);
    if (finalizers.includes('foregroundDeletion')) deleteInForeground(store, object);
  });
}

function dependentsOf(store: ObjectStore, owner: StoredObject): readonly StoredObject[] {
  const found: StoredObject[] = [];
  for (const { object } of store.all()) {
    if (object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true) found.push(object);
  }
  return found;
}

function ownerExists(store: ObjectStore, owner: Owner, namespace: string | undefined): boolean {
  try {
    const found = store.get({ apiVersion: owner.apiVersion, kind: owner.kind, namespace, name: owner.name });
    return found?.metadata.uid === owner.uid;
  } catch {
    // A kind that is not served: the real collector keeps the dependent rather than guess.
    return true;
  }
}

/** No owner left: it goes. Some left: the lost ones are no longer named. */
function settleDependent(store: ObjectStore, dependent: StoredObject): void {
  const owners = dependent.metadata.ownerReferences ?? [];
  const left = owners.filter((owner) => ownerExists(store, owner, dependent.metadata.namespace));
  if (left.length === owners.length) return;
  quietly(() => {
    if (left.length > 0) store.update({ ...dependent, metadata: { ...dependent.metadata, ownerReferences: left } }, { manager: 'kube-controller-manager' });
    else store.remove({ ...dependent, name: dependent.metadata.name, namespace: dependent.metadata.namespace }, { uid: dependent.metadata.uid, propagation: 'Background' });
  });
}

function orphanDependents(store: ObjectStore, owner: StoredObject): void {
  for (const dependent of dependentsOf(store, owner)) {
    const ownerReferences = (dependent.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    quietly(() => void store.update({ ...dependent, metadata: { ...dependent.metadata, ownerReferences } }, { manager: 'kube-controller-manager' }));
  }
  dropFinalizer(store, owner, 'orphan');
}

function deleteInForeground(store: ObjectStore, owner: StoredObject): void {
  const dependents = dependentsOf(store, owner);
  for (const dependent of dependents) {
    if (dependent.metadata.deletionTimestamp !== undefined) continue;
    quietly(() => void store.remove({ ...dependent, name: dependent.metadata.name, namespace: dependent.metadata.namespace }, { uid: dependent.metadata.uid, propagation: 'Foreground' }));
  }
  if (blockers(store, owner).length === 0) dropFinalizer(store, owner, 'foregroundDeletion');
}

function blockers(store: ObjectStore, owner: StoredObject): readonly StoredObject[] {
  return dependentsOf(store, owner).filter((dependent) => dependent.metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true) === true);
}

function finishForeground(store: ObjectStore, owner: Owner, namespace: string | undefined): void {
  if (!store.types.all().some((type) => type.kind === owner.kind)) return;
  const found = quietly(() => store.get({ apiVersion: owner.apiVersion, kind: owner.kind, namespace, name: owner.name }));
  if (found?.metadata.uid !== owner.uid || found.metadata.finalizers?.includes('foregroundDeletion') !== true) return;
  if (blockers(store, found).length === 0) dropFinalizer(store, found, 'foregroundDeletion');
}

function dropFinalizer(store: ObjectStore, object: StoredObject, finalizer: string): void {
  quietly(() => {
    const newest = store.get({ ...object, name: object.metadata.name, namespace: object.metadata.namespace });
    if (newest === undefined) return;
    const finalizers = (newest.metadata.finalizers ?? []).filter((each) => each !== finalizer);
    store.update({ ...newest, metadata: { ...newest.metadata, finalizers } }, { manager: 'kube-controller-manager' });
  });
}

/** Another one was faster: there is nothing left to do. */
function quietly<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (isStatus(error, 'NotFound') || isStatus(error, 'Conflict')) return undefined;
    throw error;
  }
}
