import { posix } from 'node:path';
import { accountToken, type TokenSigner } from '../kubernetes/access/tokens.ts';
import { listAt, numberAt, textAt, type JsonObject, type StoredObject } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/store.ts';

/**
 * The ServiceAccount tokens of projected volumes that a container mounts, by the path that it sees them at
 * (Kubernetes docs, "Projected Volumes", serviceAccountToken). They are not made anew: an hour is the default.
 */
export function projectedTokens(pod: StoredObject, container: JsonObject, store: ObjectStore, signer: TokenSigner): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  const name = textAt(pod, 'spec', 'serviceAccountName') ?? 'default';
  const account = store.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: pod.metadata.namespace, name });
  if (account === undefined) return files;
  for (const mount of listAt(container, 'volumeMounts')) {
    const volume = listAt(pod, 'spec', 'volumes').find((one) => textAt(one, 'name') === textAt(mount, 'name'));
    for (const source of listAt(volume, 'projected', 'sources')) {
      const path = textAt(source, 'serviceAccountToken', 'path');
      if (path === undefined) continue;
      const audience = textAt(source, 'serviceAccountToken', 'audience') ?? signer.issuer;
      const seconds = numberAt(source, 'serviceAccountToken', 'expirationSeconds') ?? 3600;
      const bound = { pod: { name: pod.metadata.name, uid: pod.metadata.uid } };
      files[posix.join(textAt(mount, 'mountPath') ?? '/', path)] = accountToken(signer, account, { audience: [audience], seconds, bound }).token;
    }
  }
  return files;
}
