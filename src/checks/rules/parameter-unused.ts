import type { Rule } from '../rule.ts';
import { externalSecretReading } from './parameter-undeclared.ts';

export const parameterUnused: Rule = {
  id: 'parameter-unused',
  severity: 'info',
  summary: 'A secret parameter in Terraform that no ExternalSecret reads.',
  *check(facts) {
    if (!facts.hasManifests || facts.externalSecrets.length === 0) return;
    const read = new Set(facts.externalSecrets.flatMap(({ keys }) => keys.map(({ remoteKey }) => remoteKey)));
    for (const parameter of facts.parameters) {
      if (parameter.type !== 'SecureString' || !parameter.name.known || read.has(parameter.name.text)) continue;
      yield {
        message: `no ExternalSecret reads the parameter "${parameter.name.text}"`,
        cause: 'It is left over, or its reader is outside the manifests that were checked.',
        remedy: 'Remove it when nothing reads it: a secret that nobody needs can only leak.',
        place: parameter.name.place,
      };
    }
  },
  examples: {
    bad: { 'terraform/ssm.tf': 'resource "aws_ssm_parameter" "old" {\n  name  = "old-token"\n  type  = "SecureString"\n  value = "x"\n}\n', 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
    good: { 'terraform/ssm.tf': 'resource "aws_ssm_parameter" "key" {\n  name  = "bedrock-access-key-id"\n  type  = "SecureString"\n  value = "x"\n}\n', 'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id') },
  },
};
