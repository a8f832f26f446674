/** Export of an access whose pods call with renewed sessions: role and policy in Terraform; volume, variables and sidecar in the manifests. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parseAccess } from '../../../src/access/parse.ts';
import { loadCatalog } from '../../../src/bedrock/catalog.ts';
import { rules } from '../../../src/checks/rules/index.ts';
import { runRules } from '../../../src/checks/run.ts';
import { renewSession } from '../../../src/credentials/session/renew.ts';
import { applyAccess, destroyAccess } from '../../../src/engine/index.ts';
import type { VerifyCheck } from '../../../src/engine/types.ts';
import { verifyAccess } from '../../../src/engine/verify/index.ts';
import { readRepositories } from '../../../src/repositories/read-repositories.ts';
import { recordsAt } from '../../../src/resources/json.ts';
import { runCli, today, type CliResult } from '../../cli/run-cli.ts';
import { changes, events, failures, startEngineWorld } from '../../scenarios/engine-world.ts';
import { checkout, type Checkout } from './checkout.ts';
import { assertGolden } from './golden.ts';
import { playArgoCd } from './play-argo-cd.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, plainRepositories, tfactionRepositories, type Files } from './repositories.ts';

const renewer = 'arn:aws:iam::123456789012:user/sandbox/administrator';
const cluster = ['--cluster-id', '0b6c1f0e-1b57-4c8b-9d3f-2f1f3f6f2a11'];
const fromFile = `session: { renewer: "${renewer}", delivery: credential-process }`;
const fromSidecar = `session: { renewer: "${renewer}", image: registry.example/bedrock-access:0.1.0 }`;

const declaration = (name: 'openhands' | 'worker', mode: string): string => declarationFor(name, (text) => text.replace(/ {4}accessKey:\n[^]*$/, `    ${mode}\n`).replace('client: openhands', 'client: aws-sdk'));

/** Without the key of others. */
const keyless = (files: Files): Files => Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replace(/^ +- name: AWS_ACCESS_KEY_ID\n +valueFrom:\n +secretKeyRef:\n(?: {14}.*\n)+/m, '')]));

const tfaction = { places: ['--terraform', 'infra/terraform/aws/openhands', '--manifests', 'cluster/argoproj/openhands'], manifests: 'cluster', files: keyless(tfactionRepositories), access: 'openhands' } as const;
const plain = { places: ['--terraform', 'infra', '--manifests', 'manifests'], manifests: 'manifests', files: keyless(plainRepositories), access: 'worker' } as const;

const cases = [
  { what: 'a sidecar beside the workload', mode: fromSidecar, golden: 'session-sidecar', ...tfaction },
  { what: 'a file that the client reads', mode: fromFile, golden: 'session-file', ...tfaction },
  { what: 'a sidecar after the init containers of the workload', mode: fromSidecar, golden: 'session-plain', ...plain },
] as const;

async function inCheckout(files: Files, work: (copy: Checkout, run: (...argv: readonly string[]) => Promise<CliResult>) => Promise<void>): Promise<void> {
  const copy = checkout(files);
  try {
    await work(copy, (...argv) => runCli(['export', '-f', 'access.yaml', ...argv], { directory: copy.directory }));
  } finally {
    copy.remove();
  }
}

for (const { what, mode, golden, places, manifests, files: repositories, access: name } of cases) {
  const files: Files = { ...repositories, 'access.yaml': declaration(name, mode) };

  suite(`export of an access whose session comes by ${what}`, () => {
    test('as a user sees it: role and policy, what the pods get, and who makes the Secret', async () => {
      await inCheckout(files, async (_copy, run) => {
        const { code, stdout, stderr } = await run(...places, ...cluster, '--dry-run');
        assert.equal(code, 0, stderr);
        assertGolden(`${golden}.diff`, stdout);
        assertGolden(`${golden}.txt`, stderr);
      });
    });

    test('a second run changes nothing, check finds nothing new, and the removal leaves the files as they were', async () => {
      await inCheckout(files, async (copy, run) => {
        const found = async (): Promise<readonly string[]> => {
          const read = await readRepositories({ terraform: join(copy.directory, 'infra'), manifests: join(copy.directory, manifests) });
          return [...read.findings, ...runRules(rules, read.facts, { catalog: loadCatalog(), now: today }, read.texts).findings].map(({ id, message }) => `${id} ${message}`);
        };
        const before = new Set(await found());
        assert.equal((await run(...places, ...cluster)).code, 0);
        assert.match((await run(...places, ...cluster)).stderr, /Nothing to change/);
        assert.deepEqual((await found()).filter((line) => !before.has(line) && !line.startsWith('boundary-missing')), []);
        const first = await run('--remove', ...places);
        assert.equal(first.code, 0);
        assert.match(first.stderr, /Remove the Secret with the session.*bedrock-access destroy --name/s);
        assert.equal((await run('--remove', ...places)).code, 0);
        const left = copy.files();
        assert.deepEqual(Object.keys(left).sort(), Object.keys(files).sort());
        // A variable that held something else before is not known any more.
        for (const [path, text] of Object.entries(files)) assert.equal(left[path], text.replace(/ +- name: AWS_REGION\n +value: .*\n/, ''), path);
      });
    });
  });
}

