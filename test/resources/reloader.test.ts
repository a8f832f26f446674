import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reloadersOf, reloading } from '../../src/resources/reloader.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { emptyWorld, readingsOf } from '../engine/observed.ts';

const names = { secret: 'bedrock-credentials', configMap: 'bedrock-openhands-environment' };
const both = { secret: true, configMap: true };
const neither = { secret: false, configMap: false };

interface Case {
  readonly what: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly onPods?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly kind?: string;
  readonly ownNamespaceOnly?: boolean;
  readonly expects: { readonly secret: boolean; readonly configMap: boolean };
}

const cases: readonly Case[] = [
  { what: 'auto', annotations: { 'reloader.stakater.com/auto': 'true' }, expects: both },
  { what: 'auto on the pod template', onPods: { 'reloader.stakater.com/auto': 'true' }, expects: both },
  { what: 'auto on the pod template, while the workload has one of its own', annotations: { 'reloader.stakater.com/auto': 'false' }, onPods: { 'reloader.stakater.com/auto': 'true' }, expects: neither },
  { what: 'auto with a value that is no truth', annotations: { 'reloader.stakater.com/auto': 'yes' }, expects: neither },
  { what: 'auto for Secrets', annotations: { 'secret.reloader.stakater.com/auto': 'true' }, expects: { secret: true, configMap: false } },
  { what: 'a Secret by name', annotations: { 'secret.reloader.stakater.com/reload': 'a, bedrock-credentials' }, expects: { secret: true, configMap: false } },
  { what: 'another Secret by name', annotations: { 'secret.reloader.stakater.com/reload': 'bedrock' }, expects: neither },
  { what: 'a ConfigMap by pattern', annotations: { 'configmap.reloader.stakater.com/reload': 'bedrock-.*' }, expects: { secret: false, configMap: true } },
  { what: 'a pattern that is none', annotations: { 'configmap.reloader.stakater.com/reload': '(' }, expects: neither },
  { what: 'the Secret excluded from auto', annotations: { 'reloader.stakater.com/auto': 'true', 'secrets.exclude.reloader.stakater.com/reload': 'bedrock-credentials' }, expects: { secret: false, configMap: true } },
  { what: 'no annotation', expects: neither },
  { what: '--auto-reload-all', args: ['--auto-reload-all'], expects: both },
  { what: '--auto-reload-all=true with another argument', args: ['--log-level=info', '--auto-reload-all=true'], expects: both },
  { what: '--auto-reload-all, opted out', args: ['--auto-reload-all'], annotations: { 'reloader.stakater.com/auto': 'false' }, expects: neither },
  { what: 'auto, in a namespace that it ignores', args: ['--namespaces-to-ignore=kube-system,openhands'], annotations: { 'reloader.stakater.com/auto': 'true' }, expects: neither },
  { what: 'auto, in a Reloader of other namespaces', args: ['--namespaces=a,b'], annotations: { 'reloader.stakater.com/auto': 'true' }, expects: neither },
  { what: 'auto, in a Reloader of its own namespace', ownNamespaceOnly: true, annotations: { 'reloader.stakater.com/auto': 'true' }, expects: neither },
  { what: 'auto, without Secrets', args: ['--resources-to-ignore=secrets'], annotations: { 'reloader.stakater.com/auto': 'true' }, expects: { secret: false, configMap: true } },
  { what: 'auto, with a selector that may leave ours out', args: ['--resource-label-selector=a=b'], annotations: { 'reloader.stakater.com/auto': 'true' }, expects: neither },
  { what: 'auto under another name', args: ['--auto-annotation', 'example.com/auto'], annotations: { 'example.com/auto': 'true' }, expects: both },
  { what: 'a Rollout, which it does not look at', kind: 'Rollout', args: ['--log-level=info'], annotations: { 'reloader.stakater.com/auto': 'true' }, expects: neither },
  { what: 'a Rollout, which it looks at', kind: 'Rollout', args: ['--is-Argo-Rollouts=true'], annotations: { 'reloader.stakater.com/auto': 'true' }, expects: both },
  { what: 'a CronJob, whose new runs need no restart', kind: 'CronJob', annotations: { 'reloader.stakater.com/auto': 'true' }, expects: neither },
];

function reloader({ args = [], ownNamespaceOnly = false }: Case): KubernetesObject {
  const env = ownNamespaceOnly ? [{ name: 'KUBERNETES_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }] : [];
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'reloader-reloader', namespace: 'default', labels: { app: 'reloader-reloader' } }, spec: { template: { spec: { containers: [{ name: 'reloader', args, env }] } } } };
}

for (const one of cases) {
  test(`what Reloader restarts a workload for: ${one.what}`, async () => {
    const world = emptyWorld();
    world.objects.push(reloader(one));
    const template = { metadata: { annotations: one.onPods ?? {} } };
    const spec = one.kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template };
    const workload = { apiVersion: 'any', kind: one.kind ?? 'Deployment', metadata: { name: 'openhands', namespace: 'openhands', annotations: one.annotations ?? {} }, spec };
    assert.deepEqual(reloading(workload, names, await reloadersOf(readingsOf(world))), one.expects);
  });
}

test('where no Reloader runs, annotations restart nothing', async () => {
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace: 'a', annotations: { 'reloader.stakater.com/auto': 'true' } }, spec: {} };
  assert.deepEqual(reloading(workload, names, await reloadersOf(readingsOf(emptyWorld()))), neither);
});
