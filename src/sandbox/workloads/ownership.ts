/** Controllers own what their selector chooses: orphans are adopted, what no longer matches is released (pkg/controller/controller_ref_manager.go). */
import { objectAt, type Owner, type StoredObject } from '../kubernetes/object.ts';
import { selectorMatches } from '../kubernetes/selectors.ts';
import type { ControllerTools } from './controller.ts';

export function controllerOf(object: StoredObject): Owner | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

export function controllerReference(owner: StoredObject): Owner {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** The objects of a kind that `owner` controls by its `spec.selector`, oldest first. */
export function claimed(owner: StoredObject, apiVersion: string, kind: string, { store, manager }: ControllerTools): readonly StoredObject[] {
  const selector = objectAt(owner, 'spec', 'selector');
  const owned: StoredObject[] = [];
  for (const object of store.list(apiVersion, kind, { namespace: owner.metadata.namespace })) {
    const controller = controllerOf(object);
    const matches = selectorMatches(selector, object.metadata.labels);
    if (controller?.uid === owner.metadata.uid) {
      if (matches) owned.push(object);
      else if (owner.metadata.deletionTimestamp === undefined) store.update(withoutOwner(object, owner), { manager });
    } else if (controller === undefined && matches && owner.metadata.deletionTimestamp === undefined && object.metadata.deletionTimestamp === undefined) {
      const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)];
      owned.push(store.update({ ...object, metadata: { ...object.metadata, ownerReferences } }, { manager }));
    }
  }
  return owned.sort(byAge);
}

export function byAge(left: StoredObject, right: StoredObject): number {
  return (
    Date.parse(left.metadata.creationTimestamp) - Date.parse(right.metadata.creationTimestamp) || left.metadata.name.localeCompare(right.metadata.name)
  );
}

function withoutOwner(object: StoredObject, owner: StoredObject): StoredObject {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter((each) => each.uid !== owner.metadata.uid);
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}
