import { type JsonObject, listAt, objectAt, type StoredObject, textAt } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import type { ObjectStore } from '../store.ts';
import { customType } from './custom-type.ts';
import { cleanup, definitionType } from './definition.ts';

/** Serves the kinds of the definitions in the store, from now on: made, changed and removed with them. */
export function serveDefinitions(store: ObjectStore): () => void {
  return store.subscribe(({ type, object, resourceType }) => {
    if (resourceType !== definitionType) {
      if (type === 'DELETED' && resourceType.custom === true) finishRemoval(store, resourceType);
      return;
    }
    const [group, plural] = [textAt(object, 'spec', 'group') ?? '', textAt(object, 'spec', 'names', 'plural') ?? ''];
    if (type === 'DELETED') {
      const custom = store.types.ofResource(group, plural);
      if (custom !== undefined) store.forget(custom);
      return;
    }
    store.types.add(customType(object));
    if (object.metadata.deletionTimestamp !== undefined) removeInstances(store, object);
    else if (listAt(object, 'status', 'conditions').length === 0) {
      store.updateStatus({ ...object, status: { ...objectAt(object, 'status'), ...establishedStatus(object, store.now()) } }, { manager: 'kube-apiserver' });
    }
  });
}

function establishedStatus(definition: StoredObject, now: string): JsonObject {
  return {
    acceptedNames: objectAt(definition, 'spec', 'names'),
    conditions: [
      { lastTransitionTime: now, message: 'no conflicts found', reason: 'NoConflicts', status: 'True', type: 'NamesAccepted' },
      { lastTransitionTime: now, message: 'the initial names have been accepted', reason: 'InitialNamesAccepted', status: 'True', type: 'Established' },
    ],
  };
}

/** Deletes what the kind has; the definition goes with the last object, whose own finalizers may take their time. */
function removeInstances(store: ObjectStore, definition: StoredObject): void {
  const custom = store.types.ofResource(textAt(definition, 'spec', 'group') ?? '', textAt(definition, 'spec', 'names', 'plural') ?? '');
  if (custom === undefined) return;
  for (const object of store.list(`${custom.group}/${custom.versions[0] ?? ''}`, custom.kind)) {
    if (object.metadata.deletionTimestamp === undefined) store.remove({ ...object, name: object.metadata.name, namespace: object.metadata.namespace }, { propagation: 'Background' });
  }
  finishRemoval(store, custom);
}

function finishRemoval(store: ObjectStore, custom: ResourceType): void {
  const definition = store.get({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `${custom.resource}.${custom.group}` });
  if (definition?.metadata.deletionTimestamp === undefined || definition.metadata.finalizers?.includes(cleanup) !== true) return;
  if (store.list(`${custom.group}/${custom.versions[0] ?? ''}`, custom.kind).length > 0) return;
  store.update({ ...definition, metadata: { ...definition.metadata, finalizers: definition.metadata.finalizers.filter((each) => each !== cleanup) } }, { manager: 'kube-apiserver' });
}
