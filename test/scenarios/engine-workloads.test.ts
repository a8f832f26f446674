/** Point 5 of "The spine made whole": workloads as they are. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import { applyAccess, destroyAccess, planAccess } from '../../src/engine/index.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { at, isRecord, recordsAt } from '../../src/resources/json.ts';
import { access, declared, deployment, events, failures, namespace, startEngineWorld, store, summaryOf, type EngineWorld } from './engine-world.ts';
import { installRollouts, playReloader, podTemplate } from './workload-actors.ts';

type DeclaredWorkload = Exclude<AccessDocumentSpec['workloads'][number], string>;

const boto3 = (workload: Partial<DeclaredWorkload>): ReturnType<typeof declared> => declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3', ...workload }] });
const haiku = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';

async function inWorld(objects: readonly KubernetesObject[], tell: (world: EngineWorld) => Promise<void>): Promise<void> {
  const world = await startEngineWorld({ objects: [store(), ...objects] });
  try {
    await tell(world);
  } finally {
    await world.stop();
  }
}

async function apply(world: EngineWorld, document: ReturnType<typeof declared>, changes: Parameters<EngineWorld['run']>[0] = {}): Promise<Awaited<ReturnType<typeof events>>> {
  const said = await events(applyAccess(document, await world.run(changes)));
  assert.deepEqual(failures(said), []);
  assert.equal(summaryOf(said).outcome, 'done');
  const { plan } = await planAccess(document, await world.run(changes));
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), [], 'a second apply would have nothing to do');
  return said;
}

const workload = async (world: EngineWorld, kind: string, apiVersion = 'apps/v1', name = 'openhands'): Promise<KubernetesObject> => {
  const object = await world.kubernetes.get({ apiVersion, kind, namespace, name });
  assert.ok(object !== undefined, `${kind} ${name} is not there`);
  return object;
};
const referred = (container: unknown): readonly string[] => recordsAt(container, 'env').filter((entry) => isRecord(entry['valueFrom'])).map(({ name }) => String(name));
async function planFindings(world: EngineWorld, document: ReturnType<typeof declared>): Promise<readonly { readonly id: string; readonly message: string; readonly cause: string }[]> {
  world.used.inPlay([document]);
  return (await planAccess(document, await world.run())).plan.findings;
}

async function verifyFailures(world: EngineWorld, document: ReturnType<typeof declared>): Promise<readonly string[]> {
  const failed: string[] = [];
  for await (const { id, outcome, detail } of verifyAccess(document, { ...(await world.run()), call: true })) if (outcome === 'failed') failed.push(`${id}: ${detail}`);
  return failed;
}

suite('runs', () => {
  const cronJob: KubernetesObject = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'openhands', namespace },
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'example.invalid/job:1' }] } } } } },
  };

  test('workloads as they are: new runs of a CronJob have the variables, another model needs no change of it, and destroy takes them away', () =>
    inWorld([cronJob], async (world) => {
      const document = boto3({ kind: 'CronJob' });
      await apply(world, document);
      const [container] = recordsAt(await workload(world, 'CronJob', 'batch/v1'), 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers');
      assert.ok(referred(container).includes('AWS_SECRET_ACCESS_KEY'));
      assert.deepEqual(await verifyFailures(world, document), [], 'what the next run would get is verified with a real call');
      await world.sandbox.clock.advance(301_000);
      const [pod] = (await world.kubernetes.list('v1', 'Pod', { namespace })).filter(({ metadata }) => metadata.name?.startsWith('openhands-') === true);
      assert.ok(referred(recordsAt(pod, 'spec', 'containers')[0]).includes('AWS_SECRET_ACCESS_KEY'));

      const { generation } = (await workload(world, 'CronJob', 'batch/v1')).metadata;
      await apply(world, declared({ models: [{ id: haiku, role: 'default' }], workloads: [{ kind: 'CronJob', name: 'openhands', client: 'boto3' }] }));
      assert.equal((await workload(world, 'CronJob', 'batch/v1')).metadata.generation, generation);

      assert.equal(summaryOf(await events(destroyAccess(access, await world.run()))).outcome, 'done');
      assert.deepEqual(referred(recordsAt(await workload(world, 'CronJob', 'batch/v1'), 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers')[0]), []);
    }));

  test('workloads as they are: a Job is never written: what it needs is said, before it is made and after, and with its references it is in place', () =>
    inWorld([], async (world) => {
      const document = boto3({ kind: 'Job' });
      const job = (env: readonly unknown[]): KubernetesObject => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'openhands', namespace }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'example.invalid/job:1', env }] } } } });
      const made = (findings: readonly { readonly id: string }[]): number => findings.filter(({ id }) => id === 'workload-made-by-others').length;
      await apply(world, document);
      const [said] = (await planFindings(world, document)).filter(({ id }) => id === 'workload-made-by-others');
      assert.match(said?.message ?? '', /Job openhands does not exist yet/);
      await world.kubernetes.create(job([{ name: 'AWS_REGION', value: 'us-east-1' }]));
      assert.match((await planFindings(world, document)).find(({ id }) => id === 'workload-made-by-others')?.cause ?? '', /job: AWS_REGION/);
      await world.kubernetes.remove({ apiVersion: 'batch/v1', kind: 'Job', namespace, name: 'openhands' }, { propagation: 'Background' });
      await world.sandbox.clock.advance(10_000);
      const { observation } = await planAccess(document, await world.run());
      const wanted = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((name) => ({ name, valueFrom: { secretKeyRef: { name: 'bedrock-credentials', key: name } } }));
      const values = at(observation.found.get('environment-config-map/environment')?.observed, 'data');
      assert.ok(isRecord(values));
      await world.kubernetes.create(job([...wanted, ...Object.keys(values).map((name) => ({ name, valueFrom: { configMapKeyRef: { name: 'bedrock-openhands-environment', key: name } } }))]));
      assert.equal(made(await planFindings(world, document)), 0);
      const audit = world.sandbox.audit.filter(({ action }) => action === 'patch jobs' || action === 'update jobs');
      assert.deepEqual(audit.filter(({ identity }) => !identity.startsWith('system:')), []);
    }));
});

suite('containers and variables', () => {
  test('workloads as they are: named init containers, sidecars and containers get the variables, and no other does', () =>
    inWorld(
      [
        deployment('openhands', {}),
        {
          ...deployment('many'),
          spec: {
            replicas: 1,
            selector: { matchLabels: { app: 'many' } },
            template: {
              metadata: { labels: { app: 'many' } },
              spec: {
                initContainers: [
                  { name: 'prepare', image: 'example.invalid/a:1' },
                  { name: 'sidecar', image: 'example.invalid/b:1', restartPolicy: 'Always' },
                  { name: 'mesh', image: 'example.invalid/c:1', restartPolicy: 'Always' },
                ],
                containers: [{ name: 'app', image: 'example.invalid/d:1' }, { name: 'proxy', image: 'example.invalid/e:1' }],
              },
            },
          },
        },
      ],
      async (world) => {
        await apply(world, boto3({ name: 'many', containers: ['prepare', 'sidecar', 'app'] }));
        const spec = at(await workload(world, 'Deployment', 'apps/v1', 'many'), 'spec', 'template', 'spec');
        const all = [...recordsAt(spec, 'initContainers'), ...recordsAt(spec, 'containers')];
        assert.deepEqual(all.map((container) => [container['name'], referred(container).length > 0]), [['prepare', true], ['sidecar', true], ['mesh', false], ['app', true], ['proxy', false]]);
        assert.deepEqual(all.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name), ['sidecar', 'mesh']);
      },
    ));

  test('workloads as they are: what a container has from envFrom of our ConfigMap and Secret is not put in a second time', () =>
    inWorld([deployment('openhands', { env: [], envFrom: [{ configMapRef: { name: 'someone-elses', optional: true } }, { secretRef: { name: 'bedrock-credentials', optional: true } }] })], async (world) => {
      await apply(world, boto3({}));
      const [container] = recordsAt(await workload(world, 'Deployment'), 'spec', 'template', 'spec', 'containers');
      assert.ok(!referred(container).includes('AWS_ACCESS_KEY_ID'), 'the Secret comes last in envFrom and gives it');
      assert.ok(referred(container).includes('AWS_REGION'), 'the ConfigMap is not in envFrom');
    }));

  test('workloads as they are: a variable that stands twice is refused, with its container', () =>
    inWorld([deployment('openhands', { env: [{ name: 'AWS_REGION', value: 'a' }, { name: 'AWS_REGION', value: 'b' }] })], async (world) => {
      world.used.inPlay([boto3({})]);
      await assert.rejects(events(applyAccess(boto3({}), await world.run())), { id: 'variable-repeated', message: /AWS_REGION of container openhands/ });
    }));

  test('workloads as they are: a plain value of another manager is refused, and with --adopt becomes a reference in one roll-out that destroy takes away again', () =>
    inWorld([deployment('openhands', { env: [{ name: 'AWS_REGION', value: 'us-east-1' }, { name: 'LOG_LEVEL', value: 'info' }] })], async (world) => {
      await assert.rejects(events(applyAccess(boto3({}), await world.run())), { id: 'field-owned-by-other' });
      const before = (await workload(world, 'Deployment')).metadata.generation ?? 0;
      const said = await apply(world, boto3({}), { adopt: true });
      const planned = said.find((event) => event.type === 'planned');
      const step = planned?.type === 'planned' ? planned.plan.steps.find(({ kind }) => kind === 'workload-environment') : undefined;
      assert.deepEqual(step?.differences.find(({ field }) => field === 'env AWS_REGION of openhands'), { field: 'env AWS_REGION of openhands', from: '"us-east-1"', to: 'ConfigMap bedrock-openhands-environment, AWS_REGION' });
      const object = await workload(world, 'Deployment');
      assert.equal(object.metadata.generation, before + 1);
      const [container] = recordsAt(object, 'spec', 'template', 'spec', 'containers');
      assert.deepEqual(recordsAt(container, 'env').find(({ name }) => name === 'AWS_REGION'), { name: 'AWS_REGION', valueFrom: { configMapKeyRef: { name: 'bedrock-openhands-environment', key: 'AWS_REGION' } } });
      assert.equal(summaryOf(await events(destroyAccess(access, await world.run()))).outcome, 'done');
      const [left] = recordsAt(await workload(world, 'Deployment'), 'spec', 'template', 'spec', 'containers');
      assert.deepEqual(recordsAt(left, 'env'), [{ name: 'LOG_LEVEL', value: 'info' }]);
    }));
});

suite('strategies', () => {
  const withSpec = (kind: string, spec: Readonly<Record<string, unknown>>, pod: Readonly<Record<string, unknown>> = {}): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'openhands', namespace },
    spec: { ...(kind === 'DaemonSet' ? {} : { replicas: 1 }), selector: { matchLabels: { app: 'openhands' } }, ...(kind === 'StatefulSet' ? { serviceName: 'openhands' } : {}), template: podTemplate('openhands', pod), ...spec },
  });

  for (const { what, object, says } of [
    { what: 'Recreate', object: withSpec('Deployment', { strategy: { type: 'Recreate' } }, { terminationGracePeriodSeconds: 45 }), says: /Recreate.*up to 45 s .*and \d+ s for the new one/s },
    { what: 'no surge', object: withSpec('Deployment', { minReadySeconds: 20, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } }), says: /surge by no pod.*up to 30 s .*(2\d|3\d) s for the new one/s },
    { what: 'a StatefulSet of one', object: withSpec('StatefulSet', {}), says: /ends its one pod.*up to 30 s/s },
    { what: 'a DaemonSet', object: withSpec('DaemonSet', {}), says: /ends the pod of a node.*up to 30 s/s },
  ]) {
    test(`workloads as they are: the plan says how long the gap is: ${what}`, () =>
      inWorld([object], async (world) => {
        await world.sandbox.clock.advance(60_000);
        const document = boto3({ kind: object.kind === 'Deployment' ? 'Deployment' : object.kind === 'DaemonSet' ? 'DaemonSet' : 'StatefulSet' });
        const [gap] = (await planFindings(world, document)).filter(({ id }) => id === 'roll-out-gap');
        assert.match(`${gap?.message} ${gap?.cause}`, says);
        await apply(world, document);
        assert.deepEqual((await planFindings(world, document)).filter(({ id }) => id === 'roll-out-gap'), [], 'nothing is replaced any more');
      }));
  }

  test('workloads as they are: a Deployment that surges has no gap to speak of', () =>
    inWorld([deployment()], async (world) => {
      assert.deepEqual((await planFindings(world, boto3({}))).filter(({ id }) => id.startsWith('roll-out')), []);
    }));

  test('workloads as they are: pods that are replaced by hand alone: the plan says so, the run says what is left to do, and goes on when it is done', () =>
    inWorld([withSpec('StatefulSet', { updateStrategy: { type: 'OnDelete' } })], async (world) => {
      const document = boto3({ kind: 'StatefulSet' });
      assert.ok((await planFindings(world, document)).some(({ id, message }) => id === 'roll-out-by-hand' && message.includes('OnDelete')));
      const said = await events(applyAccess(document, await world.run()));
      assert.deepEqual(said.flatMap((event) => (event.type === 'step-failed' ? [event.finding.id] : [])), ['roll-out-stuck']);
      await world.kubernetes.remove({ apiVersion: 'v1', kind: 'Pod', namespace, name: 'openhands-0' });
      await world.sandbox.clock.advance(60_000);
      await apply(world, document);
    }));

  test('workloads as they are: a paused Deployment: the plan says so, and after it is resumed the run goes on', () =>
    inWorld([withSpec('Deployment', { paused: true })], async (world) => {
      assert.ok((await planFindings(world, boto3({}))).some(({ id, message }) => id === 'roll-out-by-hand' && message.includes('paused')));
      const said = await events(applyAccess(boto3({}), await world.run()));
      assert.deepEqual(said.flatMap((event) => (event.type === 'step-failed' ? [event.finding.id] : [])), ['roll-out-stuck']);
      await world.kubernetes.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }, { type: 'merge', body: { spec: { paused: false } } });
      await apply(world, boto3({}));
    }));
});

suite('Argo Rollouts', () => {
  const rollout = (spec: Readonly<Record<string, unknown>> = {}): KubernetesObject => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'openhands', namespace },
    spec: { replicas: 1, selector: { matchLabels: { app: 'openhands' } }, strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } }, template: podTemplate('openhands'), ...spec },
  });

  test('workloads as they are: a Rollout gets its variables, a pause without an end is named, and after its promotion the run goes on', () =>
    inWorld([], async (world) => {
      const argo = await installRollouts(world, rollout());
      const document = boto3({ kind: 'Rollout' });
      const said = await events(applyAccess(document, await world.run()));
      const failed = said.find((event) => event.type === 'step-failed');
      assert.equal(failed?.type === 'step-failed' && failed.finding.id, 'roll-out-stuck');
      assert.match(failed?.type === 'step-failed' ? failed.finding.cause : '', /promote openhands/);
      await argo.promote();
      await apply(world, document);
      assert.deepEqual(await verifyFailures(world, document), []);
      const [container] = recordsAt(await workload(world, 'Rollout', 'argoproj.io/v1alpha1'), 'spec', 'template', 'spec', 'containers');
      assert.ok(referred(container).includes('AWS_SECRET_ACCESS_KEY'));
      const destroyed = events(destroyAccess(access, await world.run()));
      assert.equal(summaryOf(await destroyed).outcome, 'done');
      assert.deepEqual(referred(recordsAt(await workload(world, 'Rollout', 'argoproj.io/v1alpha1'), 'spec', 'template', 'spec', 'containers')[0]), []);
    }));

  test('workloads as they are: a Rollout with the template of another workload is refused, and one that nobody serves is not found', () =>
    inWorld([], async (world) => {
      world.used.inPlay([boto3({ kind: 'Rollout' })]);
      await assert.rejects(events(applyAccess(boto3({ kind: 'Rollout' }), await world.run())), { id: 'workload-not-found' });
      await installRollouts(world, rollout({ template: undefined, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'openhands' } }));
      await assert.rejects(events(applyAccess(boto3({ kind: 'Rollout' }), await world.run())), { id: 'workload-template-elsewhere' });
    }));
});

suite('one actor restarts', () => {
  const annotated = (annotations: Readonly<Record<string, string>>): KubernetesObject => ({ ...deployment(), metadata: { name: 'openhands', namespace, annotations } });

  for (const { what, annotations, args } of [
    { what: 'reloader.stakater.com/auto', annotations: { 'reloader.stakater.com/auto': 'true' }, args: [] },
    { what: 'the Secret by name, the ConfigMap by name', annotations: { 'secret.reloader.stakater.com/reload': 'other,bedrock-credentials', 'configmap.reloader.stakater.com/reload': 'bedrock-.*' }, args: [] },
    { what: '--auto-reload-all', annotations: {}, args: ['--auto-reload-all=true'] },
  ]) {
    test(`workloads as they are: where Reloader will restart (${what}), the program does not, and waits for that roll-out`, () =>
      inWorld([annotated(annotations)], async (world) => {
        const reloader = await playReloader(world, args);
        await apply(world, declared());
        const template = async (): Promise<unknown> => at(await workload(world, 'Deployment'), 'spec', 'template', 'metadata', 'annotations', 'bedrock-access.dev/environment');
        assert.equal(await template(), undefined);
        await world.sandbox.clock.advance(10_000);
        const restarts = reloader.restarts;
        const before = (await workload(world, 'Deployment')).metadata.generation ?? 0;
        const said = await apply(world, declared({ models: [{ id: haiku, role: 'default' }] }));
        assert.ok(said.some((event) => event.type === 'waiting' && event.for.includes('Reloader to restart Deployment openhands')));
        assert.equal(reloader.restarts, restarts + 1);
        assert.equal((await workload(world, 'Deployment')).metadata.generation, before + 1, 'restarted once, by Reloader');
        assert.equal(await template(), undefined);
      }));
  }

  test('workloads as they are: annotations for a Reloader that is not there are not believed: the program restarts', () =>
    inWorld([annotated({ 'reloader.stakater.com/auto': 'true' })], async (world) => {
      await apply(world, declared());
      assert.notEqual(at(await workload(world, 'Deployment'), 'spec', 'template', 'metadata', 'annotations', 'bedrock-access.dev/environment'), undefined);
    }));

  test('workloads as they are: only the Secret is left to Reloader: for the ConfigMap the program restarts', () =>
    inWorld([annotated({ 'secret.reloader.stakater.com/reload': 'bedrock-credentials' })], async (world) => {
      await playReloader(world, []);
      await apply(world, declared());
      const object = await workload(world, 'Deployment');
      assert.notEqual(at(object, 'spec', 'template', 'metadata', 'annotations', 'bedrock-access.dev/environment'), undefined);
      assert.equal(at(object, 'spec', 'template', 'metadata', 'annotations', 'bedrock-access.dev/credential'), undefined);
    }));

  test('workloads as they are: a Reloader that says nothing is named, with what to do', () =>
    inWorld([annotated({ 'reloader.stakater.com/auto': 'true' })], async (world) => {
      const reloader = await playReloader(world, []);
      await apply(world, declared());
      await world.sandbox.clock.advance(10_000);
      reloader.asleep = true;
      const said = await events(applyAccess(declared({ models: [{ id: haiku, role: 'default' }] }), await world.run()));
      const failed = said.find((event) => event.type === 'step-failed');
      assert.equal(failed?.type === 'step-failed' && failed.finding.id, 'reloader-silent');
      assert.match(failed?.type === 'step-failed' ? failed.finding.remedy : '', /kubectl rollout restart deployment\/openhands/);
    }));
});
