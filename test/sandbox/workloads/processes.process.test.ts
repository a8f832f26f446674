import { IAM } from '@aws-sdk/client-iam';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ControlPlaneClient } from './client-of-sandbox.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';

const model = 'us.anthropic.claude-sonnet-4-6';

/** Processes whose environment names this sandbox. */
function children(endpoint: string): readonly string[] {
  return ControlPlaneClient.processes().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`AWS_ENDPOINT_URL=${endpoint}`) && Number(pid) !== process.pid;
    } catch {
      return false;
    }
  });
}

it('a container of the sandbox is a real client of Bedrock that answers with the pod\'s own environment and ends with the pod', async () => {
  const sandbox = await startSandbox({ workloads: 'processes' });
  const client = new ControlPlaneClient(sandbox.kubernetes.kubeconfigFile);
  try {
    const { accessKeyId, secretAccessKey } = await sandbox.aws.createIdentity('workload');
    await client.create('/api/v1/namespaces/default/secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'credentials' }, stringData: { id: accessKeyId, secret: secretAccessKey } });
    const secret = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: 'credentials', key } } });
    await client.create('/api/v1/namespaces/default/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'app' },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'app', image: 'example/app:1', env: [{ name: 'AWS_REGION', value: 'us-west-2' }, { name: 'BEDROCK_MODEL_ID', value: model }, secret('AWS_ACCESS_KEY_ID', 'id'), secret('AWS_SECRET_ACCESS_KEY', 'secret')] }],
      },
    });
    let log = '';
    for (let count = 0; count < 200 && !log.includes('\n'); count += 1) {
      await sleep(50);
      log = await client.text('/api/v1/namespaces/default/pods/app/log');
      if (log.startsWith('{"kind":"Status"')) log = '';
    }
    const line: unknown = JSON.parse(log.split('\n')[0] ?? '{}');
    assert.ok(typeof line === 'object' && line !== null && 'answer' in line && 'model' in line, log);
    assert.equal(line.model, model);
    const call = sandbox.audit.find((entry) => entry.action === 'bedrock:InvokeModel' && entry.verdict === 'allow');
    assert.equal(call?.accessKeyId, accessKeyId);
    assert.ok(!log.includes(secretAccessKey));
    assert.equal(children(sandbox.aws.endpoint).length, 1);
    await client.remove('/api/v1/namespaces/default/pods/app');
    for (let count = 0; count < 100 && children(sandbox.aws.endpoint).length > 0; count += 1) await sleep(20);
    assert.equal(children(sandbox.aws.endpoint).length, 0);
    await client.create('/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'left' }, spec: { containers: [{ name: 'app', image: 'example/app:1' }] } });
    for (let count = 0; count < 100 && children(sandbox.aws.endpoint).length === 0; count += 1) await sleep(20);
    assert.equal(children(sandbox.aws.endpoint).length, 1);
  } finally {
    await sandbox.stop();
  }
  assert.equal(children(sandbox.aws.endpoint).length, 0);
});

it('an init container calls Bedrock once and ends before the next one starts; one whose call is refused keeps the pod from starting', async () => {
  const sandbox = await startSandbox({ workloads: 'processes' });
  const client = new ControlPlaneClient(sandbox.kubernetes.kubeconfigFile);
  try {
    const { accessKeyId, secretAccessKey } = await sandbox.aws.createIdentity('workload');
    const pod = (name: string, secret: string) => {
      const env = Object.entries({ AWS_REGION: 'us-west-2', BEDROCK_MODEL_ID: model, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secret }).map(([variable, value]) => ({ name: variable, value }));
      return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { initContainers: [{ name: 'prepare', image: 'example/prepare:1', env }, { name: 'plain', image: 'example/plain:1' }], containers: [{ name: 'app', image: 'example/app:1' }] } };
    };
    await client.create('/api/v1/namespaces/default/pods', pod('good', secretAccessKey));
    await client.create('/api/v1/namespaces/default/pods', pod('refused', 'another'));
    const statusOf = async (name: string): Promise<{ readonly phase?: string; readonly initContainerStatuses?: readonly { readonly state: unknown; readonly lastState: unknown }[] }> => {
      const object: { readonly status: object } = JSON.parse(await client.text(`/api/v1/namespaces/default/pods/${name}`));
      return object.status;
    };
    let good = await statusOf('good');
    for (let count = 0; count < 200 && good.phase !== 'Running'; count += 1) {
      await sleep(50);
      good = await statusOf('good');
    }
    assert.match(JSON.stringify(good.initContainerStatuses?.map(({ state }) => state)), /"exitCode":0.*"exitCode":0/);
    assert.equal(sandbox.audit.filter(({ action, verdict }) => action === 'bedrock:InvokeModel' && verdict === 'allow').length, 1);
    let refused = await statusOf('refused');
    for (let count = 0; count < 200 && !JSON.stringify(refused).includes('CrashLoopBackOff'); count += 1) {
      await sleep(50);
      refused = await statusOf('refused');
    }
    assert.equal(refused.phase, 'Pending');
    assert.match(JSON.stringify(refused.initContainerStatuses?.[0]), /CrashLoopBackOff.*"exitCode":1/);
  } finally {
    await sandbox.stop();
  }
});

