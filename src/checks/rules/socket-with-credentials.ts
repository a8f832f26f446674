import { keyVariables } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

const entry = '- { name: AWS_ACCESS_KEY_ID, valueFrom: { secretKeyRef: { name: bedrock-credentials, key: AWS_ACCESS_KEY_ID } } }';

export const socketWithCredentials: Rule = {
  id: 'socket-with-credentials',
  severity: 'warning',
  summary: "A pod with credentials also holds the container runtime's socket.",
  *check(facts) {
    for (const workload of facts.workloads) {
      if (!workload.mountsDockerSocket) continue;
      const holder = workload.containers.find(({ environment }) => environment.some(({ name }) => keyVariables.has(name)));
      if (!holder) continue;
      yield {
        message: `${workload.kind} ${workload.name} holds a key pair and the node's container socket`,
        cause: 'Whoever controls the application can read the environment of every container of the node; and containers that it starts keep an old key after a rotation.',
        remedy: 'Run the agent in pods of its own instead of through the socket, or give it short-lived credentials.',
        place: workload.mountsDockerSocket,
      };
    }
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith(entry, { podSpec: 'volumes: [{ name: docker, hostPath: { path: /var/run/docker.sock } }]' }) },
    good: { 'manifests/deployment.yaml': deploymentWith(entry) },
  },
};
