/** An access whose pair lies in Secrets Manager, exported. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { applyAccess } from '../../../src/engine/index.ts';
import { verifyAccess } from '../../../src/engine/verify/index.ts';
import { runCli } from '../../cli/run-cli.ts';
import { changes, events, failures, startEngineWorld, summaryOf } from '../../scenarios/engine-world.ts';
import { secretsStore } from '../../scenarios/secrets-manager-world.ts';
import { checkout } from './checkout.ts';
import { declaredIn, inCheckout, tfaction } from './exported.ts';
import { playArgoCd } from './play-argo-cd.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, tfactionRepositories, type Files } from './repositories.ts';

const { places } = tfaction;
const file = (name: string): string => `infra/terraform/aws/openhands/${name}`;
const inSecretsManager = declarationFor('openhands', (text) => text.replace('name: parameterstore', 'name: secretsmanager').replace('service: ParameterStore', 'service: SecretsManager'));
const storeFolder = 'cluster/argoproj/external-secrets-operator/store';
const secretsStoreFile = { [`${storeFolder}/secrets-manager.yaml`]: (tfactionRepositories[`${storeFolder}/parameter-store.yaml`] ?? '').replace('name: parameterstore', 'name: secretsmanager').replace('service: ParameterStore', 'service: SecretsManager') };
const holding = (declaration = inSecretsManager): Files => ({ ...tfactionRepositories, ...secretsStoreFile, 'access.yaml': declaration });

suite('export with the pair in Secrets Manager', () => {
  test('the program makes key and secret: Terraform holds neither, and marks the store on the user', () =>
    inCheckout(holding(), async (copy, run) => {
      await run(...places);
      const files = copy.files();
      const terraform = Object.entries(files).filter(([name]) => name.startsWith('infra/terraform/aws/openhands/')).map(([, text]) => text).join('\n');
      assert.doesNotMatch(terraform, /aws_secretsmanager_secret|aws_iam_access_key/);
      assert.match(terraform, /"bedrock-access\/regions" += "ap-northeast-1\/SecretsManager"/);
      assert.match(JSON.stringify(files), /secretStoreRef:\\n +name: secretsmanager\\n +kind: ClusterSecretStore/);
      assert.match((await run(...places)).stderr, /Nothing to change/);
    }));

  test('with --keys terraform: a secret, its value as JSON, and the key that lies in the state; --remove takes all three away', () =>
    inCheckout(
      holding(`${inSecretsManager}  parameterKmsKeyId: alias/bedrock\n`),
      async (copy, run) => {
        await run(...places, '--keys', 'terraform');
        assert.equal(
          copy.files()[file('secretsmanager.tf')],
          `# External Secrets Operator が読み取る Secrets Manager のシークレット
resource "aws_secretsmanager_secret" "bedrock_openhands_credentials" {
  name                    = "bedrock-openhands-credentials"
  description             = "Access key of openhands/openhands for Amazon Bedrock"
  kms_key_id              = "alias/bedrock"
  recovery_window_in_days = 0

  tags = {
    Project = "example"
  }
}

resource "aws_secretsmanager_secret_version" "bedrock_openhands_credentials" {
  secret_id = aws_secretsmanager_secret.bedrock_openhands_credentials.id

  secret_string = jsonencode({
    AWS_ACCESS_KEY_ID     = aws_iam_access_key.bedrock_openhands_user_key.id
    AWS_SECRET_ACCESS_KEY = aws_iam_access_key.bedrock_openhands_user_key.secret
  })
}
`,
        );
        assert.match(copy.files()[file('iam.tf')] ?? '', /# 注意: シークレットアクセスキーは Terraform の state/);
        assert.match((await run(...places, '--keys', 'terraform')).stderr, /Nothing to change/);
        await run(...places, '--keys', 'terraform', '--remove');
        assert.ok(!JSON.stringify(copy.files()).includes('aws_secretsmanager_secret'));
      },
    ));

  test('the file follows the habit of the module, and a secret that is there under another label keeps it', () =>
    inCheckout(holding(), async (copy, run) => {
      copy.write({ [file('secrets.tf')]: 'resource "aws_secretsmanager_secret" "pair" {\n  name = "bedrock-openhands-credentials"\n}\n\nresource "aws_secretsmanager_secret" "other" {\n  name = "other"\n}\n' });
      await run(...places, '--keys', 'terraform');
      const text = copy.files()[file('secrets.tf')] ?? '';
      assert.match(text, /resource "aws_secretsmanager_secret_version" "pair" \{\n {2}secret_id = aws_secretsmanager_secret.pair.id/);
      assert.equal(copy.files()[file('secretsmanager.tf')], undefined);
    }));

  for (const { what, declaration } of [
    { what: 'the pod calls the model', declaration: inSecretsManager },
    { what: 'the pod calls through an application profile, whose ARN a secret carries', declaration: inSecretsManager.replace('role: default', 'role: default, applicationProfile: true') },
  ]) test(`applied in the order that export prints, ${what}`, async () => {
    const world = await startEngineWorld({ judged: false, objects: [secretsStore()] });
    const copy = checkout(holding(declaration));
    try {
      const context = await world.run();
      assert.equal((await runCli(['export', '-f', 'access.yaml', ...places, '--cluster-id', context.clusterId], { directory: copy.directory })).code, 0);
      await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
      const access = declaredIn(copy);
      const said = await events(applyAccess(access, { ...context, only: ['access-key', 'ssm-parameter', 'secretsmanager-secret'] }));
      assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
      assert.deepEqual(changes(said), ['create access-key of bedrock-openhands-user', 'create secretsmanager-secret bedrock-openhands-credentials']);
      await playArgoCd(copy.files(), world);
      await world.sandbox.clock.advance(60_000);
      for await (const check of verifyAccess(access, { ...(await world.run()), call: true })) assert.notEqual(check.outcome, 'failed', `${check.id}: ${JSON.stringify(check.findings)}`);
      assert.deepEqual(changes(await events(applyAccess(access, await world.run()))), []);
    } finally {
      copy.remove();
      await world.stop();
    }
  });
});
