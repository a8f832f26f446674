import type { Rule } from '../rule.ts';
import { externalSecretReading } from './parameter-undeclared.ts';

const operator = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: external-secrets, namespace: argocd }
spec:
  source: { repoURL: https://charts.external-secrets.io, chart: external-secrets, targetRevision: 0.18.2 }
`;

export const apiVersionNotServed: Rule = {
  id: 'api-version-not-served',
  severity: 'error',
  summary: 'An ExternalSecret of an API version that the operator in use does not serve.',
  *check(facts) {
    const operatorVersion = facts.operatorVersion;
    if (!operatorVersion) return;
    const [major = 0, minor = 0] = operatorVersion.version.split('.').map(Number);
    // v1 came with 0.16, v1beta1 is served no longer from 0.17 on (external-secrets release notes v0.16.0, v0.17.0).
    const atLeast = (wanted: number): boolean => major > 0 || minor >= wanted;
    for (const secret of facts.externalSecrets) {
      const version = secret.apiVersion.text.split('/')[1];
      const served = version === 'v1' ? atLeast(16) : version === 'v1beta1' ? !atLeast(17) : false;
      if (served) continue;
      const wanted = atLeast(16) ? 'external-secrets.io/v1' : 'external-secrets.io/v1beta1';
      yield {
        message: `External Secrets Operator ${operatorVersion.version} does not serve ${secret.apiVersion.text}`,
        cause: 'The API server refuses the object ("no matches for kind ExternalSecret"), and the sync fails.',
        remedy: `Write apiVersion: ${wanted}.`,
        place: secret.apiVersion.place,
        fix: { place: secret.apiVersion.place, find: secret.apiVersion.text, text: wanted },
      };
    }
  },
  examples: {
    bad: { 'manifests/operator.yaml': operator, 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id').replace('external-secrets.io/v1', 'external-secrets.io/v1beta1') },
    good: { 'manifests/operator.yaml': operator, 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
  },
};
