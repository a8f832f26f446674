import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import { distinctName, takenFinding } from '../../src/engine/taken.ts';
import { footprint } from '../../src/engine/index.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { workloadVariables } from '../../src/resources/variables.ts';
import { declared } from '../scenarios/engine-world.ts';

const circumstances = { catalog: loadCatalog(), clusterId: 'lolice', now: new Date('2026-11-24') };

test('where a name is taken, one is proposed that no other cluster, namespace or access has', () => {
  const { resources, owner } = footprint(declared(), circumstances);
  const proposed = Object.fromEntries(resources.map((resource) => [`${resource.kind}/${resource.key}`, distinctName(resource, owner)]));
  assert.equal(proposed['iam-user/user'], 'bedrock-lolice-openhands-openhands-user');
  assert.equal(proposed['managed-policy/1'], 'bedrock-lolice-openhands-openhands-policy');
  assert.equal(proposed['ssm-parameter/access-key-id'], 'bedrock-lolice-openhands-openhands-access-key-id');
  assert.equal(proposed['external-secret/secret'], 'bedrock-openhands-credentials');
  assert.equal(proposed['secret-store/store'], undefined);
});

test('a name that is taken is changed where the declaration of its mode gives it', () => {
  const secretStore = { kind: 'ClusterSecretStore', name: 'parameterstore', region: 'ap-northeast-1' } as const;
  const rotation = { schedule: '17 * * * *', image: 'registry.example.com/bedrock-access:1', identity: { role: 'arn:aws:iam::123456789012:role/bedrock-access' } };
  const fieldsOf = (credentials: AccessDocumentSpec['credentials']): Readonly<Record<string, string | undefined>> =>
    Object.fromEntries(
      footprint(declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }], credentials }), circumstances).resources.map((resource) => [
        resource.kind,
        takenFinding(resource, { by: 'nobody-known' }, { cluster: 'lolice', namespace: 'openhands', name: 'openhands' }).place?.field,
      ]),
    );
  const ofApiKey = fieldsOf({ apiKey: { secretStore, rotateAfter: '30d', rotation } });
  assert.equal(ofApiKey['credential-job'], 'spec.credentials.apiKey.rotation.name');
  assert.equal(ofApiKey['secret-store'], 'spec.credentials.apiKey.secretStore.name');
  assert.equal(ofApiKey['ssm-parameter'], 'spec.names.parameter');
  assert.equal(fieldsOf({ accessKey: { secretStore, rotateAfter: '30d', rotation } })['credential-job'], 'spec.credentials.accessKey.rotation.name');
  assert.equal(fieldsOf({ webIdentity: { issuer: 'https://oidc.example.com', serviceAccount: 'openhands' } })['iam-role'], 'spec.credentials.webIdentity.role');
});

test('a FIPS endpoint reaches the variables of the client', () => {
  const access = declared({ endpoint: { fips: true } });
  const { models, policy, owner } = footprint(access, circumstances);
  const [workload] = workloadVariables({ access, models, policy, owner, catalog: circumstances.catalog, partition: 'aws' });
  const values = workload?.variables.map(({ value }) => value);
  assert.ok(values?.includes('https://bedrock-runtime-fips.us-west-2.amazonaws.com'), JSON.stringify(values));
});
