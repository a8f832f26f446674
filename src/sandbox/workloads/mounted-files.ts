import { Buffer } from 'node:buffer';
import { posix } from 'node:path';
import { listAt, objectAt, textAt, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/store.ts';

/** The files of Secrets and ConfigMaps that a container mounts, as they are now, by the path that it sees them at (Kubernetes docs, "Volumes", secret and configMap). */
export function mountedFiles(pod: StoredObject, container: JsonObject, store: ObjectStore): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const mount of listAt(container, 'volumeMounts')) {
    const volume = listAt(pod, 'spec', 'volumes').find((one) => textAt(one, 'name') === textAt(mount, 'name'));
    for (const [kind, field, nameField] of [['Secret', 'secret', 'secretName'], ['ConfigMap', 'configMap', 'name']] as const) {
      const name = textAt(volume, field, nameField);
      const object = name === undefined ? undefined : store.get({ apiVersion: 'v1', kind, namespace: pod.metadata.namespace, name });
      if (object === undefined) continue;
      const items = new Map(listAt(volume, field, 'items').map((item) => [textAt(item, 'key') ?? '', textAt(item, 'path') ?? '']));
      for (const [key, value] of Object.entries(objectAt(object, 'data'))) {
        const path = items.size === 0 ? key : items.get(key);
        if (path === undefined) continue;
        files[posix.join(textAt(mount, 'mountPath') ?? '/', path)] = kind === 'Secret' ? Buffer.from(String(value), 'base64').toString('utf8') : String(value);
      }
    }
  }
  return files;
}
