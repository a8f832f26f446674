import type { Finding } from '../../finding.ts';
import type { PodFacts } from './facts.ts';

/** The workload must be there, with pods that run. */
export function podMissing({ namespace, workloads }: PodFacts): readonly Finding[] {
  return workloads.flatMap(({ workload, found, pods }): readonly Finding[] => {
    const name = `${workload.kind} ${namespace}/${workload.name}`;
    const place = { resource: name, field: 'spec.workloads' };
    if (!found) {
      return [
        {
          id: 'workload-missing',
          severity: 'error',
          message: `there is no ${name}`,
          cause: 'It was never deployed, or has another name or namespace than the declaration says.',
          remedy: `See what is there (kubectl get ${workload.kind.toLowerCase()}s -n ${namespace}) and correct spec.workloads, or deploy it.`,
          place,
        },
      ];
    }
    if (pods.length === 0) {
      return [
        {
          id: 'pod-missing',
          severity: 'warning',
          message: `${name} has no pods`,
          cause: 'It is scaled to zero, or its pods cannot be made.',
          remedy: `Look at it: kubectl describe ${workload.kind.toLowerCase()} ${workload.name} -n ${namespace}. The other checks use what the next pod would get.`,
          place,
        },
      ];
    }
    return pods.flatMap(({ name: pod, trouble }): readonly Finding[] =>
      trouble === undefined
        ? []
        : [
            {
              id: 'pod-not-running',
              severity: 'error',
              message: `${name}: ${trouble}`,
              cause: 'Kubernetes says so in the status of the pod.',
              remedy: `Look at it: kubectl describe pod ${pod} -n ${namespace}.`,
              place: { resource: `Pod ${namespace}/${pod}` },
            },
          ],
    );
  });
}
