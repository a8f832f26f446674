/** The exported files applied, in the order that export prints: Terraform, key and parameter, manifests; then a real call. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { parseAccess } from '../../../src/access/parse.ts';
import { applyAccess } from '../../../src/engine/index.ts';
import { verifyAccess } from '../../../src/engine/verify/index.ts';
import type { VerifyCheck } from '../../../src/engine/types.ts';
import { isRecord as isObject } from '../../../src/repositories/export/yaml-change.ts';
import { runCli } from '../../cli/run-cli.ts';
import { changes, events, failures, startEngineWorld, store, summaryOf, type EngineWorld } from '../../scenarios/engine-world.ts';
import { checkout } from './checkout.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, tfactionRepositories } from './repositories.ts';

test('after Terraform, `apply --only key,parameter` and the manifests, in this order, the pod calls the model', async () => {
  const world = await startEngineWorld({ objects: [store()] });
  const copy = checkout({ ...tfactionRepositories, 'access.yaml': declarationFor('openhands') });
  try {
    const places = ['--terraform', 'infra/terraform/aws/openhands', '--manifests', 'cluster/argoproj/openhands'];
    const context = await world.run();
    assert.equal((await runCli(['export', '-f', 'access.yaml', ...places, '--cluster-id', context.clusterId], { directory: copy.directory })).code, 0);
    await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);

    const [parsed] = parseAccess(copy.files()['cluster/argoproj/openhands/access.yaml'] ?? '').accesses;
    assert.ok(parsed);
    const { access } = parsed;
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

/** Applies what the app's kustomization lists, as Argo CD does. */
async function playArgoCd(files: Readonly<Record<string, string>>, { kubernetes }: EngineWorld): Promise<void> {
  const folder = 'cluster/argoproj/openhands';
  const listed = [...(files[`${folder}/kustomization.yaml`] ?? '').matchAll(/^ +- (\S+)/gm)].map(([, name]) => name);
  assert.ok(!listed.includes('access.yaml'));
  for (const name of listed) {
    for (const document of parseAllDocuments(files[`${folder}/${name}`] ?? '')) {
      const object: unknown = document.toJS();
      if (isKubernetesObject(object) && object.kind !== 'Namespace') await kubernetes.apply(object, { force: true, fieldManager: 'argocd-controller' });
    }
  }
}

function isKubernetesObject(value: unknown): value is { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } } {
  return isObject(value) && typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string' && isObject(value['metadata']);
}
