import type { KubernetesObject } from '../../../kubernetes/types.ts';
import { at, isRecord, recordsAt, textAt, type JsonRecord } from '../../../resources/json.ts';
import { ownerLabels, type Owner } from '../../../resources/owner.ts';
import { credentialFields } from '../../../resources/parameter-names.ts';
import { isSidecar } from '../../../resources/pod-sidecars.ts';
import { workloadShape } from '../../../resources/workload-kinds.ts';

export interface ProbeJob {
  readonly name: string;
  readonly owner: Owner;
  /** The workload whose place the call is made from. */
  readonly workload: KubernetesObject;
  /** Which of its containers; its environment and mounts are taken. */
  readonly container: string;
  readonly image: string;
  /** As the call names it. */
  readonly modelId: string;
  /** Where the environment names none. */
  readonly region: string;
}

/** After this many seconds the cluster ends the Job, whatever becomes of the program. */
export const deadlineSeconds = 120;

/**
 * A Job that makes one call from where the workload's pods make theirs: same ServiceAccount, environment, volumes of
 * configuration, and the labels that network policies select by.
 *
 * With those labels a Service would select its pod too, and send it requests. So the pod is never Ready: it has a readiness
 * gate whose condition nobody sets, and what is not ready is in no Service's ready endpoints (Kubernetes docs, "Pod
 * Lifecycle", Pod readiness; a Service with `publishNotReadyAddresses` asks for such pods, and gets this one for seconds).
 * The labels by which controllers tell their own pods are left out; a pod with a controller is adopted by no other.
 */
export function probeJob(probe: ProbeJob): KubernetesObject {
  const template = at(probe.workload, ...workloadShape(probe.workload.kind).template);
  const spec = at(template, 'spec');
  const container = [...recordsAt(spec, 'containers'), ...recordsAt(spec, 'initContainers')].find((each) => each['name'] === probe.container) ?? {};
  const volumes = recordsAt(spec, 'volumes').filter(isConfiguration);
  const mounted = new Set(volumes.map((volume) => volume['name']));
  const sidecars = recordsAt(spec, 'initContainers').filter((each) => isSidecar(textAt(each, 'name') ?? ''));
  const labels = ownerLabels(probe.owner);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: probe.name, namespace: probe.owner.namespace, labels: { ...labels, [probeLabel]: 'true' } },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: deadlineSeconds,
      // The program deletes it; this is for a program that was killed.
      ttlSecondsAfterFinished: 60,
      template: {
        metadata: { labels: { ...networkLabels(template), ...labels, [probeLabel]: 'true' } },
        spec: {
          restartPolicy: 'Never',
          readinessGates: [{ conditionType: 'bedrock-access.dev/never-ready' }],
          securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
          ...Object.fromEntries(placement.flatMap((field) => (at(spec, field) === undefined ? [] : [[field, at(spec, field)]]))),
          ...(volumes.length === 0 ? {} : { volumes }),
          // What gives the credentials in some modes: native sidecars, which do not keep the Job from its end.
          ...(sidecars.length === 0 ? {} : { initContainers: sidecars }),
          containers: [
            {
              name: 'probe',
              image: probe.image,
              args: ['probe', '--model', probe.modelId, '--region', probe.region],
              env: [...recordsAt(container, 'env'), ...standardNames(container)],
              ...(recordsAt(container, 'envFrom').length === 0 ? {} : { envFrom: recordsAt(container, 'envFrom') }),
              ...mounts(container, mounted),
              resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '192Mi' } },
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  };
}

const probeLabel = 'bedrock-access.dev/verify';

/** What decides who the pod is, where it runs and how it reaches others. */
const placement = ['serviceAccountName', 'automountServiceAccountToken', 'imagePullSecrets', 'nodeSelector', 'tolerations', 'dnsPolicy', 'dnsConfig', 'hostAliases'];

/** Not disks: one that only one node may hold would keep the pod waiting. Not the node's files: the restricted profile forbids them (Kubernetes docs, "Pod Security Standards"). */
function isConfiguration(volume: JsonRecord): boolean {
  return ['secret', 'configMap', 'projected', 'downwardAPI', 'emptyDir'].some((sort) => volume[sort] !== undefined);
}

function mounts(container: JsonRecord, volumes: ReadonlySet<unknown>): { readonly volumeMounts?: readonly JsonRecord[] } {
  const kept = recordsAt(container, 'volumeMounts').filter(({ name }) => volumes.has(name));
  return kept.length === 0 ? {} : { volumeMounts: kept };
}

function networkLabels(template: unknown): Readonly<Record<string, string>> {
  const labels = at(template, 'metadata', 'labels');
  if (!isRecord(labels)) return {};
  return Object.fromEntries(Object.entries(labels).flatMap(([key, value]) => (typeof value === 'string' && !ofControllers.test(key) ? [[key, value]] : [])));
}

/** Kubernetes docs, "Well-Known Labels, Annotations and Taints"; Argo Rollouts' `rollouts-pod-template-hash`. */
const ofControllers = /^(pod-template-hash|pod-template-generation|rollouts-pod-template-hash|controller-revision-hash|controller-uid|job-name|(statefulset|apps)\.kubernetes\.io\/.*|batch\.kubernetes\.io\/.*)$/;

/** A client with names of its own for the pair has it under AWS's names here too: `$(NAME)` of a variable before it, which no object holds in plain text. */
function standardNames(container: JsonRecord): readonly JsonRecord[] {
  const entries = recordsAt(container, 'env');
  if (recordsAt(container, 'envFrom').length > 0) return [];
  return [credentialFields.accessKeyId, credentialFields.secretAccessKey].flatMap((key) => {
    if (entries.some(({ name }) => name === key)) return [];
    const own = entries.find((entry) => textAt(entry, 'valueFrom', 'secretKeyRef', 'key') === key);
    return own === undefined ? [] : [{ name: key, value: `$(${textAt(own, 'name') ?? ''})` }];
  });
}
