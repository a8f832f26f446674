import { randomSuffix } from '../identifiers.ts';
import { type JsonObject, listAt, numberAt, objectAt, sameJson, type StoredObject, textAt } from '../object.ts';
import type { LookUp, ResourceType } from '../resource-type.ts';
import { forbidden, type StatusCause } from '../status-error.ts';
import { forbiddenChange } from '../validation/causes.ts';
import { builtIn } from './built-in.ts';
import { withPodDefaults } from './pod-defaults.ts';
import { podSpecProblems } from './pod-validation.ts';

export const podType: ResourceType = builtIn({
  group: '',
  kind: 'Pod',
  resource: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  status: true,
  generation: 'spec',
  // pod/strategy.go CheckGracefulDelete: a pod that is on no node, or has ended, goes at once.
  gracePeriod: (pod) => {
    const ended = ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase') ?? '');
    return ended || textAt(pod, 'spec', 'nodeName') === undefined ? 0 : (numberAt(pod, 'spec', 'terminationGracePeriodSeconds') ?? 30);
  },
  defaults: (pod) => ({ ...pod, spec: withPodDefaults(objectAt(pod, 'spec')) }),
  prepareCreate: (pod, lookUp) => withServiceAccount({ ...pod, status: { phase: 'Pending', qosClass: qualityOf(pod) } }, lookUp),
  validate: (pod, old) => [...podSpecProblems(objectAt(pod, 'spec'), 'spec'), ...(old === undefined ? [] : podChangeProblems(pod, old))],
});

/** What the admission plugins ServiceAccount, DefaultTolerationSeconds and Priority put into every pod. */
function withServiceAccount(pod: StoredObject, lookUp: LookUp): StoredObject {
  const spec = objectAt(pod, 'spec');
  const account = textAt(spec, 'serviceAccountName') ?? 'default';
  const { name, namespace } = pod.metadata;
  const found = lookUp({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: account });
  // Every namespace has `default` by its controller; a cluster without controllers does without.
  if (found === undefined && account !== 'default') {
    throw forbidden({ group: '', resource: 'pods' }, name, `error looking up service account ${namespace ?? 'default'}/${account}: serviceaccount ${JSON.stringify(account)} not found`);
  }
  const tolerations = listAt(spec, 'tolerations');
  const always = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter((key) => !tolerations.some((toleration) => textAt(toleration, 'key') === key))
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  const mounts = spec['automountServiceAccountToken'] ?? found?.['automountServiceAccountToken'] ?? true;
  return {
    ...pod,
    spec: { ...(mounts === false || found === undefined ? spec : withTokenVolume(spec, pod.metadata.uid)), serviceAccountName: account, serviceAccount: account, preemptionPolicy: spec['preemptionPolicy'] ?? 'PreemptLowerPriority', priority: spec['priority'] ?? 0, tolerations: [...tolerations, ...always] },
  };
}

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The token, the authority and the namespace, mounted where in-cluster clients look for them. */
function withTokenVolume(spec: JsonObject, uid: string): JsonObject {
  const name = `kube-api-access-${randomSuffix(digitsOf(uid))}`;
  const volume = {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
        { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
      ],
    },
  };
  const mounted = (container: unknown): unknown => {
    const mounts = listAt(container, 'volumeMounts');
    if (mounts.some((mount) => textAt(mount, 'mountPath') === tokenPath)) return container;
    return { ...objectAt(container), volumeMounts: [...mounts, { mountPath: tokenPath, name, readOnly: true }] };
  };
  return {
    ...spec,
    containers: listAt(spec, 'containers').map(mounted),
    ...(Array.isArray(spec['initContainers']) ? { initContainers: spec['initContainers'].map(mounted) } : {}),
    volumes: [...listAt(spec, 'volumes'), volume],
  };
}

/** A number in [0, 1) out of each two digits of the uid, so that the name needs no source of its own. */
function digitsOf(uid: string): () => number {
  const digits = uid.replaceAll('-', '');
  let position = 0;
  return () => Number.parseInt(digits.slice(position, (position += 2)), 16) / 256;
}

/** Kubernetes docs, "Pod Quality of Service Classes". */
function qualityOf(pod: JsonObject): string {
  const all = [...listAt(pod, 'spec', 'containers'), ...listAt(pod, 'spec', 'initContainers')].map((container) => objectAt(container, 'resources'));
  if (all.every((resources) => Object.keys(objectAt(resources, 'requests')).length + Object.keys(objectAt(resources, 'limits')).length === 0)) return 'BestEffort';
  const guaranteed = all.every((resources) => {
    const [limits, requests] = [objectAt(resources, 'limits'), objectAt(resources, 'requests')];
    return ['cpu', 'memory'].every((name) => limits[name] !== undefined && sameJson(limits[name], requests[name] ?? limits[name]));
  });
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** Only few fields of a pod may change (validation.go: ValidatePodUpdate). */
function podChangeProblems(pod: JsonObject, old: StoredObject): readonly StatusCause[] {
  const frozen = (each: JsonObject): JsonObject => {
    const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, nodeName: _node, schedulingGates: _gates, ...spec } = objectAt(each, 'spec');
    const withoutImages = (containers: unknown): unknown => (Array.isArray(containers) ? containers.map((container) => ({ ...objectAt(container), image: '' })) : containers);
    return { ...spec, containers: withoutImages(spec['containers']), initContainers: withoutImages(spec['initContainers']) };
  };
  if (sameJson(frozen(pod), frozen(old))) return [];
  return [
    forbiddenChange(
      'spec',
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
  ];
}
