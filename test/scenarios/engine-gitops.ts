/**
 * Point 6 of "The spine made whole": no fight with GitOps. A tool re-applies git's manifest every second of the world,
 * with force, as Argo CD's self-heal does; whatever it finds to put back is a fight.
 */
import assert from 'node:assert/strict';
import type { Access } from '../../src/access/types.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { applyAccess, destroyAccess, footprint, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { RunEvent } from '../../src/engine/types.ts';
import { KubernetesCallError } from '../../src/kubernetes/call-error.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { at, isRecord, recordsAt, textAt } from '../../src/resources/json.ts';
import { access as named, declared, deployment, events, failures, namespace, store, summaryOf, type Scenario, type ScenarioWorld } from './engine-world.ts';

interface Tool {
  readonly name: string;
  readonly manager: string;
  /** What it puts on everything that it applies. */
  readonly marks: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
}

const tools: readonly Tool[] = [
  { name: 'Argo CD', manager: 'argocd-controller', marks: { annotations: { 'argocd.argoproj.io/tracking-id': 'openhands:apps/Deployment:openhands/openhands' } } },
  { name: 'Flux', manager: 'kustomize-controller', marks: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'openhands', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } } },
  { name: 'Helm', manager: 'helm', marks: { labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: { 'meta.helm.sh/release-name': 'openhands', 'meta.helm.sh/release-namespace': namespace } } },
];

/** git, and the tool that keeps the cluster as it says. */
class GitOps {
  /** Objects that the tool found changed and put back. */
  readonly fights: string[] = [];
  readonly #tool: Tool;
  readonly #world: ScenarioWorld;
  #git: readonly KubernetesObject[] = [];

  constructor(tool: Tool, world: ScenarioWorld) {
    this.#tool = tool;
    this.#world = world;
  }

  async commit(...objects: readonly KubernetesObject[]): Promise<void> {
    const { marks } = this.#tool;
    this.#git = objects.map((object) => ({ ...object, metadata: { ...object.metadata, ...marks } }));
    for (const object of this.#git) await this.#apply(object);
  }

  start(): void {
    this.#world.every(1000, async () => {
      for (const object of this.#git) {
        const before = await this.#world.kubernetes.get({ ...object, namespace, name: object.metadata.name ?? '' });
        // Of that version alone: what somebody wrote in between is seen the next time, and is no fight.
        const after = await this.#apply({ ...object, metadata: { ...object.metadata, ...(before?.metadata.resourceVersion === undefined ? {} : { resourceVersion: before.metadata.resourceVersion }) } }).catch((error: unknown) => {
          if (error instanceof KubernetesCallError && error.kind === 'conflict') return before;
          throw error;
        });
        if (JSON.stringify(content(before)) !== JSON.stringify(content(after))) this.fights.push(`${object.kind} ${object.metadata.name ?? ''}`);
      }
    });
  }

  #apply(object: KubernetesObject): Promise<KubernetesObject> {
    return this.#world.kubernetes.apply(object, { fieldManager: this.#tool.manager, force: true });
  }
}

function content(object: KubernetesObject | undefined): unknown {
  return [object?.['spec'], object?.['data'], object?.metadata.labels, object?.metadata.annotations];
}

/** What `export` writes: references to the ConfigMap and the Secret, never a value. */
function withReferences(object: KubernetesObject, access: Access): KubernetesObject {
  const { resources } = footprint(access, { catalog: loadCatalog(), clusterId: 'any', now: new Date('2026-11-24') });
  const desired = resources.find(({ kind }) => kind === 'workload-environment')?.desired;
  const env = recordsAt(desired, 'variables').map((variable) => {
    const name = variable['in'] === 'secret' ? access.spec.names.secret : access.spec.names.environment;
    const from = { name, key: textAt(variable, 'key') };
    return { name: variable['name'], valueFrom: variable['in'] === 'secret' ? { secretKeyRef: from } : { configMapKeyRef: from } };
  });
  const copy = structuredClone(object);
  const [container] = recordsAt(copy, 'spec', 'template', 'spec', 'containers');
  assert.ok(container !== undefined && Array.isArray(container['env']));
  container['env'].push(...env);
  return copy;
}

function kept(tool: Tool, name: string, tell: (world: ScenarioWorld, git: GitOps) => Promise<void>): Scenario {
  return {
    name: `no fight with GitOps: ${tool.name} re-applies git's manifest every second: ${name}`,
    objects: [store()],
    async play(world) {
      const git = new GitOps(tool, world);
      await git.commit(deployment());
      await world.advance(5000);
      git.start();
      await tell(world, git);
    },
  };
}

