import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { footprint } from '../../src/engine/index.ts';
import { programPermissions } from '../../src/engine/permissions/index.ts';
import { workloadVariables } from '../../src/resources/variables.ts';
import { declared } from '../scenarios/engine-world.ts';

const circumstances = { catalog: loadCatalog(), clusterId: 'lolice', now: new Date('2026-11-01') };

test('an access in GovCloud names nothing of the other partitions: resources, policy, permissions of the program, of its users and of the store, and the FIPS endpoint', () => {
  const access = declared({
    region: 'us-gov-west-1',
    models: [{ id: 'us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', role: 'default' }],
    endpoint: { fips: true },
    parameterKmsKeyId: 'alias/bedrock',
    credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'us-gov-west-1' } } },
  });
  const { models, policy, owner, resources, findings } = footprint(access, circumstances);
  assert.deepEqual(findings.filter(({ severity }) => severity === 'error'), []);
  const { policies, boundary, store } = programPermissions(access);
  const arns = JSON.stringify([resources, policy.documents, policies, boundary, store]).match(/arn:[a-z-]+:/g) ?? [];
  assert.ok(arns.length > 20, String(arns.length));
  assert.deepEqual([...new Set(arns)], ['arn:aws-us-gov:']);
  const [workload] = workloadVariables({ access, models, policy, owner, catalog: circumstances.catalog, partition: 'aws-us-gov' });
  assert.ok(workload?.variables.some(({ value }) => value === 'https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com'), JSON.stringify(workload));
});
