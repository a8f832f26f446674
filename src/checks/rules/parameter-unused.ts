import type { Rule } from '../rule.ts';
import { storeOf } from '../../resources/stores/index.ts';
import { externalSecretReading, mayRead } from './parameter-undeclared.ts';

export const parameterUnused: Rule = {
  id: 'parameter-unused',
  severity: 'info',
  summary: 'A secret in Terraform, of Parameter Store or Secrets Manager, that no ExternalSecret reads.',
  *check(facts) {
    if (!facts.hasManifests || facts.externalSecrets.length === 0) return;
    for (const { service, type, name } of facts.parameters) {
      if ((service === 'ParameterStore' && type !== 'SecureString') || !name.known) continue;
      if (facts.externalSecrets.some((secret) => mayRead(secret, service, facts) && secret.keys.some(({ remoteKey }) => remoteKey === name.text))) continue;
      yield {
        message: `no ExternalSecret reads the ${storeOf({ service }).noun} "${name.text}"`,
        cause: 'It is left over, or its reader is outside the manifests that were checked.',
        remedy: 'Remove it when nothing reads it: a secret that nobody needs can only leak.',
        place: name.place,
      };
    }
  },
  examples: {
    bad: { 'terraform/ssm.tf': 'resource "aws_ssm_parameter" "old" {\n  name  = "old-token"\n  type  = "SecureString"\n  value = "x"\n}\n', 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
    good: { 'terraform/ssm.tf': 'resource "aws_ssm_parameter" "key" {\n  name  = "bedrock-access-key-id"\n  type  = "SecureString"\n  value = "x"\n}\n', 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
  },
};