const handedOver = (said: readonly RunEvent[]): string[] => said.flatMap((event) => (event.type === 'finding' && event.finding.severity === 'error' ? [event.finding.id] : []));
/** Grows with each change of the workload's spec, whoever made it. */
const generation = async (world: ScenarioWorld): Promise<number> => (await world.kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' }))?.metadata.generation ?? 0;
const annotation = async (world: ScenarioWorld, name: string): Promise<unknown> => {
  const object = await world.kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' });
  const annotations = at(object, 'spec', 'template', 'metadata', 'annotations');
  return isRecord(annotations) ? annotations[name] : undefined;
};

export const gitops: readonly Scenario[] = tools.flatMap((tool) => [
  kept(tool, 'apply, change of model and rollback go through, and nothing is ever put back', async (world, git) => {
    // git has no references yet: everything else is made, the edit is named, the workload is not touched.
    const first = await events(applyAccess(declared(), await world.run()));
    assert.deepEqual(failures(first), []);
    assert.equal(summaryOf(first).outcome, 'failed');
    assert.deepEqual(summaryOf(first).left, ['workload-environment Deployment openhands']);
    assert.deepEqual(handedOver(first), ['workload-kept-by-git']);
    await world.advance(30_000);
    assert.deepEqual(git.fights, []);
    assert.equal(await generation(world), 1);

    await git.commit(withReferences(deployment(), declared()));
    const second = await events(applyAccess(declared(), await world.run()));
    assert.deepEqual(failures(second), []);
    assert.equal(summaryOf(second).outcome, 'done');
    await world.advance(60_000);
    assert.deepEqual(git.fights, []);
    const before = await annotation(world, 'bedrock-access.dev/environment');
    assert.notEqual(before, undefined);

    // Another model: git holds references only, so no edit is needed, and the pods are restarted once.
    let start = await generation(world);
    const other = declared({ models: [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }] });
    const changed = await events(applyAccess(other, await world.run()));
    assert.equal(summaryOf(changed).outcome, 'done', failures(changed).join());
    await world.advance(60_000);
    assert.deepEqual(git.fights, []);
    assert.equal(await generation(world), start + 1);
    assert.notEqual(await annotation(world, 'bedrock-access.dev/environment'), before);

    start = await generation(world);
    const back = await events(rollbackAccess(named, await world.run()));
    assert.equal(summaryOf(back).outcome, 'done', failures(back).join());
    await world.advance(60_000);
    assert.deepEqual(git.fights, []);
    assert.equal(await generation(world), start + 1);
    assert.equal(await annotation(world, 'bedrock-access.dev/environment'), before);
    const { plan } = await planAccess(declared(), await world.run());
    assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none'), []);

    // Removal: while git refers to the Secret, that edit is named; after it nothing is left.
    const held = await events(destroyAccess(named, await world.run()));
    assert.deepEqual(handedOver(held), ['workload-kept-by-git']);
    assert.equal(summaryOf(held).outcome, 'failed');
    assert.deepEqual(await world.inAws(), {});
    await git.commit(deployment());
    assert.equal(summaryOf(await events(destroyAccess(named, await world.run()))).outcome, 'done');
    await world.advance(60_000);
    assert.deepEqual(git.fights, []);
    assert.equal(await annotation(world, 'bedrock-access.dev/environment'), undefined);
  }),

  kept(tool, 'a value that git holds becomes an edit, and is not overwritten', async (world, git) => {
    await git.commit(deployment('openhands', { env: [{ name: 'LLM_MODEL', value: 'bedrock/old' }] }));
    const said = await events(applyAccess(declared(), await world.run()));
    assert.deepEqual(handedOver(said), ['workload-kept-by-git']);
    assert.ok(said.some((event) => event.type === 'finding' && event.finding.cause.includes('openhands: LLM_MODEL')));
    await world.advance(30_000);
    assert.deepEqual(git.fights, []);
    assert.equal(await generation(world), 2);
  }),

  kept(tool, 'a ConfigMap of that name in git is neither taken over nor changed nor removed, whatever it is labelled', async (world, git) => {
    const configMap = (labels: Readonly<Record<string, string>>): KubernetesObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bedrock-openhands-environment', namespace, labels }, data: { AWS_REGION: 'us-east-1' } });
    await git.commit(deployment(), configMap({}));
    await assert.rejects(events(applyAccess(declared(), await world.run())), { id: 'name-taken' });
    const adopting = await events(applyAccess(declared(), await world.run({ adopt: true })));
    assert.ok(handedOver(adopting).includes('object-kept-by-git'));
    assert.equal(summaryOf(adopting).outcome, 'failed');
    await world.kubernetes.patch({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'bedrock-openhands-environment' }, { type: 'merge', body: { metadata: { labels: { 'bedrock-access.dev/name': 'openhands', 'bedrock-access.dev/namespace': 'openhands' } } } });
    const removed = await events(destroyAccess(named, await world.run()));
    assert.ok(handedOver(removed).includes('object-kept-by-git'));
    await world.advance(30_000);
    assert.deepEqual(git.fights, []);
  }),
]);
