import { Buffer } from 'node:buffer';
import { posix } from 'node:path';
import { listAt, textAt, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/store.ts';

/** A file of a Secret that a container mounts, as it is now: the kubelet brings changes into running pods (Kubernetes docs, "Secrets"). */
export function mountedSecret(path: string, pod: StoredObject, container: JsonObject, store: ObjectStore): string | undefined {
  for (const mount of listAt(container, 'volumeMounts')) {
    const folder = textAt(mount, 'mountPath') ?? '/';
    if (posix.dirname(path) !== folder) continue;
    const volume = listAt(pod, 'spec', 'volumes').find((one) => textAt(one, 'name') === textAt(mount, 'name'));
    const name = textAt(volume, 'secret', 'secretName');
    const secret = name === undefined ? undefined : store.get({ apiVersion: 'v1', kind: 'Secret', namespace: pod.metadata.namespace, name });
    const encoded = textAt(secret, 'data', posix.basename(path));
    if (encoded !== undefined) return Buffer.from(encoded, 'base64').toString('utf8');
  }
  return undefined;
}