it('a container whose pod projects a token calls Bedrock as the role that trusts its ServiceAccount, with no key at all', async () => {
  const issuer = 'oidc.lolice.example';
  const sandbox = await startSandbox({ workloads: 'processes', issuer: `https://${issuer}` });
  const client = new ControlPlaneClient(sandbox.kubernetes.kubeconfigFile);
  const iam = new IAM({ endpoint: sandbox.aws.endpoint, region: 'us-west-2', credentials: await sandbox.aws.createIdentity('platform') });
  try {
    const { OpenIDConnectProviderArn: provider = '' } = await iam.createOpenIDConnectProvider({ Url: `https://${issuer}`, ClientIDList: ['sts.amazonaws.com'] });
    const statement = { Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: provider }, Condition: { StringEquals: { [`${issuer}:sub`]: 'system:serviceaccount:default:default', [`${issuer}:aud`]: 'sts.amazonaws.com' } } };
    const { Role: role } = await iam.createRole({ RoleName: 'bedrock', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) });
    await iam.putRolePolicy({ RoleName: 'bedrock', PolicyName: 'invoke', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: '*' }] }) });
    const mountPath = '/var/run/secrets/bedrock-access';
    const env = Object.entries({ AWS_REGION: 'us-west-2', BEDROCK_MODEL_ID: model, AWS_ROLE_ARN: role?.Arn ?? '', AWS_WEB_IDENTITY_TOKEN_FILE: `${mountPath}/token` }).map(([name, value]) => ({ name, value }));
    await client.create('/api/v1/namespaces/default/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'app' },
      spec: {
        containers: [{ name: 'app', image: 'example/app:1', env, volumeMounts: [{ name: 'token', mountPath, readOnly: true }] }],
        volumes: [{ name: 'token', projected: { sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com', path: 'token' } }] } }],
      },
    });
    const called = (): boolean => sandbox.audit.some(({ action }) => action === 'bedrock:InvokeModel');
    for (let count = 0; count < 400 && !called(); count += 1) await sleep(50);
    const call = sandbox.audit.find(({ action }) => action === 'bedrock:InvokeModel');
    assert.equal(call?.verdict, 'allow', await client.text('/api/v1/namespaces/default/pods/app/log'));
    assert.match(call.identity, /^arn:aws:sts::123456789012:assumed-role\/bedrock\//);
    assert.match(call.accessKeyId ?? '', /^ASIA/);
  } finally {
    iam.destroy();
    await sandbox.stop();
  }
});

it('a client ends when the sandbox is killed without a chance to end it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'killed-sandbox-'));
  const script = `
    import { startSandbox } from ${JSON.stringify(new URL('../../../src/sandbox/start.ts', import.meta.url).href)};
    import { ControlPlaneClient } from ${JSON.stringify(new URL('./client-of-sandbox.ts', import.meta.url).href)};
    const sandbox = await startSandbox({ workloads: 'processes', directory: ${JSON.stringify(directory)} });
    const client = new ControlPlaneClient(sandbox.kubernetes.kubeconfigFile);
    await client.create('/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app' }, spec: { containers: [{ name: 'app', image: 'example/app:1' }] } });
    console.log(sandbox.aws.endpoint);
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const endpoint = await new Promise<string>((resolve) => void child.stdout.once('data', (part: Buffer) => resolve(part.toString('utf8').trim())));
  for (let count = 0; count < 200 && children(endpoint).length === 0; count += 1) await sleep(20);
  assert.equal(children(endpoint).length, 1);
  child.kill('SIGKILL');
  for (let count = 0; count < 200 && children(endpoint).length > 0; count += 1) await sleep(20);
  assert.equal(children(endpoint).length, 0);
  rmSync(directory, { recursive: true, force: true });
});
