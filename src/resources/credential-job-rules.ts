/**
 * What `rotate --due` or `session renew` needs of the cluster for one access, and nothing beyond: things by their names wherever
 * RBAC can name them. Revisions and pods are listed and a Lease is made, which RBAC cannot name (Kubernetes docs, "Using RBAC
 * Authorization", referring to resources).
 */
import { bearerTypeOf, jobOf, keyCredentialsOf } from '../access/credential-mode.ts';
import type { Access, Workload } from '../access/types.ts';
import type { ClusterRule } from './kind.ts';
import { sessionSecretNames } from './session.ts';
import { workloadShape } from './workload-kinds.ts';

/** A rule as RBAC takes it. */
export interface RoleRule extends ClusterRule {
  readonly resourceNames?: readonly string[];
}

/** In the access's namespace. */
export function jobRules(access: Access): readonly RoleRule[] {
  return jobOf(access.spec.credentials)?.work === 'renewal' ? renewalRules(access) : rotationRules(access);
}

/** It takes no Lease and makes nothing. */
function renewalRules({ metadata, spec }: Access): readonly RoleRule[] {
  const { credentials, workloads } = spec;
  return [
    { apiGroups: ['apps'], resources: ['controllerrevisions'], verbs: ['list'] },
    // On the way from a session to a short-term key both are renewed.
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'update'], resourceNames: Object.values(sessionSecretNames(metadata.name)) },
    // A process reads a short-term key once: an annotation of the pod template restarts the workload.
    ...(bearerTypeOf(credentials) === 'SHORT_TERM' ? workloadRules(workloads, ['get', 'patch']) : []),
  ];
}

function workloadRules(workloads: readonly Workload[], verbs: readonly string[]): readonly RoleRule[] {
  return [...Map.groupBy(workloads, ({ kind }) => workloadShape(kind).plural)].map(([plural, of]) => ({
    apiGroups: [workloadShape(of[0]?.kind ?? '').apiVersion.split('/')[0] ?? ''],
    resources: [plural],
    verbs,
    resourceNames: of.map(({ name }) => name),
  }));
}

function rotationRules({ metadata, spec }: Access): readonly RoleRule[] {
  const { names, credentials, workloads } = spec;
  const store = keyCredentialsOf(credentials)?.secretStore;
  // What git keeps is waited for, and never written.
  const writes = (...verbs: readonly string[]): readonly string[] => (spec.managedBy.cluster === 'manifests' ? [] : verbs);
  return [
    // One run at a time, and what was applied last.
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'update', 'delete'], resourceNames: [`bedrock-access-${metadata.name}`] },
    { apiGroups: ['apps'], resources: ['controllerrevisions'], verbs: ['list'] },
    // The Secret is read to see which key it holds and to try it; External Secrets Operator alone writes it.
    { apiGroups: ['external-secrets.io'], resources: ['externalsecrets'], verbs: ['get', ...writes('update')], resourceNames: [names.secret] },
    ...(store?.kind === 'SecretStore' ? [{ apiGroups: ['external-secrets.io'], resources: ['secretstores'], verbs: ['get'], resourceNames: [store.name] }] : []),
    { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: [names.secret] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get'], resourceNames: [names.environment] },
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    // An annotation of the pod template restarts the workload by its own strategy.
    ...workloadRules(workloads, ['get', ...writes('patch')]),
  ];
}

/** Of what lies in no namespace: the id of the cluster (a UID and, where the platform set one, a ConfigMap); for a rotation the namespace and the store. */
export function jobRulesOfCluster({ metadata, spec }: Access): readonly RoleRule[] {
  const isRotation = jobOf(spec.credentials)?.work === 'rotation';
  const store = keyCredentialsOf(spec.credentials)?.secretStore;
  return [
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get'], resourceNames: ['kube-system', ...(isRotation ? [metadata.namespace] : [])] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get'], resourceNames: ['bedrock-access'] },
    ...(store?.kind === 'ClusterSecretStore' ? [{ apiGroups: ['external-secrets.io'], resources: ['clustersecretstores'], verbs: ['get'], resourceNames: [store.name] }] : []),
  ];
}
