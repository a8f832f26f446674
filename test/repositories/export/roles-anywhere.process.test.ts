/** A pod as a real process, of exported files: its sidecar takes the profile from the ConfigMap, and the AWS SDK calls by that. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyAccess } from '../../../src/engine/index.ts';
import { events, failures, inSandbox } from '../../scenarios/engine-world.ts';
import { declaredIn, inCheckout, playKeyless, tfaction } from './exported.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, tfactionRepositories, withoutKeys } from './repositories.ts';

it('the AWS SDK in a pod of exported manifests calls Bedrock as the role, by the profile that Terraform made', async () => {
  await inSandbox(
    async (world) => {
      const declaration = declarationFor('openhands', (text) => text.replace(/ {4}accessKey:\n[^]*$/, `    rolesAnywhere: { trustAnchor: "${world.sandbox.trustAnchor ?? ''}", issuer: { name: platform } }\n`).replace('client: openhands', 'client: aws-sdk'));
      await inCheckout({ ...withoutKeys(tfactionRepositories), 'access.yaml': declaration }, async (copy, run) => {
        const context = await world.run();
        assert.equal((await run(...tfaction.places, '--cluster-id', context.clusterId)).code, 0);
        await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
        assert.deepEqual(failures(await events(applyAccess(declaredIn(copy), { ...(await world.run()), only: ['roles-anywhere-config-map'] }))), []);
        await playKeyless(copy, world);
        await world.advance(5000);
        const called = (): boolean => world.sandbox.audit.some(({ action, verdict, identity }) => action === 'bedrock:InvokeModel' && verdict === 'allow' && identity.startsWith('arn:aws:sts::123456789012:assumed-role/bedrock-openhands-role/'));
        for (let count = 0; count < 400 && !called(); count += 1) await sleep(50);
        assert.ok(called(), JSON.stringify(world.sandbox.audit.slice(-5)));
        // The init container's, and then the sidecar's own.
        const before = world.sandbox.audit.slice(0, world.sandbox.audit.findIndex(({ action }) => action === 'bedrock:InvokeModel'));
        assert.ok(before.filter(({ action, verdict }) => action === 'rolesanywhere:CreateSession' && verdict === 'allow').length >= 2);
      });
    },
    { certManager: true, externalSecrets: false, workloads: 'processes', objects: [] },
  );
});
