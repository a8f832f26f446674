/** From a key and from a token to a certificate, and back: both side by side, nothing of the earlier mode left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import { applyAccess, planAccess } from '../../src/engine/index.ts';
import { declared, events, failures, startEngineWorld, store, summaryOf } from './engine-world.ts';
import { issuer, migrate, serviceAccount, times, workload } from './migration-world.ts';
import { ended } from './rotation-world.ts';

const key: AccessDocumentSpec['credentials'] = { accessKey: { secretStore: { name: 'parameterstore', region: 'ap-northeast-1' } } };
const token: AccessDocumentSpec['credentials'] = { webIdentity: { issuer, serviceAccount: 'openhands' } };

function access(credentials: AccessDocumentSpec['credentials']): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials });
}

test('from a key to a certificate: nothing of the key is left, and apply has nothing to do', () => moves(key, []));

test('from a token to a certificate and back: nothing of the earlier mode is left, and apply has nothing to do', () => moves(token, [[token, ['oidcProviders', 'policies', 'roles']]]));

async function moves(before: AccessDocumentSpec['credentials'], backTo: readonly (readonly [AccessDocumentSpec['credentials'], readonly string[]])[]): Promise<void> {
  const world = await startEngineWorld({ issuer, certManager: true, objects: [store(), serviceAccount(), workload()] });
  try {
    const certificate: AccessDocumentSpec['credentials'] = { rolesAnywhere: { trustAnchor: world.sandbox.trustAnchor ?? '', issuer: { name: 'platform' } } };
    const said = await events(applyAccess(access(before), await world.run()));
    assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
    await world.sandbox.clock.advance(60_000);
    for (const [to, left] of [[certificate, ['policies', 'roles', 'rolesAnywhereProfiles']] as const, ...backTo]) {
      ended(await migrate(world, { ...times, to: access(to) }));
      await world.sandbox.clock.advance(60_000);
      assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()).sort(), [...left].sort());
      const { plan } = await planAccess(access(to), await world.run());
      assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
    }
    assert.deepEqual(world.sandbox.audit.filter(({ action, verdict }) => action.startsWith('bedrock:Invoke') && verdict !== 'allow'), []);
  } finally {
    await world.stop();
  }
}
