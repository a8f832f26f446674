/** `destroy` where Terraform makes user, policy and attachment: they stay, whatever tells the program whose they are. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Access } from '../../../src/access/types.ts';
import { applyAccess, destroyAccess } from '../../../src/engine/index.ts';
import { keeperTagKey } from '../../../src/resources/owner.ts';
import { runCli } from '../../cli/run-cli.ts';
import { changes, deployment, events, failures, forgetRevisions, startEngineWorld, store, type EngineWorld } from '../../scenarios/engine-world.ts';
import { checkout } from './checkout.ts';
import { declaredIn, tfaction } from './exported.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, tfactionRepositories } from './repositories.ts';

describe('destroy leaves what Terraform makes', () => {
  test('as the last declaration says it, and removes the rest', async () => {
    await inWorld(async (access, world) => {
      await applied({ ...access, spec: { ...access.spec, managedBy: { ...access.spec.managedBy, cluster: 'program' } } }, world);
      const said = await events(destroyAccess(access.metadata, await world.run()));
      assert.deepEqual(failures(said), []);
      assert.deepEqual(changes(said).filter((change) => /iam-user|managed-policy|policy-attachment/.test(change)), []);
      await assertLeftToTerraform(access, world);
    });
  });

  test('as its own tags say it, where no revision is left to tell', async () => {
    await inWorld(async (access, world) => {
      await applied(access, world, ['access-key', 'ssm-parameter']);
      await forgetRevisions(world);
      const said = await events(destroyAccess(access.metadata, await world.run()));
      assert.deepEqual(
        said.flatMap((event) => (event.type === 'finding' ? [event.finding] : [])).filter(({ id }) => id === 'object-kept-by-git').map(({ message }) => message),
        [`policy-attachment bedrock-openhands-policy on bedrock-openhands-user`, 'managed-policy bedrock-openhands-policy', 'iam-user bedrock-openhands-user'].map((what) => `${what} is kept by Terraform, and is to be removed`),
      );
      await assertLeftToTerraform(access, world);
    });
  });

  test('where an earlier declaration had the program make it', async () => {
    await inWorld(async (access, world) => {
      await applied({ ...access, spec: { ...access.spec, managedBy: { iam: 'program', cluster: 'program' } } }, world);
      await applied({ ...access, spec: { ...access.spec, managedBy: { iam: 'terraform', cluster: 'program' } } }, world);
      // Exported before that tag was written.
      await (await world.run()).aws.iam.tagUser(access.spec.names.user, { [keeperTagKey]: '' });
      await events(destroyAccess(access.metadata, await world.run()));
      await assertLeftToTerraform(access, world);
    });
  });
});

/** Exported, and Terraform applied. */
async function inWorld(tell: (access: Access, world: EngineWorld) => Promise<void>): Promise<void> {
  const world = await startEngineWorld({ judged: false, objects: [store(), deployment()] });
  const copy = checkout({ ...tfactionRepositories, 'access.yaml': declarationFor('openhands') });
  try {
    const context = await world.run();
    const { places } = tfaction;
    assert.equal((await runCli(['export', '-f', 'access.yaml', ...places, '--cluster-id', context.clusterId], { directory: copy.directory })).code, 0);
    await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
    await tell(declaredIn(copy), world);
  } finally {
    copy.remove();
    await world.stop();
  }
}

async function applied(access: Access, world: EngineWorld, only?: readonly string[]): Promise<void> {
  const said = await events(applyAccess(access, await world.run(only === undefined ? {} : { only })));
  assert.deepEqual(failures(said), []);
}

/** User, policy and attachment are there, and the key is not. */
async function assertLeftToTerraform({ spec: { names } }: Access, world: EngineWorld): Promise<void> {
  const { iam } = (await world.run()).aws;
  assert.ok(await iam.getUser(names.user));
  assert.deepEqual(await iam.listAttachedUserPolicies(names.user), [`arn:aws:iam::123456789012:policy${names.path}${names.policy}`]);
  assert.deepEqual(await iam.listAccessKeys(names.user), []);
}
