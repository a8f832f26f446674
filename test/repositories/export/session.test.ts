/** Export of an access whose pods call with renewed sessions: role and policy in Terraform; volume, variables and sidecar in the manifests. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { renewSession } from '../../../src/credentials/session/renew.ts';
import { applyAccess } from '../../../src/engine/index.ts';
import { recordsAt } from '../../../src/resources/json.ts';
import { events, failures, startEngineWorld } from '../../scenarios/engine-world.ts';
import { callsAndStays, cluster, declaredIn, exportedTwice, foundIn, inCheckout, plain, playKeyless, shownAs, takenAway, tfaction } from './exported.ts';
import { assertGolden } from './golden.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, plainRepositories, tfactionRepositories, withoutKeys, type Files } from './repositories.ts';
import { administrator } from '../../scenarios/keyless-world.ts';

const fromFile = `session: { renewer: "${administrator}", delivery: credential-process }`;
const fromSidecar = `session: { renewer: "${administrator}", image: registry.example/bedrock-access:0.1.0 }`;

const declaration = (name: 'openhands' | 'worker', mode: string): string => declarationFor(name, (text) => text.replace(/ {4}accessKey:\n[^]*$/, `    ${mode}\n`).replace('client: openhands', 'client: aws-sdk'));

const inTfaction = { ...tfaction, files: withoutKeys(tfactionRepositories), access: 'openhands' } as const;
const inPlain = { ...plain, files: withoutKeys(plainRepositories), access: 'worker' } as const;

const cases = [
  { what: 'a sidecar beside the workload', mode: fromSidecar, golden: 'session-sidecar', ...inTfaction },
  { what: 'a file that the client reads', mode: fromFile, golden: 'session-file', ...inTfaction },
  { what: 'a sidecar after the init containers of the workload', mode: fromSidecar, golden: 'session-plain', ...inPlain },
] as const;

for (const { what, mode, golden, places, manifests, files: repositories, access: name } of cases) {
  const files: Files = { ...repositories, 'access.yaml': declaration(name, mode) };

  suite(`export of an access whose session comes by ${what}`, () => {
    test('as a user sees it: role and policy, what the pods get, and who makes the Secret', async () => {
      await shownAs(golden, files, places);
    });

    test('a second run changes nothing, check finds nothing new, and the removal leaves the files as they were', async () => {
      await inCheckout(files, async (copy, run) => {
        await exportedTwice(copy, run, { places, manifests, right: 'boundary-missing' });
        assert.match(await takenAway(copy, run, places, files), /Remove the Secret with the session.*bedrock-access destroy --name/s);
      });
    });
  });
}

suite('export of an access whose session is renewed', () => {
  for (const { what, mode } of cases.slice(0, 2)) {
    test(`by ${what}: after Terraform, the first session and the manifests the pods call the model, and the program finds nothing to change`, async () => {
      const world = await startEngineWorld({ judged: false, now: new Date(), externalSecrets: false, objects: [] });
      try {
        await inCheckout({ ...inTfaction.files, 'access.yaml': declaration('openhands', mode) }, async (copy, run) => {
          const context = await world.run();
          assert.equal((await run(...tfaction.places, '--cluster-id', context.clusterId)).code, 0);
          const access = declaredIn(copy);
          assert.deepEqual(access.spec.managedBy, { iam: 'terraform', cluster: 'manifests' });

          // Too early: the role is not there.
          await assert.rejects(async () => events(applyAccess(access, { ...(await world.run()), only: ['session-secret'] })), /session-secret bedrock-openhands-session needs iam-role bedrock-openhands-role, which is not there/);
          await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
          assert.deepEqual(failures(await events(applyAccess(access, { ...(await world.run()), only: ['session-secret'] }))), []);
          assert.equal((await renewSession(access.metadata, await world.run(), { now: true })).renewed, true);

          await callsAndStays(copy, access, world);
          assert.equal(await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'openhands', name: 'bedrock-openhands-session' }), undefined);
        });
      } finally {
        await world.stop();
      }
    });
  }

  test('the CronJob that renews lies in one file, as the program would make it; without it in the declaration it goes, and so it does with --remove', async () => {
    const renewal = 'renewal: { image: registry.example/bedrock-access:0.1.0, identity: { secret: renewer-aws } }';
    const file = 'cluster/argoproj/openhands/bedrock-renewal.yaml';
    const world = await startEngineWorld({ judged: false, now: new Date(), externalSecrets: false, objects: [] });
    try {
      await inCheckout({ ...inTfaction.files, 'access.yaml': declaration('openhands', fromFile) }, async (copy, run) => {
        const context = await world.run();
        const id = ['--cluster-id', context.clusterId];
        assert.equal((await run(...tfaction.places, ...id)).code, 0);
        const [without, found] = [copy.files(), await foundIn(copy, tfaction.manifests)];
        copy.write({ 'access.yaml': declaration('openhands', fromFile.replace('delivery', `${renewal}, delivery`)) });
        const exported = await run(...tfaction.places, ...id);
        assert.equal(exported.code, 0, exported.stderr);
        assert.match(exported.stderr, /Then CronJob bedrock-openhands-renewal renews it\.[^]*Give the CronJob that renews what it needs in AWS/);
        assert.doesNotMatch(exported.stderr, /session renew/);
        assertGolden('renewal.yaml', copy.files()[file] ?? '');
        // The Secret with the renewer's own key is made by somebody else.
        assert.deepEqual((await foundIn(copy, tfaction.manifests)).filter((line) => !/^secret-missing nothing makes the Secret "renewer-aws" that AWS_\w+ of CronJob/.test(line)), found);

        const access = declaredIn(copy);
        await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
        assert.deepEqual(failures(await events(applyAccess(access, { ...(await world.run()), only: ['session-secret'] }))), []);
        await callsAndStays(copy, access, world);

        copy.write({ 'access.yaml': declaration('openhands', fromFile) });
        assert.equal((await run(...tfaction.places, ...id)).code, 0);
        assert.deepEqual(copy.files(), { ...without, 'access.yaml': copy.files()['access.yaml'] });
        copy.write({ 'access.yaml': declaration('openhands', fromFile.replace('delivery', `${renewal}, delivery`)) });
        await run(...tfaction.places, ...id);
        assert.equal((await run('--remove', ...tfaction.places)).code, 0);
        assert.equal(copy.files()[file], undefined);
      });
    } finally {
      await world.stop();
    }
  });

  test('what the cluster has of the sidecar is what git says, to the letter', async () => {
    const world = await startEngineWorld({ judged: false, externalSecrets: false, objects: [] });
    try {
      await inCheckout({ ...inTfaction.files, 'access.yaml': declaration('openhands', fromSidecar) }, async (copy, run) => {
        assert.equal((await run(...tfaction.places, ...cluster)).code, 0);
        await playKeyless(copy, world);
        const there = await world.kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'openhands', name: 'openhands' });
        const [sidecar] = recordsAt(there, 'spec', 'template', 'spec', 'initContainers');
        assert.equal(sidecar?.['imagePullPolicy'], 'IfNotPresent');
        const text = copy.files()['cluster/argoproj/openhands/deployment.yaml'] ?? '';
        const missing = Object.keys(sidecar).filter((field) => !new RegExp(`^ +(- )?${field}:`, 'm').test(text));
        assert.deepEqual(missing, []);
      });
    } finally {
      await world.stop();
    }
  });

  test('another delivery leaves nothing of the earlier one in the manifests', async () => {
    const text = async (...modes: readonly string[]): Promise<string> => {
      let written = '';
      await inCheckout({ ...inTfaction.files, 'access.yaml': '' }, async (copy, run) => {
        for (const mode of modes) {
          copy.write({ 'access.yaml': declaration('openhands', mode) });
          const { code, stderr } = await run(...tfaction.places, ...cluster);
          assert.equal(code, 0, stderr);
        }
        written = copy.files()['cluster/argoproj/openhands/deployment.yaml'] ?? '';
      });
      return written;
    };
    const after = await text(fromSidecar, fromFile);
    assert.doesNotMatch(after, /initContainers|session-token|AWS_CONTAINER_/);
    assert.match(after, /AWS_CONFIG_FILE/);
    const sorted = (lines: string): readonly string[] => lines.trim().split('\n').sort();
    assert.deepEqual(sorted(after), sorted(await text(fromFile)));
  });

  test('pods whose loopback others share are refused with nothing written', async () => {
    const deployment = 'cluster/argoproj/openhands/deployment.yaml';
    const text = (inTfaction.files[deployment] ?? '').replace(/^( +)containers:/m, '$1hostNetwork: true\n$1containers:');
    const files: Files = { ...inTfaction.files, [deployment]: text, 'access.yaml': declaration('openhands', fromSidecar) };
    await inCheckout(files, async (copy, run) => {
      const { code, stderr } = await run(...tfaction.places, ...cluster);
      assert.notEqual(code, 0);
      assert.match(stderr, /host-network-shares-identity/);
      assert.deepEqual(copy.files(), files);
    });
  });
});
