/** The CronJob that rotates a key, written into the manifests repository. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { applyAccess } from '../../../src/engine/index.ts';
import { changes, events, failures, startEngineWorld, store } from '../../scenarios/engine-world.ts';
import { cluster, declaredIn, foundIn, inCheckout, plain, tfaction } from './exported.ts';
import { assertGolden } from './golden.ts';
import { playArgoCd } from './play-argo-cd.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, plainRepositories, tfactionRepositories, type Files } from './repositories.ts';

const { places } = tfaction;
const file = 'cluster/argoproj/openhands/bedrock-rotation.yaml';

const withRotation = (more = ''): string =>
  declarationFor('openhands', (text) => `${text}      rotateAfter: 30d\n      rotation: { image: "registry.example.com/bedrock-access:0.1.0", identity: { role: "arn:aws:iam::123456789012:role/rotation" }${more} }\n`);

const rotating = (declaration: string, files: Files = tfactionRepositories): Files => ({ ...files, 'access.yaml': declaration });

suite('export of the CronJob that rotates', () => {
  test('lies in one file that the kustomization lists, and a second run changes nothing', async () => {
    await inCheckout(rotating(withRotation()), async (copy, run) => {
      const first = await run(...places, ...cluster);
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stderr, /Give the CronJob that rotates what it needs in AWS/);
      const files = copy.files();
      assertGolden('rotation.yaml', files[file] ?? '');
      assert.match(files['cluster/argoproj/openhands/kustomization.yaml'] ?? '', /- bedrock-rotation\.yaml/);
      assert.match((await run(...places, ...cluster)).stderr, /Nothing to change/);
    });
  });

  test('another name replaces it, a declaration without it takes it away, and so does --remove', async () => {
    await inCheckout(rotating(withRotation()), async (copy, run) => {
      await run(...places, ...cluster);
      const before = copy.files();
      copy.write({ 'access.yaml': withRotation(', name: other') });
      assert.equal((await run(...places, ...cluster)).code, 0);
      const renamed = copy.files()[file] ?? '';
      assert.equal(renamed.replaceAll('bedrock-access:openhands:other', 'bedrock-access:openhands:bedrock-openhands-rotation').replaceAll(': other', ': bedrock-openhands-rotation'), before[file]);
      copy.write({ 'access.yaml': declarationFor('openhands') });
      assert.equal((await run(...places, ...cluster)).code, 0);
      assert.equal(copy.files()[file], undefined);
      assert.doesNotMatch(copy.files()['cluster/argoproj/openhands/kustomization.yaml'] ?? '', /rotation/);
      copy.write({ 'access.yaml': withRotation() });
      await run(...places, ...cluster);
      assert.equal((await run('--remove', ...places)).code, 0);
      assert.equal(copy.files()[file], undefined);
      assert.equal(copy.files()['cluster/argoproj/openhands/kustomization.yaml'], tfactionRepositories['cluster/argoproj/openhands/kustomization.yaml']);
    });
  });

  for (const [name, files, where] of [['tfaction', tfactionRepositories, tfaction], ['plain', plainRepositories, plain]] as const) {
    test(`check finds nothing in it (${name})`, async () => {
      const declaration = name === 'tfaction' ? withRotation() : declarationFor('worker', (text) => `${text}      rotateAfter: 30d\n      rotation: { image: "registry.example.com/bedrock-access:0.1.0", identity: { podIdentity: true } }\n`);
      await inCheckout(rotating(declaration, files), async (copy, run) => {
        const without = declaration.replace(/ {6}rotation: .*\n/, '');
        copy.write({ 'access.yaml': without });
        assert.equal((await run(...where.places, ...cluster)).code, 0);
        const before = await foundIn(copy, where.manifests);
        copy.write({ 'access.yaml': declaration });
        assert.equal((await run(...where.places, ...cluster)).code, 0);
        assert.deepEqual(await foundIn(copy, where.manifests), before);
      });
    });
  }

  test('applied by Argo CD, the program finds nothing to change and nothing to take away', async () => {
    const world = await startEngineWorld({ judged: false, objects: [store()] });
    try {
      await inCheckout(rotating(withRotation()), async (copy, run) => {
        const context = await world.run();
        assert.equal((await run(...places, '--cluster-id', context.clusterId)).code, 0);
        await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
        const access = declaredIn(copy);
        assert.deepEqual(failures(await events(applyAccess(access, { ...context, only: ['access-key', 'ssm-parameter'] }))), []);
        await playArgoCd(copy.files(), world);
        await world.sandbox.clock.advance(60_000);
        const said = await events(applyAccess(access, await world.run()));
        assert.deepEqual(changes(said), []);
        assert.deepEqual(said.flatMap((event) => (event.type === 'finding' && event.finding.severity === 'error' ? [event.finding.message] : [])), []);
      });
    } finally {
      await world.stop();
    }
  });
});
