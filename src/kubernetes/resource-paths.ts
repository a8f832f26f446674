import type { Discovery } from './discovery.ts';

/** How the API server names a kind in its paths. */
export interface ServedKind {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Splits `apps/v1` and `v1`. */
export function groupVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** `/api/v1` for the core group, `/apis/<group>/<version>` for the others (Kubernetes API concepts, "Resource URIs"). */
export function apiRoot(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** `deployments.apps`, as RBAC messages and `kubectl auth can-i` write it. */
export function resourceName(apiVersion: string, plural: string): string {
  const { group } = groupVersion(apiVersion);
  return group === '' ? plural : `${plural}.${group}`;
}

/** What the program deals with, so that a plain run asks for no discovery; everything else is looked up. */
export async function servedKind(apiVersion: string, kind: string, discovery: Discovery): Promise<ServedKind> {
  return known[`${groupVersion(apiVersion).group}/${kind}`] ?? discovery.servedKind(apiVersion, kind);
}

const known: Readonly<Record<string, ServedKind>> = {
  '/Namespace': { plural: 'namespaces', namespaced: false },
  '/Node': { plural: 'nodes', namespaced: false },
  '/Pod': { plural: 'pods', namespaced: true },
  '/Service': { plural: 'services', namespaced: true },
  '/ConfigMap': { plural: 'configmaps', namespaced: true },
  '/Secret': { plural: 'secrets', namespaced: true },
  '/ServiceAccount': { plural: 'serviceaccounts', namespaced: true },
  '/Event': { plural: 'events', namespaced: true },
  'apps/Deployment': { plural: 'deployments', namespaced: true },
  'apps/StatefulSet': { plural: 'statefulsets', namespaced: true },
  'apps/DaemonSet': { plural: 'daemonsets', namespaced: true },
  'apps/ReplicaSet': { plural: 'replicasets', namespaced: true },
  'apps/ControllerRevision': { plural: 'controllerrevisions', namespaced: true },
  'batch/Job': { plural: 'jobs', namespaced: true },
  'batch/CronJob': { plural: 'cronjobs', namespaced: true },
  'coordination.k8s.io/Lease': { plural: 'leases', namespaced: true },
  'authorization.k8s.io/SelfSubjectAccessReview': { plural: 'selfsubjectaccessreviews', namespaced: false },
  'apiextensions.k8s.io/CustomResourceDefinition': { plural: 'customresourcedefinitions', namespaced: false },
  'external-secrets.io/ExternalSecret': { plural: 'externalsecrets', namespaced: true },
  'external-secrets.io/SecretStore': { plural: 'secretstores', namespaced: true },
  'external-secrets.io/ClusterSecretStore': { plural: 'clustersecretstores', namespaced: false },
  'bedrock-access.dev/BedrockAccess': { plural: 'bedrockaccesses', namespaced: true },
  'bedrock-access.dev/BedrockAccessClass': { plural: 'bedrockaccessclasses', namespaced: false },
};
