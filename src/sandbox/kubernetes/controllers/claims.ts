import { listAt, textAt } from '../object.ts';
import type { ObjectStore } from '../store.ts';
import { claimProtection } from '../kinds/core.ts';

/** Lets a claim that is being deleted go once no pod uses it (kube-controller-manager: pvc-protection). */
export function releaseClaims(store: ObjectStore): () => void {
  return store.subscribe(({ type, object }) => {
    if (object.kind === 'PersistentVolumeClaim' && type === 'MODIFIED') release(store, object.metadata.namespace, object.metadata.name);
    if (object.kind !== 'Pod' || type === 'ADDED') return;
    for (const volume of listAt(object, 'spec', 'volumes')) {
      const claim = textAt(volume, 'persistentVolumeClaim', 'claimName');
      if (claim !== undefined) release(store, object.metadata.namespace, claim);
    }
  });
}

function release(store: ObjectStore, namespace: string | undefined, name: string): void {
  const claim = store.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name });
  if (claim?.metadata.deletionTimestamp === undefined || claim.metadata.finalizers?.includes(claimProtection) !== true) return;
  const used = store.list('v1', 'Pod', { namespace }).some((pod) => listAt(pod, 'spec', 'volumes').some((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') === name));
  if (used) return;
  store.update({ ...claim, metadata: { ...claim.metadata, finalizers: claim.metadata.finalizers.filter((each) => each !== claimProtection) } }, { manager: 'kube-controller-manager' });
}
