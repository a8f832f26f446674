import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distinctName } from '../../src/engine/taken.ts';
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

test('a FIPS endpoint reaches the variables of the client', () => {
  const access = declared({ endpoint: { fips: true } });
  const { models, policy, owner } = footprint(access, circumstances);
  const [workload] = workloadVariables({ access, models, policy, owner, catalog: circumstances.catalog, partition: 'aws' });
  const values = workload?.variables.map(({ value }) => value);
  assert.ok(values?.includes('https://bedrock-runtime-fips.us-west-2.amazonaws.com'), JSON.stringify(values));
});
