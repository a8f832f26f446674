/** A pod of EKS as a real process: the AWS SDK in it finds its credentials by what EKS put into the pod. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyAccess } from '../../src/engine/index.ts';
import { declared, deployment, events, inSandbox, serviceAccount } from './engine-world.ts';
import { eks } from './keyless-world.ts';

it('the AWS SDK in a pod of EKS calls Bedrock as the role, by the address and the token that EKS gave the pod', async () => {
  await inSandbox(
    async (world) => {
      const access = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { podIdentity: { ...eks, serviceAccount: 'openhands' } } });
      await events(applyAccess(access, await world.run()));
      const called = (): boolean => world.sandbox.audit.some(({ action, verdict, identity }) => action === 'bedrock:InvokeModel' && verdict === 'allow' && identity.startsWith('arn:aws:sts::123456789012:assumed-role/bedrock-openhands-role/eks-lolice-'));
      for (let count = 0; count < 400 && !called(); count += 1) await sleep(50);
      assert.ok(called());
      assert.ok(world.sandbox.audit.some(({ action, verdict, identity }) => action === 'eks-auth:AssumeRoleForPodIdentity' && verdict === 'allow' && identity === 'the Pod Identity agent'));
    },
    { eks, externalSecrets: false, workloads: 'processes', objects: [serviceAccount(), deployment('openhands', {}, { serviceAccountName: 'openhands' })] },
  );
});
