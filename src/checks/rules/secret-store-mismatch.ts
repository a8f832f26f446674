import type { Rule } from '../rule.ts';
import { externalSecretReading } from './parameter-undeclared.ts';

const store = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: parameterstore }
spec:
  conditions: [{ namespaces: [openhands] }]
  provider: { aws: { service: ParameterStore, region: ap-northeast-1 } }
`;

export const secretStoreMismatch: Rule = {
  id: 'secret-store-mismatch',
  severity: 'error',
  summary: 'An ExternalSecret names a store that is not there, by name, kind or namespace.',
  *check(facts) {
    if (facts.stores.length === 0) return;
    for (const secret of facts.externalSecrets) {
      const { kind, name, place } = secret.store;
      if (name === '') continue; // per-key sourceRef
      const sameName = facts.stores.filter((candidate) => candidate.name === name);
      if (sameName.some((candidate) => candidate.kind === kind && (kind === 'ClusterSecretStore' || secret.namespace === undefined || candidate.namespace === undefined || candidate.namespace === secret.namespace))) continue;
      const other = sameName[0];
      yield {
        message: other ? `ExternalSecret ${secret.name} names ${kind} "${name}", but "${name}" is a ${other.kind}${other.kind === kind ? ` of namespace ${other.namespace}` : ''}` : `no ${kind} "${name}" is in the manifests, which ExternalSecret ${secret.name} names`,
        cause: 'External Secrets Operator finds no such store, and the Secret is never made.',
        remedy: other ? `Write kind: ${other.kind}${other.kind === kind ? ', in the namespace of the store' : ''}.` : `Use one of ${facts.stores.map((candidate) => `${candidate.kind} "${candidate.name}"`).join(', ')}.`,
        place,
      };
    }
  },
  examples: {
    bad: { 'manifests/store.yaml': store, 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id').replace('kind: ClusterSecretStore', 'kind: SecretStore') },
    good: { 'manifests/store.yaml': store, 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
  },
};
