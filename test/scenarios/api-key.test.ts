import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAccess, destroyAccess, planAccess } from '../../src/engine/index.ts';
import { access, declared, events, failures, inSandbox, summaryOf } from './engine-world.ts';

const secretStore = { kind: 'ClusterSecretStore', name: 'parameterstore', region: 'ap-northeast-1' } as const;
const withKey = (changes: Parameters<typeof declared>[0] = {}): ReturnType<typeof declared> => declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }], credentials: { apiKey: { secretStore } }, ...changes });

test('an access with an API key: applied, left alone, destroyed, nothing left', () =>
  inSandbox(async (world) => {
  const said = await events(applyAccess(withKey(), await world.run()));
  assert.deepEqual(failures(said), []);
  assert.equal(summaryOf(said).outcome, 'done');
  const { plan } = await planAccess(withKey(), await world.run());
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ kind, differences }) => [kind, differences]), []);
  const gone = await events(destroyAccess(access, await world.run()));
  assert.deepEqual(failures(gone), []);
  assert.deepEqual(world.sandbox.aws.snapshot(), {});
  }));
