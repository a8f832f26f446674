import { containersOf } from '../identity.ts';
import type { RepositoryFacts } from '../facts.ts';
import { bearerTypeOf } from '../../access/credential-mode.ts';
import { keySortOf } from '../../resources/key-sort.ts';
import { credentialFields } from '../../resources/parameter-names.ts';
import { sessionSecretNames } from '../../resources/session.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';
import { externalSecretReading } from './parameter-undeclared.ts';

export const secretMissing: Rule = {
  id: 'secret-missing',
  severity: 'error',
  summary: 'A container refers to a Secret, or to a key of one, that nothing makes.',
  *check(facts) {
    for (const { workload, container } of containersOf(facts)) {
      for (const { name, from, valuePlace } of container.environment) {
        if (from?.kind !== 'Secret' || from.optional || from.name === '') continue;
        const keys = keysOf(from.name, workload.namespace, facts);
        if (keys === 'any' || (Array.isArray(keys) && keys.includes(from.key))) continue;
        yield {
          message: keys === undefined ? `nothing makes the Secret "${from.name}" that ${name} of ${workload.kind} ${workload.name} needs` : `the Secret "${from.name}" will have no key "${from.key}", which ${name} of ${workload.kind} ${workload.name} needs`,
          cause: keys === undefined ? 'No manifest, ExternalSecret, generator or declaration of these repositories has that name in that namespace: the pod stays in CreateContainerConfigError.' : `It will hold ${keys.length === 0 ? 'no keys' : keys.map((key) => `"${key}"`).join(', ')}.`,
          remedy: keys === undefined ? `Add an ExternalSecret with target.name "${from.name}", or correct the name.` : 'Correct the key, or add it to the ExternalSecret.',
          place: valuePlace,
          ...(keys === undefined ? { severity: 'warning' as const } : {}),
        };
      }
    }
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_ACCESS_KEY_ID, valueFrom: { secretKeyRef: { name: bedrock-credentials, key: ACCESS_KEY } } }'), 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
    good: { 'manifests/deployment.yaml': deploymentWith('- { name: AWS_ACCESS_KEY_ID, valueFrom: { secretKeyRef: { name: bedrock-credentials, key: AWS_ACCESS_KEY_ID } } }'), 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
  },
};

/** The keys that a Secret will have; `any` where they cannot be seen; undefined where nothing makes it. */
function keysOf(name: string, namespace: string | undefined, facts: RepositoryFacts): readonly string[] | 'any' | undefined {
  const near = (other: string | undefined): boolean => namespace === undefined || other === undefined || other === namespace;
  const keys: string[] = [];
  let found = false;
  for (const secret of facts.externalSecrets.filter((candidate) => candidate.target === name && near(candidate.namespace))) {
    if (secret.openKeys) return 'any';
    found = true;
    keys.push(...(secret.templateKeys ?? secret.keys.map(({ secretKey }) => secretKey)));
  }
  for (const source of facts.configSources.filter((candidate) => candidate.kind === 'Secret' && candidate.name === name && near(candidate.namespace))) {
    if (!source.keys) return 'any';
    found = true;
    keys.push(...source.keys);
  }
  for (const { access } of facts.accesses.filter((candidate) => candidate.access.spec.names.secret === name && near(candidate.access.metadata.namespace))) {
    found = true;
    keys.push(...Object.values(keySortOf(access)?.fields ?? {}));
  }
  // No repository holds a short-term API key: who renews it makes it.
  if (facts.accesses.some(({ access: { metadata, spec } }) => bearerTypeOf(spec.credentials) === 'SHORT_TERM' && sessionSecretNames(metadata.name).apiKey === name && near(metadata.namespace))) {
    found = true;
    keys.push(credentialFields.apiKey);
  }
  return found ? keys : undefined;
}
