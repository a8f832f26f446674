/**
 * The product itself on real parts: the same engine, unchanged, against a real control plane with the real External Secrets Operator, and
 * the sandbox's AWS, ministack and moto in turn.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAws } from '../../../src/aws/open.ts';
import { loadCatalog } from '../../../src/bedrock/catalog.ts';
import { systemClock } from '../../../src/clock.ts';
import { accessStatus, applyAccess, clusterIdOf, destroyAccess, listAccesses, planAccess, rollbackAccess } from '../../../src/engine/index.ts';
import type { RunContext, RunEvent, VerifyCheck } from '../../../src/engine/types.ts';
import { verifyAccess } from '../../../src/engine/verify/index.ts';
import { openKubernetes } from '../../../src/kubernetes/open.ts';
import type { Kubernetes } from '../../../src/kubernetes/types.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';
import { startExternalSecretsOperator } from '../../control-plane/external-secrets-operator.ts';
import { RunFolder } from '../../control-plane/run-folder.ts';
import { access, changes, declared, deployment, events, failures, namespace, seeded, store, summaryOf } from '../../scenarios/engine-world.ts';
import { realParts, report } from '../parts.ts';

interface RealAws {
  readonly name: string;
  /** Does it have Bedrock, so that the real calls of `verify` can be made? */
  readonly bedrock: boolean;
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

