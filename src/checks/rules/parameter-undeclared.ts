import type { RepositoryFacts } from '../facts.ts';
import type { Rule } from '../rule.ts';

export const parameterUndeclared: Rule = {
  id: 'parameter-undeclared',
  severity: 'warning',
  summary: 'An ExternalSecret reads a parameter that nothing in Terraform or in a declaration makes.',
  *check(facts) {
    if (!facts.hasTerraform) return;
    const known = declaredParameters(facts);
    const open = facts.parameters.some(({ name }) => !name.known);
    for (const secret of facts.externalSecrets) {
      if (facts.stores.some((store) => store.name === secret.store.name && store.service !== undefined && store.service !== 'ParameterStore')) continue;
      for (const key of secret.keys) {
        if (key.remoteKey === '' || known.has(key.remoteKey)) continue;
        yield {
          message: `nothing declares the parameter "${key.remoteKey}" that ExternalSecret ${secret.name} reads`,
          cause: 'It was made by hand, its name changed on one side only, or its Terraform is not merged yet: until it exists the Secret is not made.',
          remedy: `Declare aws_ssm_parameter with name = "${key.remoteKey}", or correct the key.`,
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

/** Names that Terraform declares, and those that the program makes for a declared access. */
export function declaredParameters(facts: RepositoryFacts): ReadonlySet<string> {
  const made = facts.accesses.flatMap(({ access }) => {
    const { names, credentials } = access.spec;
    if (credentials.accessKey === undefined) return [];
    return credentials.accessKey.layout === 'pair' ? [names.accessKeyIdParameter, names.secretAccessKeyParameter] : [names.parameter];
  });
  return new Set([...facts.parameters.filter(({ name }) => name.known).map(({ name }) => name.text), ...made]);
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
