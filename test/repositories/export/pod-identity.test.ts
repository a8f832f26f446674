/** Export of an access whose pods EKS gives a role: role, trust policy and association in Terraform, variables in the manifests. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { startEngineWorld } from '../../scenarios/engine-world.ts';
import { callsAndStays, declaredIn, exportedTwice, inCheckout, shownAs, takenAway, tfaction } from './exported.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, keylessTfactionRepositories, type Files } from './repositories.ts';

const eks = { cluster: 'lolice', region: 'us-east-2' };
const module = 'infra/terraform/aws/openhands/iam.tf';

const declaration = declarationFor('openhands', (text) => text.replace(/ {4}accessKey:\n[^]*$/, `    podIdentity: { cluster: ${eks.cluster}, region: ${eks.region}, serviceAccount: openhands }\n`).replace('client: openhands', 'client: aws-sdk'));

const files: Files = { ...keylessTfactionRepositories, 'access.yaml': declaration };

suite('export of an access whose pods EKS gives a role', () => {
  test('as a user sees it: role, association in the region of the cluster, and no key', async () => {
    await shownAs('pod-identity', files, tfaction.places);
  });

  test('a second run changes nothing, check finds nothing new, and the removal takes the association along', async () => {
    await inCheckout(files, async (copy, run) => {
      await exportedTwice(copy, run, { ...tfaction, right: 'boundary-missing' });
      assert.match(copy.files()[module] ?? '', /resource "aws_eks_pod_identity_association" "openhands_openhands" \{/);
      await takenAway(copy, run, tfaction.places, files);
      assert.doesNotMatch(Object.values(copy.files()).join('\n'), /aws_eks_pod_identity_association|bedrock-openhands-role/);
    });
  });

  test('after Terraform and the manifests the pods are given their role, and the program finds nothing to change', async () => {
    const world = await startEngineWorld({ judged: false, eks, externalSecrets: false, objects: [] });
    try {
      await inCheckout(files, async (copy, run) => {
        const context = await world.run();
        assert.equal((await run(...tfaction.places, '--cluster-id', context.clusterId)).code, 0);
        await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
        const access = declaredIn(copy);
        assert.deepEqual(access.spec.managedBy, { iam: 'terraform', cluster: 'manifests' });
        await callsAndStays(copy, access, world);
      });
    } finally {
      await world.stop();
    }
  });
});
