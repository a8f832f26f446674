/** A pod as a real process: the AWS SDK in it, unchanged, finds its credentials at the sidecar that holds the certificate. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyAccess } from '../../src/engine/index.ts';
import { declared, deployment, events, failures, inSandbox } from './engine-world.ts';

it('the AWS SDK in a pod calls Bedrock as the role, by the session that the sidecar gets for the certificate', async () => {
  await inSandbox(
    async (world) => {
      const trustAnchor = world.sandbox.trustAnchor ?? '';
      const access = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { rolesAnywhere: { trustAnchor, issuer: { name: 'platform' } } } });
      assert.deepEqual(failures(await events(applyAccess(access, await world.run()))), []);
      const called = (): boolean => world.sandbox.audit.some(({ action, verdict, identity }) => action === 'bedrock:InvokeModel' && verdict === 'allow' && identity.startsWith('arn:aws:sts::123456789012:assumed-role/bedrock-openhands-role/'));
      for (let count = 0; count < 400 && !called(); count += 1) await sleep(50);
      assert.ok(called(), JSON.stringify(world.sandbox.audit.slice(-5)));
      const sessions = world.sandbox.audit.filter(({ action }) => action === 'rolesanywhere:CreateSession');
      assert.ok(sessions.length > 0 && sessions.every(({ verdict }) => verdict === 'allow'));
    },
    { certManager: true, externalSecrets: false, workloads: 'processes', objects: [deployment()] },
  );
});
