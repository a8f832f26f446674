import { AccessError } from '../../../errors/error.ts';
import type { Clock } from '../../../clock.ts';
import { KubernetesCallError } from '../../../kubernetes/error.ts';
import type { Kubernetes, KubernetesObject } from '../../../kubernetes/types.ts';
import { recordsAt, textAt } from '../../../resources/json.ts';
import { deadlineSeconds } from './job.ts';
import { readProbeAnswer, type ProbeAnswer } from './probe-answer.ts';

/**
 * Runs the Job, reads what it printed, and deletes it, also when the run is interrupted.
 * @throws AccessError `probe-image-missing`, `probe-refused`, `probe-silent`; what the cluster refuses
 */
export async function runProbe(job: KubernetesObject, { kubernetes, clock, signal }: { readonly kubernetes: Kubernetes; readonly clock: Clock; readonly signal: AbortSignal }): Promise<ProbeAnswer> {
  const { name = '', namespace = '' } = job.metadata;
  const reference = { apiVersion: 'batch/v1', kind: 'Job', namespace, name } as const;
  await kubernetes.create(job);
  try {
    const until = clock.now().getTime() + (deadlineSeconds + 30) * 1000;
    for (;;) {
      await clock.sleep(1000, signal);
      const [pod] = await kubernetes.list('v1', 'Pod', { namespace, labelSelector: `batch.kubernetes.io/job-name=${name}` });
      const trouble = pod === undefined ? undefined : startTrouble(pod);
      if (trouble !== undefined) throw cannotStart(trouble, job);
      const phase = pod === undefined ? undefined : textAt(pod, 'status', 'phase');
      if (pod !== undefined && (phase === 'Succeeded' || phase === 'Failed')) return await answerOf(pod, kubernetes, job);
      if (clock.now().getTime() > until) throw silent(job, phase === undefined ? 'no pod was made for it' : `its pod is ${phase}`);
    }
  } finally {
    // Background: the pod goes with it. Gone already is as good.
    await kubernetes.remove(reference, { propagation: 'Background' }).catch((error: unknown) => {
      if (!(error instanceof KubernetesCallError) || error.kind !== 'not-found') throw error;
    });
  }
}

async function answerOf(pod: KubernetesObject, kubernetes: Kubernetes, job: KubernetesObject): Promise<ProbeAnswer> {
  const answer = readProbeAnswer(await kubernetes.podLogs(pod.metadata.namespace ?? '', pod.metadata.name ?? '', { container: 'probe', tailLines: 50 }));
  if (answer === undefined) throw silent(job, 'its log holds no answer of the program');
  return answer;
}

interface Trouble {
  readonly reason: string;
  readonly message: string;
}

/** What no waiting mends. */
const hopeless: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

function startTrouble(pod: KubernetesObject): Trouble | undefined {
  for (const status of recordsAt(pod, 'status', 'containerStatuses')) {
    const reason = textAt(status, 'state', 'waiting', 'reason');
    if (reason !== undefined && hopeless.has(reason)) return { reason, message: textAt(status, 'state', 'waiting', 'message') ?? '' };
  }
  return undefined;
}

function cannotStart({ reason, message }: Trouble, job: KubernetesObject): AccessError {
  const isImage = /Image/.test(reason);
  return new AccessError(isImage ? 'probe-image-missing' : 'probe-refused', `the pod of Job ${job.metadata.namespace ?? ''}/${job.metadata.name ?? ''} cannot start: ${reason}`, {
    cause: message === '' ? 'Kubernetes says no more.' : `Kubernetes says: ${message}.`,
    remedy: isImage ? 'Push the image of deploy/Dockerfile where the cluster can pull it, and name it with --image.' : 'Put right what Kubernetes names: the workload itself would not start with it either.',
    place: { resource: `Job ${job.metadata.namespace ?? ''}/${job.metadata.name ?? ''}` },
  });
}

function silent(job: KubernetesObject, what: string): AccessError {
  return new AccessError('probe-silent', `Job ${job.metadata.namespace ?? ''}/${job.metadata.name ?? ''} gave no answer: ${what}`, {
    cause: 'Its pod could not be scheduled, an admission policy refuses it, the image is another program, or the network swallowed the call.',
    remedy: 'Look at the events: kubectl get events -n NAMESPACE; check that --image names this program, and that a network policy lets the pod reach Amazon Bedrock and the cluster\'s DNS.',
    place: { resource: `Job ${job.metadata.namespace ?? ''}/${job.metadata.name ?? ''}` },
  });
}
