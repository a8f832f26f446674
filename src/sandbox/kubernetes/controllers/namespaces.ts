import type { StoredObject } from '../object.ts';
import { isStatus } from '../status-error.ts';
import type { ObjectStore } from '../store.ts';

/**
 * Empties a namespace that is being deleted and takes it away once it is empty; gives every namespace the authority's certificate
 * (kube-controller-manager: namespace and root-ca-cert-publisher).
 */
export function keepNamespaces(store: ObjectStore, authority: string): () => void {
  return store.subscribe(({ type, object }) => {
    if (object.kind === 'Namespace' && type === 'ADDED') publishAuthority(store, object.metadata.name, authority);
    if (object.kind === 'Namespace' && type === 'MODIFIED' && object.metadata.deletionTimestamp !== undefined) empty(store, object);
    if (object.kind !== 'Namespace' && type === 'DELETED' && object.metadata.namespace !== undefined) takeAwayWhenEmpty(store, object.metadata.namespace);
  });
}

function publishAuthority(store: ObjectStore, namespace: string, authority: string): void {
  store.create(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'kube-root-ca.crt',
        namespace,
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': authority },
    },
    { manager: 'kube-controller-manager' },
  );
}

function empty(store: ObjectStore, namespace: StoredObject): void {
  const { name } = namespace.metadata;
  if (namespace['status'] === undefined || phaseOf(namespace) !== 'Terminating') {
    store.updateStatus({ ...namespace, status: { phase: 'Terminating' } }, { manager: 'kube-controller-manager' });
    return;
  }
  for (const object of contentsOf(store, name)) {
    if (object.metadata.deletionTimestamp !== undefined) continue;
    try {
      store.remove({ ...object, name: object.metadata.name, namespace: name }, { propagation: 'Background' });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }
  takeAwayWhenEmpty(store, name);
}

function phaseOf(namespace: StoredObject): unknown {
  const status = namespace['status'];
  return typeof status === 'object' && status !== null && 'phase' in status ? status.phase : undefined;
}

function takeAwayWhenEmpty(store: ObjectStore, name: string): void {
  const namespace = store.get({ apiVersion: 'v1', kind: 'Namespace', name });
  if (namespace?.metadata.deletionTimestamp === undefined || (namespace.metadata.finalizers ?? []).length > 0) return;
  if (contentsOf(store, name).length === 0) store.finalizeNamespace(name);
}

function contentsOf(store: ObjectStore, namespace: string): readonly StoredObject[] {
  const found: StoredObject[] = [];
  for (const { object } of store.all()) if (object.metadata.namespace === namespace) found.push(object);
  return found;
}
