import { AccessError } from '../errors/error.ts';
import type { Kubernetes } from '../kubernetes/types.ts';

/**
 * The cluster's id, written into every owner tag: the field `cluster-id` of ConfigMap `bedrock-access` in `kube-system`
 * where the platform set one (a rebuilt cluster keeps its id so), else the UID of the namespace `kube-system`.
 */
export async function clusterIdOf(kubernetes: Kubernetes): Promise<string> {
  const [settings, system] = await Promise.all([
    kubernetes.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'bedrock-access' }),
    kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }),
  ]);
  const chosen = settings?.data;
  if (typeof chosen === 'object' && chosen !== null && 'cluster-id' in chosen && typeof chosen['cluster-id'] === 'string' && chosen['cluster-id'] !== '') {
    return chosen['cluster-id'];
  }
  const uid = system?.metadata.uid;
  if (uid === undefined) {
    throw new AccessError('cluster-without-id', `the cluster at ${kubernetes.server} has no namespace kube-system to take an id from`, {
      cause: 'Everything that is made carries the id of its cluster, which is the UID of the namespace kube-system.',
      remedy: 'Let your Kubernetes user read the namespace kube-system, or set `cluster-id` in the ConfigMap kube-system/bedrock-access.',
    });
  }
  return uid;
}