suite('export of an access whose session is renewed', () => {
  for (const { what, mode } of cases.slice(0, 2)) {
    test(`by ${what}: after Terraform, the first session and the manifests the pods call the model, and the program finds nothing to change`, async () => {
      const world = await startEngineWorld({ now: new Date(), externalSecrets: false, objects: [] });
      try {
        await inCheckout({ ...tfaction.files, 'access.yaml': declaration('openhands', mode) }, async (copy, run) => {
          const context = await world.run();
          assert.equal((await run(...tfaction.places, '--cluster-id', context.clusterId)).code, 0);
          const [parsed] = parseAccess(copy.files()['cluster/argoproj/openhands/access.yaml'] ?? '').accesses;
          assert.ok(parsed);
          const { access } = parsed;
          assert.deepEqual(access.spec.managedBy, { iam: 'terraform', cluster: 'manifests' });

          // Too early: the role is not there.
          await assert.rejects(async () => events(applyAccess(access, { ...(await world.run()), only: ['session-secret'] })), /session-secret bedrock-openhands-session needs iam-role bedrock-openhands-role, which is not there/);
          await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
          assert.deepEqual(failures(await events(applyAccess(access, { ...(await world.run()), only: ['session-secret'] }))), []);
          assert.equal((await renewSession(access.metadata, await world.run(), { now: true })).renewed, true);

          const served = Object.fromEntries(Object.entries(copy.files()).filter(([path]) => !path.includes('external-secret')));
          await playArgoCd({ ...served, 'cluster/argoproj/openhands/external-secret.yaml': '' }, world);
          await world.sandbox.clock.advance(60_000);
          const checks: VerifyCheck[] = [];
          for await (const check of verifyAccess(access, { ...(await world.run()), call: true })) checks.push(check);
          assert.deepEqual(checks.filter(({ outcome }) => outcome !== 'passed').map(({ id, detail, findings }) => [id, detail, findings.map(({ message }) => message)]), []);
          assert.ok(checks.some(({ id }) => id === 'call'));

          const before = world.sandbox.aws.snapshot();
          const said = await events(applyAccess(access, await world.run()));
          assert.deepEqual([failures(said), changes(said)], [[], []]);
          await events(destroyAccess(access.metadata, await world.run()));
          assert.deepEqual(world.sandbox.aws.snapshot(), before, 'what Terraform makes is left to it');
          assert.equal(await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'openhands', name: 'bedrock-openhands-session' }), undefined);
        });
      } finally {
        await world.stop();
      }
    });
  }

  test('what the cluster has of the sidecar is what git says, to the letter', async () => {
    const world = await startEngineWorld({ externalSecrets: false, objects: [] });
    try {
      await inCheckout({ ...tfaction.files, 'access.yaml': declaration('openhands', fromSidecar) }, async (copy, run) => {
        assert.equal((await run(...tfaction.places, ...cluster)).code, 0);
        const served = Object.fromEntries(Object.entries(copy.files()).filter(([path]) => !path.includes('external-secret')));
        await playArgoCd({ ...served, 'cluster/argoproj/openhands/external-secret.yaml': '' }, world);
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
      await inCheckout({ ...tfaction.files, 'access.yaml': '' }, async (copy, run) => {
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
    const text = (tfaction.files[deployment] ?? '').replace(/^( +)containers:/m, '$1hostNetwork: true\n$1containers:');
    const files: Files = { ...tfaction.files, [deployment]: text, 'access.yaml': declaration('openhands', fromSidecar) };
    await inCheckout(files, async (copy, run) => {
      const { code, stderr } = await run(...tfaction.places, ...cluster);
      assert.notEqual(code, 0);
      assert.match(stderr, /host-network-shares-identity/);
      assert.deepEqual(copy.files(), files);
    });
  });
});
