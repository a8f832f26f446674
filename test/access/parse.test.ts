import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccess } from '../../src/access/parse.ts';

const openhands = `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: openhands, namespace: openhands }
spec:
  account: "123456789012"                 # a caller of another account is refused
  region: us-west-2                       # where Bedrock is called
  models: [{ id: us.anthropic.claude-sonnet-4-6, role: default }]
  workloads: [{ kind: Deployment, name: openhands, client: openhands }]
  credentials:
    accessKey:
      secretStore: { kind: ClusterSecretStore, name: parameterstore, service: ParameterStore, region: ap-northeast-1 }
      rotateAfter: 30d
  budget: { monthly: "50", currency: USD, whenExceeded: deny }
`;

test('the declaration of the design gives the names of the original request', () => {
  const { accesses, findings } = parseAccess(openhands, { file: 'openhands.yaml' });
  assert.deepEqual(findings, []);
  assert.deepEqual(accesses[0]?.access.spec.names, {
    user: 'bedrock-openhands-user',
    path: '/service/',
    policy: 'bedrock-openhands-policy',
    parameter: 'bedrock-openhands-credentials',
    accessKeyIdParameter: 'bedrock-access-key-id',
    secretAccessKeyParameter: 'bedrock-secret-access-key',
    secret: 'bedrock-credentials',
    environment: 'bedrock-openhands-environment',
  });
});
