/** A cluster in process: the object store and the workload controllers, without a server. */
import { createWorld, type Part, type World } from '../../../src/sandbox/world.ts';
import { builtInTypes } from '../../../src/sandbox/kubernetes/kinds/index.ts';
import { listAt, textAt, type ObjectInput, type StoredObject } from '../../../src/sandbox/kubernetes/object.ts';
import { ResourceTypes } from '../../../src/sandbox/kubernetes/resource-types.ts';
import { ObjectStore } from '../../../src/sandbox/kubernetes/store.ts';
import { startWorkloads } from '../../../src/sandbox/workloads/index.ts';

export interface TestCluster {
  readonly world: World;
  readonly store: ObjectStore;
  /** Lets world time go by, and everything that is due happen. */
  pass(milliseconds: number): Promise<void>;
  pods(): readonly StoredObject[];
  /** `reason: message` of every event about an object of that name, oldest first. */
  events(name: string): readonly string[];
  stop(): Promise<void>;
}

export async function startCluster(): Promise<TestCluster> {
  const world = createWorld({ now: new Date('2026-11-24T00:00:00Z'), ticking: false }, '/nonexistent');
  const store = new ObjectStore(world, new ResourceTypes(builtInTypes));
  world.store = store;
  store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  const part: Part = await startWorkloads(world);
  await world.clock.advance(0);
  return {
    world,
    store,
    pass: (milliseconds) => world.clock.advance(milliseconds),
    pods: () => store.list('v1', 'Pod'),
    events: (name) =>
      store
        .list('v1', 'Event')
        .filter((event) => textAt(event, 'involvedObject', 'name') === name)
        .map((event) => `${textAt(event, 'reason')}: ${textAt(event, 'message')}`),
    async stop() {
      await part.stop();
      world.clock.stop();
    },
  };
}

export function deployment(name: string, spec: object = {}, container: object = {}): ObjectInput {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'example/app:1', ...container }] } },
      ...spec,
    },
  };
}

export function condition(object: StoredObject | undefined, type: string): unknown {
  return listAt(object, 'status', 'conditions').find((each) => textAt(each, 'type') === type);
}
