/** An access with an API key, exported: Terraform makes user and policy, the program the key, git the ExternalSecret. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { applyAccess } from '../../../src/engine/index.ts';
import { runCli } from '../../cli/run-cli.ts';
import { changes, events, failures, startEngineWorld, store, summaryOf } from '../../scenarios/engine-world.ts';
import { checkout } from './checkout.ts';
import { declaredIn, failedChecks, tfaction } from './exported.ts';
import { playArgoCd } from './play-argo-cd.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, tfactionRepositories, withoutKeys } from './repositories.ts';

const { places } = tfaction;
const declaration = declarationFor('openhands', (text) => text.replace('accessKey:', 'apiKey:').replace('client: openhands', 'client: boto3'));
const repositories = { ...withoutKeys(tfactionRepositories), 'access.yaml': declaration };

suite('export with an API key', () => {
  test('Terraform grants the one action and holds no key; the ExternalSecret reads the token with its id; check has no error, and a second export changes nothing', async () => {
    const copy = checkout(repositories);
    try {
      const run = (...argv: readonly string[]): ReturnType<typeof runCli> => runCli([...argv], { directory: copy.directory });
      const exported = await run('export', '-f', 'access.yaml', ...places);
      assert.equal(exported.code, 0, exported.stderr);
      const files = copy.files();
      const terraform = Object.entries(files).filter(([name]) => name.startsWith('infra/terraform/aws/openhands/')).map(([, text]) => text).join('\n');
      assert.match(terraform, /bedrock:CallWithBearerToken/);
      assert.match(terraform, /bedrock:BearerTokenType/);
      assert.doesNotMatch(terraform, /aws_iam_service_specific_credential|aws_iam_access_key/);
      const manifests = Object.entries(files).filter(([name]) => name.startsWith('cluster/')).map(([, text]) => text).join('\n');
      assert.match(manifests, /secretKey: AWS_BEARER_TOKEN_BEDROCK\n/);
      assert.match(manifests, /\{\{ \.BEDROCK_API_KEY_ID \}\}/);
      assert.match((await run('export', '-f', 'access.yaml', ...places)).stderr, /Nothing to change/);
      const checked = await run('check', '--terraform', join(copy.directory, 'infra'), '--manifests', join(copy.directory, 'cluster'));
      assert.doesNotMatch(checked.stdout, /error\[|secret-missing|key-pair-split|variable-missing|token-beside-key/, checked.stdout);
    } finally {
      copy.remove();
    }
  });

  test('a key pair of somebody else that stays beside the token is named', async () => {
    const copy = checkout({ ...repositories, ...tfactionRepositories, 'access.yaml': declaration });
    try {
      assert.equal((await runCli(['export', '-f', 'access.yaml', ...places], { directory: copy.directory })).code, 0);
      assert.match((await runCli(['check', '--manifests', join(copy.directory, 'cluster')], { directory: copy.directory })).stdout, /warning\[token-beside-key\]: Deployment openhands/);
    } finally {
      copy.remove();
    }
  });

  test('--keys terraform is refused: the state would hold the token', async () => {
    const copy = checkout(repositories);
    try {
      const refused = await runCli(['export', '-f', 'access.yaml', ...places, '--keys', 'terraform'], { directory: copy.directory });
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /error\[export-key-in-state\]/);
    } finally {
      copy.remove();
    }
  });

  test('applied in the order that export prints, the pod calls the model with the token', async () => {
    const world = await startEngineWorld({ judged: false, objects: [store()] });
    const copy = checkout(repositories);
    try {
      const context = await world.run();
      assert.equal((await runCli(['export', '-f', 'access.yaml', ...places, '--cluster-id', context.clusterId], { directory: copy.directory })).code, 0);
      await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
      const access = declaredIn(copy);
      const said = await events(applyAccess(access, { ...context, only: ['api-key', 'ssm-parameter'] }));
      assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
      await playArgoCd(copy.files(), world);
      await world.sandbox.clock.advance(60_000);
      assert.deepEqual(await failedChecks(access, world), []);
      assert.deepEqual(changes(await events(applyAccess(access, await world.run()))), []);
    } finally {
      copy.remove();
      await world.stop();
    }
  });
});
