/** With exactly the printed permissions over a secret of Secrets Manager, and what its store's identity needs. */
import assert from 'node:assert/strict';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { test } from 'node:test';
import { rotateAccess } from '../../src/credentials/index.ts';
import { programPermissions } from '../../src/engine/permissions/index.ts';
import { applyAccess, destroyAccess, planAccess } from '../../src/engine/index.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import type { PolicyStatement } from '../../src/policy/types.ts';
import { access, deployment, events, failures, namespace, store, summaryOf, type EngineWorld } from './engine-world.ts';
import { done } from './outcomes.ts';
import { startLeastWorld, usedIsDeclared } from './permissions-world.ts';
import { inSecretsManager, region, secretName, secretsStore, withSecrets } from './secrets-manager-world.ts';

const account = '123456789012';
const boundary = `arn:aws:iam::${account}:policy/bedrock-access/bedrock-access-boundary`;
const role = `arn:aws:iam::${account}:role/service/secret-reader`;
const operator = `arn:aws:iam::${account}:user/sandbox/external-secrets`;
const parameterKmsKeyId = 'alias/bedrock';

function clientOf<Client>({ sandbox: { environment } }: Pick<EngineWorld, 'sandbox'>, make: new (settings: { region: string; endpoint: string; credentials: { accessKeyId: string; secretAccessKey: string } }) => Client): Client {
  return new make({ region, endpoint: environment['AWS_ENDPOINT_URL'] ?? '', credentials: { accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' } });
}

test('permissions: with exactly what is printed for Secrets Manager the program applies, repairs, rotates, verifies and destroys; Parameter Store is not in it', async () => {
  const ours = inSecretsManager({ permissionsBoundary: boundary, parameterKmsKeyId });
  const world = await startLeastWorld(ours, undefined, { objects: [store(), secretsStore(), deployment()] });
  const secrets = clientOf(world, SecretsManagerClient);
  const settled = async (run: AsyncIterable<RunEvent>): Promise<void> => {
    await done(run);
    await world.sandbox.clock.advance(60_000);
  };
  try {
    await settled(applyAccess(inSecretsManager({ permissionsBoundary: boundary }), await world.least()));
    // The customer's own key, put on the secret that is there.
    await settled(applyAccess(ours, await world.least()));
    for await (const check of verifyAccess(ours, { ...(await world.least()), call: true })) assert.equal(check.outcome, check.id === 'store-readers' ? 'skipped' : 'passed', `${check.id}: ${JSON.stringify(check.findings)}`);
    await settled(rotateAccess(access, await world.least(), { begin: 'now', silence: 0 }));
    await settled(rotateAccess(access, await world.least(), { begin: 'now', undo: true, silence: 0, grace: 30_000 }));
    await secrets.send(new DeleteSecretCommand({ SecretId: secretName }));
    await settled(applyAccess(ours, await world.least()));
    await settled(destroyAccess(access, await world.least()));

    const { granted, unused } = usedIsDeclared(world);
    // TagResource is asked for by CreateSecret with tags; called by itself only to adopt.
    assert.deepEqual(unused.filter((action) => action.startsWith('secretsmanager:')), ['secretsmanager:TagResource']);
    assert.deepEqual(granted.filter((action) => action.startsWith('ssm:')), []);
    assert.deepEqual(granted.filter((action) => action.startsWith('kms:')).sort(), ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']);
  } finally {
    secrets.destroy();
    await world.stop();
  }
});

for (const action of ['secretsmanager:TagResource', 'secretsmanager:CreateSecret', 'kms:GenerateDataKey', 'kms:Decrypt']) {
  test(`permissions: a new secret with tags and a key of the customer's own needs ${action}`, async () => {
    const ours = inSecretsManager({ permissionsBoundary: boundary, parameterKmsKeyId });
    const world = await startLeastWorld(ours, action, { objects: [store(), secretsStore(), deployment()] });
    try {
      assert.match(failures(await events(applyAccess(ours, await world.least()))).join('\n'), new RegExp(action));
    } finally {
      await world.stop();
    }
  });
}

test("where it lies: the store's role is told to read the secret with what `permissions` prints for it, and not a secret of another name", () =>
  withSecrets(
    async (world) => {
      const ours = inSecretsManager({ parameterKmsKeyId });
      const iam = clientOf(world, IAMClient);
      const permit = async (statements: readonly PolicyStatement[]): Promise<void> => {
        await iam.send(new PutRolePolicyCommand({ RoleName: 'secret-reader', PolicyName: 'read', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }));
        await world.advance(300_000);
      };
      const readers = async (): Promise<readonly string[]> => {
        const { plan } = await planAccess(ours, await world.run());
        return plan.findings.filter(({ id }) => id.startsWith('secret-store-')).map(({ id, message }) => `${id}: ${message}`);
      };
      try {
        await iam.send(new CreateRoleCommand({ RoleName: 'secret-reader', Path: '/service/', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: operator } }] }) }));
        const printed = programPermissions(ours).store?.Statement ?? [];
        assert.deepEqual(printed.map(({ Action, Resource }) => [Action, Resource]), [
          ['secretsmanager:GetSecretValue', [`arn:aws:secretsmanager:${region}:${account}:secret:${secretName}-??????`]],
          ['kms:Decrypt', `arn:aws:kms:${region}:${account}:key/*`],
        ]);
        await permit(printed);
        assert.match((await readers()).join('\n'), /^secret-store-readers: .*secret-reader \(spec.provider.aws.role\) reads the secret, assumed by .*external-secrets; the store admits ExternalSecrets of namespace openhands$/);
        const said = await events(applyAccess(ours, await world.run()));
        assert.equal(summaryOf(said).outcome, 'done', failures(said).join('\n'));
        const verified = async (): Promise<string> => {
          for await (const { id, detail, findings } of verifyAccess(ours, { ...(await world.run()), call: false })) if (id === 'store-readers') return [detail, ...findings.map((found) => `${found.id}: ${found.message}`)].join('\n');
          return '';
        };
        assert.match(await verified(), /reads the secret, assumed by .*external-secrets; the store admits ExternalSecrets of namespace openhands$/);

        await permit([{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' }, ...printed.slice(1)]);
        assert.match(await verified(), /reads every secret of the account(.|\n)*secret-store-open/);
        await permit([{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: `arn:aws:secretsmanager:${region}:${account}:secret:${secretName}-x-??????` }, ...printed.slice(1)]);
        assert.match(await verified(), /secret-store-cannot-read: .*is not allowed secretsmanager:GetSecretValue on arn:aws:secretsmanager:.*:secret:bedrock-openhands-credentials-\w{6}$/m);
      } finally {
        iam.destroy();
      }
    },
    { objects: [secretsStore({ role }, { conditions: [{ namespaces: [namespace] }] }), deployment()] },
  ));
