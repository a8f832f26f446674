/** The rules about parameters, where the secret lies in Secrets Manager. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleExample } from '../../src/checks/rule.ts';
import { policyWith } from '../../src/checks/rules/examples.ts';
import { externalSecretReading } from '../../src/checks/rules/parameter-undeclared.ts';
import { check } from './checked.ts';

const store = (service: 'ParameterStore' | 'SecretsManager', name = 'parameterstore'): string => `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: ${name} }
spec:
  conditions: [{ namespaces: [openhands] }]
  provider: { aws: { service: ${service}, region: ap-northeast-1 } }
`;
const secret = (name: string): string => `resource "aws_secretsmanager_secret" "pair" {\n  name = "${name}"\n}\n`;
const parameter = (name: string): string => `resource "aws_ssm_parameter" "pair" {\n  name  = "${name}"\n  type  = "SecureString"\n  value = "x"\n}\n`;
const key = 'resource "aws_iam_user" "u" {\n  name = "bedrock-openhands-user"\n}\nresource "aws_iam_access_key" "k" {\n  user = aws_iam_user.u.name\n}\n';
const declaration = (service: string): string => `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: openhands, namespace: openhands }
spec:
  account: "123456789012"
  region: us-west-2
  models: [{ id: us.anthropic.claude-sonnet-4-6, role: default }]
  workloads: [{ kind: Deployment, name: openhands, client: openhands }]
  credentials:
    accessKey:
      secretStore: { kind: ClusterSecretStore, name: parameterstore, service: ${service}, region: ap-northeast-1 }
`;

async function found(files: RuleExample, ...ids: readonly string[]): Promise<readonly string[]> {
  const { findings } = await check(files);
  return findings.filter(({ id }) => ids.includes(id)).map(({ id, message, remedy }) => `${id}: ${message}. ${remedy}`);
}

const reading = (name: string): string => externalSecretReading(name);
const aboutNames = ['parameter-undeclared', 'parameter-unused', 'secret-store-mismatch', 'parameter-name-refused'] as const;

test('a secret that Terraform or a declaration makes in the service that the store reads is neither undeclared nor unused', async () => {
  assert.deepEqual(await found({ 'terraform/a.tf': secret('ssm-pair'), 'manifests/store.yaml': store('SecretsManager'), 'manifests/es.yaml': reading('ssm-pair') }, ...aboutNames), []);
  assert.deepEqual(await found({ 'terraform/a.tf': key, 'manifests/store.yaml': store('SecretsManager'), 'manifests/access.yaml': declaration('SecretsManager'), 'manifests/es.yaml': reading('bedrock-openhands-credentials') }, ...aboutNames), []);
  // Where the store is not among the manifests, it may be of either service.
  assert.deepEqual(await found({ 'terraform/a.tf': secret('pair'), 'manifests/es.yaml': reading('pair') }, ...aboutNames), []);
});

test('a secret that nothing declares, and one that nothing reads, are said in the words of Secrets Manager', async () => {
  const said = await found({ 'terraform/a.tf': secret('left-over'), 'manifests/store.yaml': store('SecretsManager'), 'manifests/es.yaml': reading('pair') }, ...aboutNames);
  assert.deepEqual(new Set(said.map((line) => line.split('. ')[0])), new Set(['parameter-undeclared: nothing declares the secret "pair" that ExternalSecret bedrock-credentials reads', 'parameter-unused: no ExternalSecret reads the secret "left-over"']));
  assert.ok(said.some((line) => line.includes('aws_secretsmanager_secret')));
});

for (const [lies, made, reads] of [['SecretsManager', secret('pair'), 'ParameterStore'], ['ParameterStore', parameter('pair'), 'SecretsManager']] as const) {
  test(`what lies in ${lies} and is read through a store of ${reads} is a mismatch, with a store that would find it`, async () => {
    const said = await found({ 'terraform/a.tf': made, 'manifests/store.yaml': store(reads), 'manifests/other.yaml': store(lies, 'right'), 'manifests/es.yaml': reading('pair') }, 'secret-store-mismatch', 'parameter-undeclared');
    assert.equal(said.length, 1, said.join('\n'));
    assert.match(said[0]!, new RegExp(`^secret-store-mismatch: .*"pair" through ClusterSecretStore "parameterstore", and it is a (secret|parameter) of ${lies}, .*such as ClusterSecretStore "right"`));
  });
}

test('who may read every secret is told, by any of the actions that read, and a name of its own is enough', async () => {
  const policies = async (actions: readonly string[], resources: readonly string[]): Promise<number> => (await found({ 'terraform/iam.tf': policyWith(actions, resources) }, 'parameter-access-too-wide')).length;
  for (const action of ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue', 'secretsmanager:*', 'secretsmanager:Get*']) {
    for (const resource of ['*', 'arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:*', 'arn:aws:secretsmanager:ap-northeast-1:123456789012:*']) assert.equal(await policies([action], [resource]), 1, `${action} ${resource}`);
  }
  assert.equal(await policies(['secretsmanager:GetSecretValue'], ['arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:bedrock-openhands-credentials-??????']), 0);
  assert.equal(await policies(['secretsmanager:DescribeSecret'], ['*']), 0);
});

test('a region that does not exist is found in the ARN of a secret too', async () => {
  const said = await found({ 'terraform/iam.tf': policyWith(['secretsmanager:GetSecretValue'], ['arn:aws:secretsmanager:asia-northeast-1:123456789012:secret:x-??????']) }, 'unknown-region');
  assert.match(said.join(), /asia-northeast-1.*ap-northeast-1/);
});

test('a key is followed through a secret to the user, and a pair that is split over two secrets is told', async () => {
  const version = (label: string, of: string): string => `resource "aws_secretsmanager_secret" "${label}" {\n  name = "${label}"\n}\nresource "aws_secretsmanager_secret_version" "${label}" {\n  secret_id     = aws_secretsmanager_secret.${label}.id\n  secret_string = aws_iam_access_key.k.${of}\n}\n`;
  const said = await found({ 'terraform/a.tf': key + version('id', 'id') + version('half', 'secret') }, 'key-pair-split', 'secret-in-state');
  assert.equal(said.length, 2, said.join('\n'));
  assert.match(said.join('\n'), /split over "id" and "half"/);
});