for (const name of ['sandbox', 'ministack', 'moto'] as const) {
  describe(`the product on a real control plane with the AWS of ${name}`, () => {
    let folder: RunFolder;
    let sandbox: Sandbox | undefined;
    let aws: RealAws;
    let administrator: Kubernetes;
    let runs = 0;

    const environment = (): Record<string, string> => ({
      KUBECONFIG: realParts().kubernetes.kubeconfigFile,
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ACCESS_KEY_ID: aws.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
      AWS_REGION: 'us-west-2',
    });
    const run = async (): Promise<RunContext> => {
      runs += 1;
      const random = seeded(runs);
      const userAgent = `bedrock-access/0.1.0 run/${name}${runs}`;
      const kubernetes = await openKubernetes({ environment: environment(), clock: systemClock, random, userAgent });
      return {
        aws: openAws({ region: 'us-west-2', environment: environment(), clock: systemClock, random, userAgent }),
        kubernetes,
        catalog: loadCatalog(),
        clock: systemClock,
        random,
        signal: new AbortController().signal,
        programVersion: '0.1.0',
        clusterId: await clusterIdOf(kubernetes),
      };
    };

    before(async () => {
      folder = RunFolder.open();
      const parts = realParts();
      sandbox = name === 'sandbox' ? await startSandbox({ externalSecrets: false }) : undefined;
      aws =
        sandbox === undefined
          ? { ...(name === 'moto' ? parts.moto : parts.ministack), name, bedrock: false }
          : { name, bedrock: true, endpoint: sandbox.aws.endpoint, accessKeyId: sandbox.environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: sandbox.environment['AWS_SECRET_ACCESS_KEY'] ?? '' };
      await startExternalSecretsOperator(
        folder,
        { ...parts.kubernetes, startedIn: 0 },
        { awsEndpoint: aws.endpoint, region: 'ap-northeast-1', accessKeyId: aws.accessKeyId, secretAccessKey: aws.secretAccessKey },
        (line) => void process.stderr.write(`${line}\n`),
      );
      administrator = await openKubernetes({ environment: environment(), clock: systemClock, random: seeded(1), userAgent: 'test-administrator' });
      for (const object of [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, store(), deployment()]) {
        await administrator.apply(object, { fieldManager: 'gitops' });
      }
      for (let count = 0; count < 200 && !((await deploymentIsAvailable()) && (await storeIsReady())); count += 1) await sleep(100);
    });
    after(async () => {
      await administrator.remove({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }, { propagation: 'Foreground' });
      await administrator.remove({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', name: 'parameterstore' });
      await folder.close();
      await sandbox?.stop();
    });

    const deploymentIsAvailable = async (): Promise<boolean> => {
      const object = await administrator.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' });
      return Object(object?.['status']).availableReplicas === 1;
    };

    const storeIsReady = async (): Promise<boolean> => {
      const object = await administrator.get({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', name: 'parameterstore' });
      return JSON.stringify(object?.['status'] ?? '').includes('store validated');
    };

    const told = (behaviour: string, play: () => Promise<void>): void => {
      it(behaviour, async () => {
        try {
          await play();
          report({ chapter: 'The product on Kubernetes 1.35 and External Secrets Operator 0.20', behaviour, parts: { [`with ${name}`]: 'same' } });
        } catch (error) {
          report({ chapter: 'The product on Kubernetes 1.35 and External Secrets Operator 0.20', behaviour, parts: { [`with ${name}`]: 'different' }, answers: { [name]: error instanceof Error ? error.message : String(error) } });
          throw error;
        }
      });
    };
    const done = (said: readonly RunEvent[]): void => {
      assert.deepEqual(failures(said), []);
      assert.equal(summaryOf(said).outcome, 'done');
    };

    told('apply makes everything, the Secret is delivered and the workload rolls out', async () => {
      const context = await run();
      done(await events(applyAccess(declared(), context)));
      assert.ok(context.aws.calls.length <= 14, `${context.aws.calls.length} AWS calls: ${context.aws.calls.map(({ action }) => action).join(' ')}`);
      const secret = await administrator.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-credentials' });
      const status = await accessStatus(access, await run());
      assert.equal(secret?.metadata.annotations?.['bedrock-access.dev/access-key-id'], status.accessKeyId);
      assert.ok(await deploymentIsAvailable());
    });

    told('a plan without changes has no step and few calls', async () => {
      const context = await run();
      const { plan } = await planAccess(declared(), context);
      assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none'), []);
      assert.ok(context.aws.calls.length <= 8, `${context.aws.calls.length} AWS calls`);
      assert.equal((await listAccesses(await run()))[0]?.user, 'bedrock-openhands-user');
    });

    told('verify finds every link of the chain in order', async () => {
      const checks: VerifyCheck[] = [];
      for await (const check of verifyAccess(declared(), { ...(await run()), call: aws.bedrock })) checks.push(check);
      const failed = checks.filter(({ outcome }) => outcome === 'failed');
      assert.deepEqual(failed.map(({ title, findings }) => [title, findings.map(({ id, message }) => `${id}: ${message}`)]), []);
    });

    told('drift in AWS and in the cluster is put right', async () => {
      const admin = await run();
      await admin.aws.iam.detachUserPolicy('bedrock-openhands-user', 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
      await administrator.patch({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'bedrock-openhands-environment' }, { type: 'merge', body: { data: { AWS_REGION: 'eu-west-1' } } }).catch(() => undefined);
      const said = await events(applyAccess(declared(), await run()));
      done(said);
      assert.ok(changes(said).includes('create policy-attachment bedrock-openhands-policy on bedrock-openhands-user'), changes(said).join());
    });

    told('another run that holds the Lease is not disturbed', async () => {
      const holder = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'bedrock-access-openhands', namespace }, spec: { holderIdentity: 'another', leaseDurationSeconds: 600, acquireTime: microTime(), renewTime: microTime() } };
      const existing = await administrator.get({ apiVersion: holder.apiVersion, kind: 'Lease', namespace, name: holder.metadata.name });
      if (existing === undefined) await administrator.create(holder);
      else await administrator.replace({ ...existing, spec: holder.spec });
      await assert.rejects(events(applyAccess(declared(), await run())), { id: 'lease-held' });
      await administrator.remove({ apiVersion: holder.apiVersion, kind: 'Lease', namespace, name: holder.metadata.name });
    });

    told('rollback of everything leaves nothing, in AWS and in the cluster', async () => {
      const said = await events(rollbackAccess(access, await run(), { all: true }));
      done(said);
      const context = await run();
      assert.equal(await context.aws.iam.getUser('bedrock-openhands-user'), undefined);
      assert.deepEqual(await listAccesses(context), []);
      assert.equal(await administrator.get({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', namespace, name: 'bedrock-credentials' }), undefined);
      const workload = await administrator.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' });
      assert.ok(!JSON.stringify(workload?.['spec']).includes('bedrock'), 'the workload still refers to what is gone');
      await assert.rejects(events(destroyAccess(access, await run())), { id: 'access-not-found' });
    });
  });
}

function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
