/**
 * The sidecar of `credentials.rolesAnywhere` and its volume in a Deployment of a real API server: accepted as they are written,
 * compared without a difference for ever, and gone with the access. cert-manager's part is played here; AWS is the sandbox.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openAws } from '../../../src/aws/open.ts';
import { loadCatalog } from '../../../src/bedrock/catalog.ts';
import { systemClock } from '../../../src/clock.ts';
import { applyAccess, clusterIdOf, destroyAccess, planAccess } from '../../../src/engine/index.ts';
import type { RunContext } from '../../../src/engine/types.ts';
import { openKubernetes } from '../../../src/kubernetes/open.ts';
import type { Kubernetes, KubernetesObject } from '../../../src/kubernetes/types.ts';
import { at, recordsAt, textAt } from '../../../src/resources/json.ts';
import { certManagerDefinitions, certManagerVersion } from '../../../src/sandbox/cert-manager/crds.ts';
import { createAuthority } from '../../../src/sandbox/certificates/authority.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';
import { access, declared, deployment, events, failures, namespace, seeded, summaryOf } from '../../scenarios/engine-world.ts';
import { realParts, report } from '../parts.ts';

const authority = createAuthority('the platform');
const ready = { status: { conditions: [{ type: 'Ready', status: 'True', reason: 'Ready', message: '' }] } };

describe('the sidecar of rolesAnywhere on a real API server', () => {
  let sandbox: Sandbox;
  let kubernetes: Kubernetes;
  let playing: NodeJS.Timeout;

  before(async () => {
    sandbox = await startSandbox({ kubernetes: false });
    kubernetes = await open();
    for (const definition of certManagerDefinitions) await kubernetes.create(withoutStatus(definition));
    kubernetes = await served();
    await kubernetes.create({ apiVersion: certManagerVersion, kind: 'ClusterIssuer', metadata: { name: 'platform' }, spec: { ca: { secretName: 'platform' } }, ...ready });
    if ((await kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })) === undefined) await kubernetes.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const workload = deployment();
    // Without pods the roll-out is done at once.
    await kubernetes.create({ ...workload, spec: { ...Object(workload['spec']), replicas: 0 } });
    playing = setInterval(() => void issue().catch(() => undefined), 100);
  });

  after(async () => {
    clearInterval(playing);
    await kubernetes.remove({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' });
    for (const { metadata } of certManagerDefinitions) await kubernetes.remove({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: metadata?.name ?? '' });
    await sandbox.stop();
  });

  it('is written as it is wanted, compared without a difference, and taken away', async () => {
    const trustAnchor = sandbox.aws.trustAnchor('platform', authority.certificate, 'us-west-2');
    const declaration = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { rolesAnywhere: { trustAnchor, issuer: { name: 'platform' } } } });
    const before = await template();
    const said = await events(applyAccess(declaration, await run()));
    assert.deepEqual(failures(said), []);
    assert.equal(summaryOf(said).outcome, 'done');
    const [sidecar] = recordsAt(await template(), 'spec', 'initContainers');
    assert.deepEqual([sidecar?.['name'], sidecar?.['restartPolicy']], ['bedrock-access-credentials', 'Always']);
    assert.ok(Array.isArray(at(sidecar, 'lifecycle', 'postStart', 'exec', 'command')));
    const { plan } = await planAccess(declaration, await run());
    assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
    assert.deepEqual(failures(await events(destroyAccess(access, await run()))), []);
    assert.deepEqual(at(await template(), 'spec'), at(before, 'spec'));
    assert.equal(await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-openhands-certificate' }), undefined);
    report({ chapter: "The engine's scenarios", behaviour: 'The sidecar of rolesAnywhere is written as it is wanted, compared without a difference, and taken away', parts: { 'Kubernetes 1.35': 'same' } });
  });

  async function run(): Promise<RunContext> {
    const random = seeded(2);
    return { aws: openAws({ region: 'us-west-2', environment: sandbox.environment, clock: systemClock, random }), kubernetes, catalog: loadCatalog(), clock: systemClock, random, signal: new AbortController().signal, programVersion: '0.1.0', clusterId: await clusterIdOf(kubernetes) };
  }

  async function template(): Promise<unknown> {
    return at(await kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }), 'spec', 'template');
  }

  function open(): Promise<Kubernetes> {
    return openKubernetes({ environment: { KUBECONFIG: realParts().kubernetes.kubeconfigFile }, clock: systemClock, random: seeded(1) });
  }

  /** The definitions are served a moment after they were made; a connection keeps what it has learnt of that. */
  async function served(): Promise<Kubernetes> {
    for (let count = 0; count < 200; count += 1) {
      const opened = await open();
      const versions = await Promise.all(['Certificate', 'ClusterIssuer'].map((kind) => opened.servedVersions('cert-manager.io', kind)));
      if (versions.every((each) => each.length > 0)) return opened;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('the definitions are not served');
  }

  async function issue(): Promise<void> {
    for (const certificate of await kubernetes.list(certManagerVersion, 'Certificate', { namespace })) {
      const name = textAt(certificate, 'spec', 'secretName') ?? '';
      const commonName = textAt(certificate, 'spec', 'commonName') ?? '';
      if ((await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name })) !== undefined) continue;
      const issued = authority.issue({ commonName });
      const labels = Object(at(certificate, 'spec', 'secretTemplate', 'labels'));
      const encoded = (text: string): string => Buffer.from(text).toString('base64');
      await kubernetes.create({ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { namespace, name, labels, annotations: { 'cert-manager.io/common-name': commonName, 'cert-manager.io/issuer-name': 'platform' } }, data: { 'tls.crt': encoded(issued.certificate), 'tls.key': encoded(issued.key) } });
      await kubernetes.replace({ ...certificate, apiVersion: certManagerVersion, kind: 'Certificate', ...ready });
    }
  }
});

/** So that a test may write what a controller writes. */
function withoutStatus(definition: object): KubernetesObject {
  const copy: KubernetesObject = JSON.parse(JSON.stringify(definition, (field, value: unknown) => (field === 'subresources' ? undefined : value)));
  return copy;
}
