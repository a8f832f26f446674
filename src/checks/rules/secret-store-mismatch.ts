import type { Rule } from '../rule.ts';
import { storeOf } from '../../resources/stores/index.ts';
import { declaredParameters, externalSecretReading, mayRead } from './parameter-undeclared.ts';

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
  summary: 'An ExternalSecret names a store that is not there, by name, kind or namespace, or one that reads another service than the one where the secret lies.',
  *check(facts) {
    if (facts.stores.length === 0) return;
    const declared = declaredParameters(facts);
    for (const secret of facts.externalSecrets) {
      const { kind, name, place } = secret.store;
      for (const key of secret.keys) {
        const lies = declared.filter((parameter) => parameter.name === key.remoteKey);
        const [elsewhere] = lies;
        if (elsewhere === undefined || lies.some(({ service }) => mayRead(secret, service, facts))) continue;
        const { noun, service } = storeOf(elsewhere);
        yield {
          message: `ExternalSecret ${secret.name} reads "${key.remoteKey}" through ${kind} "${name}", and it is a ${noun} of ${service}, which that store does not read`,
          cause: 'A store reads one service; what lies in the other is not found, whatever its name.',
          remedy: `Name a store with service: ${service}${facts.stores.filter((candidate) => candidate.service === service).map((candidate) => `, such as ${candidate.kind} "${candidate.name}"`).join('')}.`,
          place: key.place,
        };
      }
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
