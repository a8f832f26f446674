import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';
import { call, type ApiConnection } from '../../control-plane/api-connection.ts';
import { startExternalSecretsOperator } from '../../control-plane/external-secrets-operator.ts';
import { RunFolder } from '../../control-plane/run-folder.ts';
import { connectionOf } from '../connection.ts';
import { comparable } from '../kubernetes/session.ts';
import { realParts, report } from '../parts.ts';
import { parameterStore } from './parameters.ts';
import { secretsManagerSteps } from './secrets-manager.ts';
import { namespace, region, settled, steps, type Target } from './scenario.ts';

/**
 * The real operator reads from a sandbox's SSM and Secrets Manager through the AWS SDK for Go; the stand-in from another sandbox's. Nothing is shared between the two.
 */
describe('the stand-in shows what the real External Secrets Operator shows', () => {
  let folder: RunFolder;
  let ours: Sandbox;
  let forReal: Sandbox;
  let targets: { readonly real: Target; readonly sandbox: Target };

  before(async () => {
    const { kubernetes } = realParts();
    folder = RunFolder.open();
    ours = await startSandbox();
    forReal = await startSandbox({ externalSecrets: false });
    const operator = await forReal.aws.createIdentity('external-secrets', {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['ssm:GetParameter', 'ssm:GetParameters', 'secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret', 'sts:AssumeRole'], Resource: '*' }],
    });
    await startExternalSecretsOperator(folder, { ...kubernetes, startedIn: 0 }, { awsEndpoint: forReal.aws.endpoint, region, ...operator }, (line) => void process.stderr.write(`${line}\n`));
    const credentials = ({ environment }: Sandbox) => ({ accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' });
    targets = {
      real: { api: kubernetes, parameters: parameterStore(forReal.aws.endpoint, region, credentials(forReal)) },
      sandbox: { api: connectionOf(ours.kubernetes.kubeconfigFile), parameters: parameterStore(ours.aws.endpoint, region, credentials(ours)) },
    };
    for (const { api } of Object.values(targets)) await call(api, 'POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } });
  });

  after(async () => {
    for (const { parameters } of Object.values(targets)) parameters.close();
    // While the operator still runs: it alone takes its finalizers away.
    await clear(targets.real.api);
    await folder.close();
    await ours.stop();
    await forReal.stop();
  });

  async function clear(api: ApiConnection): Promise<void> {
    const externalSecrets = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;
    await call(api, 'DELETE', externalSecrets);
    for (let count = 0; count < 100; count += 1) {
      const { body } = await call(api, 'GET', externalSecrets);
      if (JSON.stringify(Object(body).items) === '[]') break;
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
    await call(api, 'DELETE', '/apis/external-secrets.io/v1/clustersecretstores');
  }

  for (const step of [...steps, ...secretsManagerSteps]) {
    it(step.name, async () => {
      const [real, sandbox] = await Promise.all(
        [targets.real, targets.sandbox].map(async (target) => {
          await step.act(target);
          return comparable(await settled(target, step.shows, step.shown));
        }),
      );
      const same = JSON.stringify(real) === JSON.stringify(sandbox);
      report({
        chapter: 'External Secrets Operator',
        behaviour: step.name,
        parts: { sandbox: same ? 'same' : 'different', 'External Secrets Operator 0.20.4': 'same' },
        ...(same ? {} : { answers: { sandbox, real } }),
      });
      assert.deepEqual(sandbox, real);
    });
  }
});
