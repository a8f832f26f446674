import { parametersOf } from '../../resources/parameter-names.ts';
import { profileParameters } from '../../resources/profile-delivery.ts';
import { stores } from '../../resources/stores/index.ts';
import type { StoreService } from '../../resources/stores/store.ts';
import type { ExternalSecretFact, RepositoryFacts } from '../facts.ts';
import type { Rule } from '../rule.ts';

export const parameterUndeclared: Rule = {
  id: 'parameter-undeclared',
  severity: 'warning',
  summary: 'An ExternalSecret reads a parameter or secret that nothing in Terraform or in a declaration makes.',
  *check(facts) {
    if (!facts.hasTerraform) return;
    for (const secret of facts.externalSecrets) {
      const services = stores.filter(({ service }) => mayRead(secret, service, facts));
      const [store] = services;
      // Another provider's, which nothing here is said about.
      if (store === undefined) continue;
      const known = declaredParameters(facts);
      const open = facts.parameters.some(({ name, service }) => !name.known && services.some((may) => may.service === service));
      for (const key of secret.keys) {
        // What is declared for the other store is another rule's finding (`secret-store-mismatch`).
        if (key.remoteKey === '' || known.some(({ name }) => name === key.remoteKey) || carriesProfile(key.remoteKey, facts)) continue;
        yield {
          message: `nothing declares the ${store.noun} "${key.remoteKey}" that ExternalSecret ${secret.name} reads`,
          cause: 'It was made by hand, its name changed on one side only, or its Terraform is not merged yet: until it exists the Secret is not made.',
          remedy: `Declare ${resourceTypes[store.service]} with name = "${key.remoteKey}", or correct the key.`,
          place: key.place,
          ...(open ? { undecided: true } : {}),
        };
      }
    }
  },
  examples: {
    bad: { 'terraform/ssm.tf': 'resource "aws_ssm_parameter" "key" {\n  name  = "bedrock-key-id"\n  type  = "SecureString"\n  value = "x"\n}\n', 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
    good: { 'terraform/ssm.tf': 'resource "aws_ssm_parameter" "key" {\n  name  = "bedrock-access-key-id"\n  type  = "SecureString"\n  value = "x"\n}\n', 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
  },
};

const resourceTypes: Readonly<Record<StoreService, string>> = { ParameterStore: 'aws_ssm_parameter', SecretsManager: 'aws_secretsmanager_secret' };

/** What Terraform declares, and what the program makes for a declared access. */
export function declaredParameters(facts: RepositoryFacts): readonly { readonly service: StoreService; readonly name: string }[] {
  const made = facts.accesses.flatMap(({ access }) => parametersOf(access));
  return [...facts.parameters.filter(({ name }) => name.known).map(({ service, name }) => ({ service, name: name.text })), ...made];
}

/** Is it the name of a parameter that the program makes to carry the ARN of an application profile? */
function carriesProfile(name: string, { accesses }: RepositoryFacts): boolean {
  return accesses.some(({ access }) => access.spec.managedBy.iam === 'program' && name.startsWith(profileParameters(access)?.slice(0, -1) ?? '\n'));
}

/** May an ExternalSecret read what lies in this service? A store that is not among the manifests may be of either. */
export function mayRead({ store }: Pick<ExternalSecretFact, 'store'>, service: StoreService, { stores: known }: Pick<RepositoryFacts, 'stores'>): boolean {
  const named = known.filter(({ name, service: of }) => name === store.name && of !== undefined);
  return named.length === 0 || named.some(({ service: of }) => of === service);
}

export function externalSecretReading(key: string): string {
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: bedrock-credentials, namespace: openhands }
spec:
  refreshInterval: 1h
  secretStoreRef: { kind: ClusterSecretStore, name: parameterstore }
  target: { name: bedrock-credentials, creationPolicy: Owner, deletionPolicy: Retain }
  data:
    - secretKey: AWS_ACCESS_KEY_ID
      remoteRef: { key: ${key}, conversionStrategy: Default, decodingStrategy: None, metadataPolicy: None }
`;
}
