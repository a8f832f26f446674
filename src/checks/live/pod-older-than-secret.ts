import type { Finding } from '../../finding.ts';
import type { ContainerFact, PodFact, PodFacts } from './facts.ts';

/** A container takes its variables when it starts: one that started before the Secret changed holds the old key. */
export function podOlderThanSecret(facts: PodFacts): readonly Finding[] {
  return facts.workloads.flatMap(({ workload, pods }) =>
    pods.flatMap((pod) =>
      pod.containers
        .filter((container) => holdsOldKey(startOf(pod, container), facts))
        .map((container): Finding => ({
          id: 'pod-older-than-secret',
          severity: 'error',
          message: `container ${container.name} of pod ${pod.name} started ${container.startedAt?.toISOString() ?? ''}, before Secret ${facts.secretName} changed (${facts.secretChangedAt?.toISOString() ?? ''})`,
          cause: 'Variables from a Secret are read once, when the container starts; it goes on with the old key until it is started again.',
          remedy: `Restart it: kubectl rollout restart ${workload.kind.toLowerCase()}/${workload.name} -n ${facts.namespace}. With \`spec.restart: now\` the program does so itself.`,
          place: { resource: `Pod ${facts.namespace}/${pod.name}` },
        })),
    ),
  );
}

/** When a container started, and for which key its pod was started. */
export interface ContainerStart {
  readonly startedAt?: Date;
  readonly startedFor?: string;
}

/** Kubernetes gives both times in whole seconds, so only a difference counts. A pod that was started for the Secret's present key holds it. */
export function holdsOldKey({ startedAt, startedFor }: ContainerStart, facts: Pick<PodFacts, 'secretChangedAt' | 'secretKeyId'>): boolean {
  if (startedAt === undefined || facts.secretChangedAt === undefined) return false;
  if (startedFor !== undefined && startedFor === facts.secretKeyId) return false;
  return seconds(startedAt) < seconds(facts.secretChangedAt);
}

function startOf({ startedFor }: PodFact, { startedAt }: ContainerFact): ContainerStart {
  return { ...(startedAt === undefined ? {} : { startedAt }), ...(startedFor === undefined ? {} : { startedFor }) };
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
