import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, changing } from './engine-changes.ts';
import { deployment, namespace, playInSandbox, startEngineWorld, store } from './engine-world.ts';

playInSandbox(changing);

test('a cluster whose operator serves v1beta1 only is served in v1beta1', async () => {
  const world = await startEngineWorld({ externalSecrets: { servedVersions: ['v1beta1'] }, objects: [{ ...store(), apiVersion: 'external-secrets.io/v1beta1' }, deployment()] });
  try {
    await apply(world);
    assert.notEqual(await world.kubernetes.get({ apiVersion: 'external-secrets.io/v1beta1', kind: 'ExternalSecret', namespace, name: 'bedrock-credentials' }), undefined);
  } finally {
    await world.stop();
  }
});
