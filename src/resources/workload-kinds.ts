/** The kinds of workloads: where each keeps its pod template, and whether a changed template replaces its pods. */
import type { WorkloadKind } from '../access/types.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';

export interface WorkloadShape {
  readonly kind: WorkloadKind;
  readonly apiVersion: string;
  /** As in RBAC and `kubectl get`. */
  readonly plural: string;
  /** Fields on the way to the pod template. */
  readonly template: readonly string[];
  /** Pods that run are replaced when the template changes; otherwise only new runs have it. */
  readonly rollsOut: boolean;
  /** A Job's template cannot be changed once it exists (Kubernetes docs, "Jobs": it is immutable). */
  readonly fixedTemplate: boolean;
}

const plainTemplate = ['spec', 'template'];

export const workloadShapes: readonly WorkloadShape[] = [
  { kind: 'Deployment', apiVersion: 'apps/v1', plural: 'deployments', template: plainTemplate, rollsOut: true, fixedTemplate: false },
  { kind: 'StatefulSet', apiVersion: 'apps/v1', plural: 'statefulsets', template: plainTemplate, rollsOut: true, fixedTemplate: false },
  { kind: 'DaemonSet', apiVersion: 'apps/v1', plural: 'daemonsets', template: plainTemplate, rollsOut: true, fixedTemplate: false },
  { kind: 'CronJob', apiVersion: 'batch/v1', plural: 'cronjobs', template: ['spec', 'jobTemplate', 'spec', 'template'], rollsOut: false, fixedTemplate: false },
  { kind: 'Job', apiVersion: 'batch/v1', plural: 'jobs', template: plainTemplate, rollsOut: false, fixedTemplate: true },
  // Argo Rollouts; its CRD keys containers and variables by name as apps/v1 does (manifests/crds/rollout-crd.yaml).
  { kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1', plural: 'rollouts', template: plainTemplate, rollsOut: true, fixedTemplate: false },
];

export function workloadShape(kind: string): WorkloadShape {
  const found = workloadShapes.find((shape) => shape.kind === kind);
  if (found === undefined) throw new TypeError(`no workload is of kind ${kind}`);
  return found;
}

/** A value below the path of field names, as an object of that path: `{ spec: { template: value } }`. */
export function nested(path: readonly string[], value: unknown): Readonly<Record<string, unknown>> {
  const [first, ...rest] = path;
  if (first === undefined) throw new TypeError('a path has at least one field');
  return { [first]: rest.length === 0 ? value : nested(rest, value) };
}

export function workloadReference(object: KubernetesObject): { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string } {
  return { apiVersion: workloadShape(object.kind).apiVersion, kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' };
}
