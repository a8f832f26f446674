import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessFromObject, parseAccess } from '../../src/access/parse.ts';
import { changed, openhands, only } from './declarations.ts';

test('the declaration of the design gives the names of the original request', () => {
  assert.deepEqual(only(openhands).access.spec.names, {
    user: 'bedrock-openhands-user',
    path: '/service/',
    policy: 'bedrock-openhands-policy',
    profile: 'bedrock-openhands',
    parameter: 'bedrock-openhands-credentials',
    accessKeyIdParameter: 'bedrock-access-key-id',
    secretAccessKeyParameter: 'bedrock-secret-access-key',
    secret: 'bedrock-credentials',
    environment: 'bedrock-openhands-environment',
  });
});

test('everything that is not written has its default', () => {
  const { spec } = only(`
apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: app, namespace: team }
spec:
  account: "012345678901"
  region: eu-central-1
  models: [{ id: eu.anthropic.claude-sonnet-4-6 }]
  workloads: [{ kind: StatefulSet, name: app, client: boto3 }]
  credentials: { accessKey: { secretStore: { name: parameterstore, region: eu-central-1 } } }
`).access;
  assert.deepEqual(spec.models, [{ id: 'eu.anthropic.claude-sonnet-4-6', role: 'default', applicationProfile: false }]);
  assert.deepEqual(spec.credentials, {
    accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'eu-central-1', create: false }, layout: 'single' },
  });
  assert.deepEqual([spec.restart, spec.suspend, spec.deletionPolicy, spec.managedBy, spec.discovery], ['now', false, 'Retain', { iam: 'program', cluster: 'program' }, false]);
  for (const optional of ['endpoint', 'permissionsBoundary', 'parameterKmsKeyId', 'budget']) assert.equal(optional in spec, false, optional);
});

test('discovery is on when a client lists models, unless the declaration says otherwise', () => {
  assert.equal(only(openhands).access.spec.discovery, true);
  assert.equal(only(changed('  region: us-west-2\n', '  region: us-west-2\n  discovery: false\n')).access.spec.discovery, false);
  assert.equal(only(changed('client: openhands', 'client: boto3')).access.spec.discovery, false);
});

test('several documents in one file are read, and other manifests between them are passed over with a note', () => {
  const second = openhands.replaceAll('openhands', 'litellm').replace('client: litellm', 'client: litellm\n      containers: [proxy]');
  const text = `${openhands}---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n---\n${second.replace('  budget', '  names: { secret: litellm-bedrock }\n  budget')}---\n# nothing\n`;
  const { accesses, findings } = parseAccess(text, { file: 'all.yaml' });
  assert.deepEqual(accesses.map(({ access }) => access.metadata.name), ['openhands', 'litellm']);
  assert.deepEqual(findings.map(({ id, severity, place }) => [id, severity, place?.file, place?.line]), [['document-skipped', 'info', 'all.yaml', 27]]);
  assert.deepEqual(accesses[1]?.place('spec.account'), { file: 'all.yaml', line: 36, column: 12, field: 'spec.account' });
});

test('a List, as kubectl get -o yaml prints it, is read item by item', () => {
  const objects = ['one', 'two'].map((name) => ({
    apiVersion: 'bedrock-access.dev/v1alpha1',
    kind: 'BedrockAccess',
    metadata: { name, namespace: name, uid: 'c0ffee', resourceVersion: '1', generation: 2, creationTimestamp: '2026-11-24T00:00:00Z', managedFields: [{ manager: 'kubectl' }] },
    spec: only(changed('name: openhands\n  namespace', `name: ${name}\n  namespace`)).access.spec,
    status: { observedGeneration: 2, conditions: [] },
  }));
  const distinct = objects.map((object) => ({ ...object, spec: { ...object.spec, names: { secret: 'bedrock-credentials' } } }));
  const { accesses, findings } = parseAccess(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: distinct }));
  assert.deepEqual(findings, []);
  assert.deepEqual(accesses.map(({ access }) => access.metadata), [
    { name: 'one', namespace: 'one' },
    { name: 'two', namespace: 'two' },
  ]);
  assert.deepEqual(accesses[1]?.place('spec.region').line, 1);
});

test('a normalised access is a declaration of itself: parsing it again changes nothing', () => {
  const { access } = only(openhands);
  assert.deepEqual(accessFromObject(access), { access, findings: [] });
});

test('the place of a field that is not written is that of the field around it', () => {
  const { place } = only(openhands);
  assert.deepEqual(place('spec.models[0].id'), { line: 10, column: 11, field: 'spec.models[0].id' });
  assert.deepEqual(place('spec.models[0].applicationProfile'), { line: 10, column: 7, field: 'spec.models[0].applicationProfile' });
  assert.deepEqual(place('spec.names.user'), { line: 6, column: 1, field: 'spec.names.user' });
  assert.deepEqual(place('nowhere'), { line: 1, column: 1, field: 'nowhere' });
});

test('anchors and aliases are read, each alias as its own place', () => {
  const text = changed('region: us-west-2', 'region: &where us-west-2', changed('region: ap-northeast-1', 'region: *where'));
  const { access, place } = only(text);
  assert.equal(access.spec.credentials.accessKey?.secretStore.region, 'us-west-2');
  assert.equal(place('spec.credentials.accessKey.secretStore.region').line, 22);
});
