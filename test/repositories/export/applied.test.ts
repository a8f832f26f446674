/** The exported files applied, in the order that export prints: Terraform, key and parameter, manifests; then a real call. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyAccess } from '../../../src/engine/index.ts';
import { verifyAccess } from '../../../src/engine/verify/index.ts';
import type { VerifyCheck } from '../../../src/engine/types.ts';
import { runCli } from '../../cli/run-cli.ts';
import { changes, events, failures, startEngineWorld, store, summaryOf } from '../../scenarios/engine-world.ts';
import { checkout } from './checkout.ts';
import { declaredIn, tfaction } from './exported.ts';
import { playArgoCd } from './play-argo-cd.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, tfactionRepositories } from './repositories.ts';

test('after Terraform, `apply --only key,parameter` and the manifests, in this order, the pod calls the model', async () => {
  const world = await startEngineWorld({ judged: false, objects: [store()] });
  const copy = checkout({ ...tfactionRepositories, 'access.yaml': declarationFor('openhands') });
  try {
    const { places } = tfaction;
    const context = await world.run();
    assert.equal((await runCli(['export', '-f', 'access.yaml', ...places, '--cluster-id', context.clusterId], { directory: copy.directory })).code, 0);
    await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);

    const access = declaredIn(copy);
    const said = await events(applyAccess(access, { ...context, only: ['access-key', 'ssm-parameter'] }));
    assert.deepEqual(failures(said), []);
    assert.equal(summaryOf(said).outcome, 'done');
    assert.deepEqual(changes(said), ['create access-key of bedrock-openhands-user', 'create ssm-parameter bedrock-openhands-credentials']);

    await playArgoCd(copy.files(), world);
    await world.sandbox.clock.advance(60_000);
    const checks: VerifyCheck[] = [];
    for await (const check of verifyAccess(access, { ...(await world.run()), call: true })) checks.push(check);
    assert.deepEqual(checks.filter(({ outcome }) => outcome === 'failed').map(({ id, detail, findings }) => [id, detail, findings.map(({ message }) => message)]), []);
    assert.ok(checks.some(({ id, outcome }) => id === 'call' && outcome === 'passed'));

    // Neither side finds anything to put right in what the other made.
    assert.deepEqual(changes(await events(applyAccess(access, await world.run()))), []);
  } finally {
    copy.remove();
    await world.stop();
  }
});
