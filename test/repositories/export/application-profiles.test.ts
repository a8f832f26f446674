/** Application profiles in both repositories: Terraform makes them, a parameter carries the ARN, the ExternalSecret makes the variables of it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseAccess } from '../../../src/access/parse.ts';
import { applyAccess, destroyAccess } from '../../../src/engine/index.ts';
import { kindsNamed } from '../../../src/engine/only.ts';
import { runCli, type CliResult } from '../../cli/run-cli.ts';
import { changes, events, failures, startEngineWorld, store, type EngineWorld } from '../../scenarios/engine-world.ts';
import { checkout, type Checkout } from './checkout.ts';
import { declaredIn, failedChecks, tfaction } from './exported.ts';
import { playArgoCd } from './play-argo-cd.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, tfactionRepositories } from './repositories.ts';

const { places } = tfaction;
const own = declarationFor('openhands').replace('role: default', 'role: default, applicationProfile: true');
const haiku = own.replace('us.anthropic.claude-sonnet-4-6', 'us.anthropic.claude-haiku-4-5-20251001-v1:0');

describe('an application profile in both repositories', () => {
  test('applied in the printed order the pod calls through it, and neither side finds anything to put right', async () => {
    await inCheckout(async (copy, run, world) => {
      const context = await world.run();
      const { code, stderr } = await run('--cluster-id', context.clusterId);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /It makes IAM user bedrock-openhands-user and its policy, its application inference profile and the parameter with its ARN\./);
      await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
      const access = declaredIn(copy);
      assert.deepEqual(failures(await events(applyAccess(access, { ...context, only: ['access-key', 'ssm-parameter'] }))), []);
      await playArgoCd(copy.files(), world);
      await world.sandbox.clock.advance(60_000);
      assert.deepEqual(await failedChecks(access, world), []);
      assert.deepEqual(changes(await events(applyAccess(access, await world.run()))), []);
    });
  });

  test('made by the program is carried by a parameter of its own, and goes with the access', async () => {
    await inCheckout(async (copy, _run, world) => {
      const empty = await world.inAws();
      const context = await world.run();
      const exported = await runCli(['export', '-f', 'access.yaml', '--manifests', 'cluster/argoproj/openhands', '--cluster-id', context.clusterId], { directory: copy.directory });
      assert.equal(exported.code, 0, exported.stderr);
      const words = /apply -f \S+ --only (\S+)/.exec(exported.stderr)?.[1] ?? '';
      assert.equal(words, 'user,key,parameter,policy,profile');
      const access = declaredIn(copy);
      const said = await events(applyAccess(access, { ...context, only: kindsNamed(words) }));
      assert.deepEqual(failures(said), []);
      assert.ok(changes(said).includes('create profile-parameter bedrock-openhands-us-anthropic-claude-sonnet-4-6'));
      await playArgoCd(copy.files(), world);
      await world.sandbox.clock.advance(60_000);
      assert.deepEqual(await failedChecks(access, world), []);
      assert.deepEqual(changes(await events(applyAccess(access, await world.run()))), []);
      // Another model: another profile, another parameter; the old ones go when nothing calls through them.
      const { accesses } = parseAccess((copy.files()['cluster/argoproj/openhands/access.yaml'] ?? '').replace('us.anthropic.claude-sonnet-4-6', 'us.anthropic.claude-haiku-4-5-20251001-v1:0'));
      assert.ok(accesses[0]);
      assert.ok(changes(await events(applyAccess(accesses[0].access, { ...(await world.run()), only: kindsNamed(words) }))).includes('create profile-parameter bedrock-openhands-us-anthropic-claude-haiku-4-5-20251001-v1-0'));
      assert.deepEqual(failures(await events(destroyAccess(access.metadata, await world.run()))), []);
      assert.deepEqual(await world.inAws(), empty);
    });
  });

  test('comes out again without a trace, and a second export changes nothing', async () => {
    await inCheckout(async (copy, run) => {
      const before = copy.files();
      assert.equal((await run()).code, 0);
      assert.match((await run()).stderr, /Nothing to change/);
      assert.equal((await run('--remove')).code, 0);
      assert.ok(!Object.entries(copy.files()).some(([path, text]) => path.endsWith('.tf') && /inference_profile|aws_ssm_parameter" "bedrock/.test(text)));
      assert.equal((await run('--remove')).code, 0);
      const left = copy.files();
      assert.deepEqual(Object.keys(left).sort(), Object.keys(before).sort());
    });
  });

  test('over another model stands beside the former one, which is named until it is taken away', async () => {
    await inCheckout(async (copy, run) => {
      assert.equal((await run()).code, 0);
      copy.write({ 'access.yaml': haiku });
      const { code, stderr } = await run();
      assert.equal(code, 0, stderr);
      assert.match(stderr, /export-profile-left.*aws_bedrock_inference_profile\.bedrock_openhands_us_anthropic_claude_sonnet_4_6/);
      const iam = copy.files()['infra/terraform/aws/openhands/iam.tf'] ?? '';
      assert.deepEqual([...iam.matchAll(/resource "(aws_bedrock_inference_profile|aws_iam_policy)" "(\w+)"/g)].map(([, , label]) => label), [
        'bedrock_openhands_us_anthropic_claude_sonnet_4_6',
        'bedrock_openhands_policy',
        'bedrock_openhands_policy_profiles_2f6306e5',
        'bedrock_openhands_us_anthropic_claude_haiku_4_5_20251001_v1_0',
        'bedrock_openhands_policy_profiles_edc7f47e',
      ]);
    });
  });

  test('is refused by name where pods have no Secret that could carry its ARN', async () => {
    const keyless = own.replace(/ {2}credentials:[\s\S]*/, '  credentials:\n    webIdentity: { issuer: "https://oidc.example.com/cluster", serviceAccount: openhands }\n').replace('client: openhands', 'client: boto3');
    const { accesses, findings } = parseAccess(`${keyless}  managedBy: { cluster: manifests }\n`);
    assert.equal(accesses.length, 0);
    assert.ok(findings.some(({ id }) => id === 'application-profile-undelivered'), findings.map(({ id }) => id).join());
  });
});

async function inCheckout(work: (copy: Checkout, run: (...argv: readonly string[]) => Promise<CliResult>, world: EngineWorld) => Promise<void>): Promise<void> {
  const world = await startEngineWorld({ judged: false, objects: [store()] });
  const copy = checkout({ ...tfactionRepositories, 'access.yaml': own });
  try {
    await work(copy, (...argv) => runCli(['export', '-f', 'access.yaml', ...places, ...argv], { directory: copy.directory }), world);
  } finally {
    copy.remove();
    await world.stop();
  }
}
