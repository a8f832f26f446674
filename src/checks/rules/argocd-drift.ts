import type { Rule } from '../rule.ts';
import { externalSecretReading } from './parameter-undeclared.ts';

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: openhands, namespace: argocd }
spec:
  source: { repoURL: https://example.com/manifests.git, path: openhands }
  destination: { namespace: openhands }
  syncPolicy: { automated: { selfHeal: true } }
`;

export const argocdDrift: Rule = {
  id: 'argocd-drift',
  severity: 'warning',
  summary: 'An ExternalSecret leaves out fields that the operator fills in, so that Argo CD shows a difference for ever.',
  *check(facts) {
    if (facts.argoApplications.length === 0) return;
    for (const secret of facts.externalSecrets) {
      const [first] = secret.missingDefaults;
      if (!first) continue;
      yield {
        message: `ExternalSecret ${secret.name} leaves out ${secret.missingDefaults.map(({ field, value }) => `${field} (${value})`).join(', ')}`,
        cause: 'The API server fills the defaults in; Argo CD compares with git and reports OutOfSync.',
        remedy: 'Spell the defaults out.',
        place: first.place,
      };
    }
  },
  examples: {
    bad: { 'manifests/application.yaml': application, 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id').replace(', conversionStrategy: Default, decodingStrategy: None, metadataPolicy: None', '') },
    good: { 'manifests/application.yaml': application, 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
  },
};
