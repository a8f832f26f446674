/** Others that act on workloads, played in the world's time: Argo Rollouts' controller and Stakater's Reloader. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { at, canonicalJson } from '../../src/resources/json.ts';
import type { SandboxClock } from '../../src/sandbox/clock.ts';
import type { WorldClock } from '../../src/sandbox/types.ts';
import { namespace, type EngineWorld } from './engine-world.ts';

export function podTemplate(name: string, spec: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: 'example.invalid/app:1' }], ...spec } };
}

export function everySecond({ sandbox }: EngineWorld, act: () => Promise<void>): void {
  if (!hasTimers(sandbox.clock)) throw new TypeError('the world has no timers');
  sandbox.clock.every(1000, act);
}

function hasTimers(clock: WorldClock): clock is SandboxClock {
  return 'every' in clock;
}

/** The CRD as far as it matters here: containers and variables keyed by name, as in argo-rollouts' own. */
const rolloutCrd: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    scope: 'Namespaced',
    names: { kind: 'Rollout', listKind: 'RolloutList', plural: 'rollouts', singular: 'rollout' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              spec: {
                type: 'object',
                'x-kubernetes-preserve-unknown-fields': true,
                properties: {
                  template: {
                    type: 'object',
                    'x-kubernetes-preserve-unknown-fields': true,
                    properties: {
                      metadata: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                      spec: {
                        type: 'object',
                        'x-kubernetes-preserve-unknown-fields': true,
                        properties: {
                          containers: {
                            type: 'array',
                            'x-kubernetes-list-type': 'map',
                            'x-kubernetes-list-map-keys': ['name'],
                            items: {
                              type: 'object',
                              required: ['name'],
                              'x-kubernetes-preserve-unknown-fields': true,
                              properties: {
                                name: { type: 'string' },
                                env: {
                                  type: 'array',
                                  'x-kubernetes-list-type': 'map',
                                  'x-kubernetes-list-map-keys': ['name'],
                                  items: { type: 'object', required: ['name'], 'x-kubernetes-preserve-unknown-fields': true, properties: { name: { type: 'string' } } },
                                },
                              },
                            },
                          },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** Installs the kind, makes one, and plays its controller: a new template waits at the pause of the canary until it is promoted. */
export async function installRollouts(world: EngineWorld, rollout: KubernetesObject): Promise<{ promote(): Promise<void> }> {
  const target = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', namespace, name: rollout.metadata.name ?? '' };
  await world.kubernetes.create(rolloutCrd);
  await world.sandbox.clock.advance(2000);
  await world.kubernetes.create(rollout);
  let promoted = templateOf(rollout);
  const reconcile = async (): Promise<void> => {
    const object = await world.kubernetes.get(target);
    if (object === undefined) return;
    const waits = templateOf(object) !== promoted && at(object, 'metadata', 'annotations', 'bedrock-access.dev/access') !== undefined;
    if (!waits) promoted = templateOf(object);
    const status = { observedGeneration: String(object.metadata.generation ?? 0), phase: waits ? 'Paused' : 'Healthy', ...(waits ? { message: 'CanaryPauseStep', currentStepIndex: 1 } : { message: null, currentStepIndex: 2 }) };
    await world.kubernetes.patch(target, { type: 'merge', body: { status }, subresource: 'status' });
  };
  everySecond(world, reconcile);
  await reconcile();
  return {
    async promote() {
      promoted = templateOf(await world.kubernetes.get(target));
      await reconcile();
    },
  };
}

function templateOf(object: KubernetesObject | undefined): string {
  return canonicalJson(at(object, 'spec', 'template'));
}

/** Reloader with the strategy `annotations`: when the data of what it watches changes, it changes the pod template. It restarts on no creation. */
export async function playReloader(world: EngineWorld, args: readonly string[]): Promise<{ restarts: number; asleep: boolean }> {
  const name = 'reloader-reloader';
  await world.kubernetes.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: 'ghcr.io/stakater/reloader:v1.4.14', args }] } } },
  });
  const actor = { restarts: 0, asleep: false };
  const seen = new Map<string, string>();
  everySecond(world, async () => {
    if (actor.asleep) return;
    for (const [kind, object] of [['Secret', 'bedrock-credentials'], ['ConfigMap', 'bedrock-openhands-environment']] as const) {
      const data = at(await world.kubernetes.get({ apiVersion: 'v1', kind, namespace, name: object }), 'data');
      if (data === undefined) continue;
      const hash = createHash('sha256').update(canonicalJson(data)).digest('hex');
      const before = seen.get(kind);
      seen.set(kind, hash);
      if (before === undefined || before === hash) continue;
      actor.restarts += 1;
      await world.kubernetes.patch(
        { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' },
        { type: 'strategic', body: { spec: { template: { metadata: { annotations: { 'reloader.stakater.com/last-reloaded-from': `${kind} ${hash}` } } } } } },
      );
    }
  });
  await world.sandbox.clock.advance(2000);
  assert.equal(actor.restarts, 0);
  return actor;
}
