import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccess } from '../../src/access/parse.ts';
import { line, only, openhands } from './declarations.ts';

const short = `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: openhands, namespace: openhands }
spec:
  account: "123456789012"
  region: us-west-2
  models: [us.anthropic.claude-sonnet-4-6]
  workloads: [Deployment/openhands]
  credentials: { accessKey: parameterstore@ap-northeast-1 }
`;

test('the short form means the same as the long one', () => {
  const { rotateAfter: _, ...accessKey } = only(openhands).access.spec.credentials.accessKey ?? {};
  const { budget: __, ...spec } = only(openhands).access.spec;
  assert.deepEqual(only(short).access.spec, { ...spec, credentials: { accessKey } });
});

test('one string for a list of one is enough', () => {
  const single = short.replace('[us.anthropic.claude-sonnet-4-6]', 'us.anthropic.claude-sonnet-4-6').replace('[Deployment/openhands]', 'Deployment/openhands');
  assert.deepEqual(only(single).access, only(short).access);
});

test('a client follows a colon, and a store of the namespace is named with its kind', () => {
  const { spec } = only(short.replace('Deployment/openhands', 'StatefulSet/agent:boto3').replace('parameterstore@', 'SecretStore/parameterstore@')).access;
  assert.deepEqual(spec.workloads, [{ kind: 'StatefulSet', name: 'agent', client: 'boto3' }]);
  assert.equal(spec.credentials.accessKey?.secretStore.kind, 'SecretStore');
});

test('endpoint and budget may be a string', () => {
  const { spec } = only(`${short}  endpoint: https://vpce-1.bedrock-runtime.us-west-2.vpce.amazonaws.com\n  budget: "50"\n`).access;
  assert.deepEqual(spec.endpoint, { url: 'https://vpce-1.bedrock-runtime.us-west-2.vpce.amazonaws.com' });
  assert.deepEqual(spec.budget, { monthly: '50', currency: 'USD', whenExceeded: 'warn' });
});

test('without a role the first model is the default and the others are numbered', () => {
  const { spec } = only(short.replace('[us.anthropic.claude-sonnet-4-6]', '[us.a, us.b, { id: us.c, role: haiku }, us.d]')).access;
  assert.deepEqual(spec.models.map(({ role }) => role), ['default', 'model-2', 'haiku', 'model-4']);
});

test('a declared default is the default wherever it stands', () => {
  const { spec } = only(short.replace('[us.anthropic.claude-sonnet-4-6]', '[us.a, { id: us.b, role: default }]')).access;
  assert.deepEqual(spec.models.map(({ role }) => role), ['model-1', 'default']);
});

const refused: readonly [what: string, from: string, to: string, finds: string, says: RegExp][] = [
  ['a workload whose client nobody can know', 'Deployment/openhands', 'Deployment/my-app', 'field-missing 8:15 spec.workloads[0].client', /Deployment\/my-app:boto3/],
  ['a workload without a kind', 'Deployment/openhands', 'openhands', 'field-type 8:15 spec.workloads[0]', /Deployment\/openhands/],
  ['a store without its region', 'parameterstore@ap-northeast-1', 'parameterstore', 'field-type 9:29 spec.credentials.accessKey.secretStore', /parameterstore@ap-northeast-1/],
  ['a store in a region that does not exist', '@ap-northeast-1', '@asia-northeast-1', 'unknown-region 9:29 spec.credentials.accessKey.secretStore.region', /ap-northeast-1/],
];
for (const [what, from, to, finds, says] of refused) {
  test(`${what} is refused at the string, with the form that works`, () => {
    const { findings } = parseAccess(short.replace(from, to));
    assert.deepEqual(findings.map(line), [finds]);
    assert.match(`${findings[0]?.message} ${findings[0]?.remedy}`, says);
  });
}
