import { containersOf, keySecrets } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';
import { externalSecretReading } from './parameter-undeclared.ts';

const entry = '- { name: AWS_ACCESS_KEY_ID, valueFrom: { secretKeyRef: { name: bedrock-credentials, key: AWS_ACCESS_KEY_ID } } }';

export const noRestartOnRotation: Rule = {
  id: 'no-restart-on-rotation',
  severity: 'warning',
  summary: 'A workload takes its key from the environment, and nothing restarts it when the key changes.',
  *check(facts) {
    if (facts.reloader?.autoReloadAll === true) return;
    const seen = new Set<string>();
    for (const use of containersOf(facts)) {
      const { workload } = use;
      const [secret] = keySecrets(use, facts);
      const label = `${workload.namespace} ${workload.kind} ${workload.name}`;
      if (!secret || seen.has(label) || ['Job', 'CronJob', 'Pod'].includes(workload.kind)) continue;
      seen.add(label);
      if (restarts({ ...workload.podAnnotations, ...workload.annotations }, secret.target)) continue;
      // The program restarts what it manages itself.
      if (facts.accesses.some(({ access }) => access.spec.names.secret === secret.target && access.spec.restart !== 'never')) continue;
      yield {
        message: `${workload.kind} ${workload.name} keeps the old key after a rotation`,
        cause: `Environment variables are read when a container starts; the Secret ${secret.target} changes, the pods do not${facts.reloader ? ': Reloader restarts only what asks for it' : ''}.`,
        remedy: `Annotate it with \`secret.reloader.stakater.com/reload: ${secret.target}\`, or let \`bedrock-access\` restart it.`,
        place: workload.place,
      };
    }
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith(entry), 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
    good: { 'manifests/deployment.yaml': deploymentWith(entry, { annotations: 'secret.reloader.stakater.com/reload: bedrock-credentials' }), 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
  },
};

/** Reloader's annotations (stakater/Reloader README, "How to use"). */
function restarts(annotations: Readonly<Record<string, string>>, secret: string): boolean {
  if (annotations['reloader.stakater.com/auto'] === 'true' || annotations['secret.reloader.stakater.com/auto'] === 'true') return true;
  return (annotations['secret.reloader.stakater.com/reload'] ?? '').split(',').some((name) => name.trim() === secret);
}
