import type { Finding } from '../../finding.ts';
import type { PodFacts } from './facts.ts';

/**
 * Variables that make clients pass over the static key pair: a bearer token is preferred by every client tried; a session
 * token makes the pair of a permanent key invalid.
 */
const hiding: Readonly<Record<string, string>> = {
  AWS_BEARER_TOKEN_BEDROCK: 'clients prefer a bearer token over a key pair',
  AWS_SESSION_TOKEN: 'with a session token beside it AWS refuses a permanent key pair',
  AWS_PROFILE: 'a profile goes before the key pair in several SDKs',
};

/** Nothing in the pod's environment may hide the pair. */
export function podCredentialHidden({ namespace, workloads }: PodFacts): readonly Finding[] {
  // An API key is taken before everything else that a pod may have (measured with every client).
  return workloads.filter(({ expected }) => !expected.some(({ name }) => name === 'AWS_BEARER_TOKEN_BEDROCK')).flatMap(({ pods }) =>
    pods.flatMap((pod) =>
      pod.containers.flatMap((container) =>
        Object.entries(hiding).flatMap(([variable, why]): readonly Finding[] => {
          const found = container.variables.get(variable);
          if (found === undefined || found.holds === 'nothing' || (typeof found.holds === 'object' && 'value' in found.holds && found.holds.value === '')) return [];
          return [
            {
              id: 'pod-credential-hidden',
              severity: 'error',
              message: `container ${container.name} of pod ${pod.name} has ${variable} (from ${found.from}) beside the key pair`,
              cause: `${why}, so the pair of this access is not what it uses.`,
              remedy: `Take ${variable} out of the workload.`,
              place: { resource: `Pod ${namespace}/${pod.name}` },
            },
          ];
        }),
      ),
    ),
  );
}
