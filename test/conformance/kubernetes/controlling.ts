/** What controllers do: roll-outs, garbage collection, pods. */
import { comparable, type Session } from './session.ts';
import { deployment, mergeType, type Behaviour } from './behaviour.ts';

const at = (value: unknown, ...path: readonly (string | number)[]): unknown => path.reduce<unknown>((here, step) => (typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined), value);

async function rolledOut(session: Session, name: string): Promise<unknown> {
  const answer = await session.until(session.group('apps/v1', `deployments/${name}`), ({ body }) => {
    const generation = at(body, 'metadata', 'generation');
    const replicas = at(body, 'spec', 'replicas');
    return at(body, 'status', 'observedGeneration') === generation && at(body, 'status', 'updatedReplicas') === replicas && at(body, 'status', 'availableReplicas') === replicas && at(body, 'status', 'replicas') === replicas && JSON.stringify(at(body, 'status', 'conditions')).includes('NewReplicaSetAvailable');
  });
  return answer.body;
}

function conditions(object: unknown): unknown {
  const all = at(object, 'status', 'conditions');
  return Array.isArray(all) ? all.map((condition) => [at(condition, 'type'), at(condition, 'status'), at(condition, 'reason'), String(at(condition, 'message')).replace(/-[bcdfghjklmnpqrstvwxz2456789]{6,10}"/, '-<hash>"')]).sort((left, right) => (String(left[0]) < String(right[0]) ? -1 : 1)) : undefined;
}

async function eventsAbout(session: Session, kind: string): Promise<unknown> {
  const { body } = await session.request('GET', session.core('events'));
  const items = at(body, 'items');
  if (!Array.isArray(items)) return undefined;
  const texts = items.filter((event) => at(event, 'involvedObject', 'kind') === kind).map((event) => `${String(at(event, 'type'))} ${String(at(event, 'reason'))} ${String(at(event, 'message'))} by ${String(at(event, 'source', 'component'))}`.replace(/-[bcdfghjklmnpqrstvwxz2456789]{5,10}(-[a-z0-9]{5})?\b/g, '-<hash>'));
  return [...new Set(texts)].sort();
}

export const controlling: readonly Behaviour[] = [
  {
    name: 'a Deployment rolls out: status, conditions, revision, events',
    play: async (session) => {
      await session.request('POST', session.group('apps/v1', 'deployments'), { body: deployment('web', {}, { replicas: 2 }) });
      const object = await rolledOut(session, 'web');
      const { conditions: _conditions, ...counts } = Object(at(object, 'status'));
      return comparable([counts, conditions(object), at(object, 'metadata', 'annotations'), await eventsAbout(session, 'Deployment'), await eventsAbout(session, 'ReplicaSet')]);
    },
  },
  {
    name: 'a new template rolls out, the old ReplicaSet stays with none',
    play: async (session) => {
      await session.request('POST', session.group('apps/v1', 'deployments'), { body: deployment('web', {}, { replicas: 2, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }) });
      await rolledOut(session, 'web');
      await session.request('PATCH', session.group('apps/v1', 'deployments/web'), { body: { spec: { template: { metadata: { annotations: { changed: 'yes' } } } } }, contentType: mergeType });
      const object = await rolledOut(session, 'web');
      const sets = at((await session.request('GET', session.group('apps/v1', 'replicasets'))).body, 'items');
      return comparable([at(object, 'metadata', 'annotations'), Array.isArray(sets) ? sets.map((set) => [at(set, 'spec', 'replicas'), at(set, 'metadata', 'annotations')]).sort((left, right) => Number(left[0]) - Number(right[0])) : undefined, conditions(object), await eventsAbout(session, 'Deployment')]);
    },
  },
  {
    name: 'the ReplicaSet and its pods are owned and labelled',
    play: async (session) => {
      await session.request('POST', session.group('apps/v1', 'deployments'), { body: deployment('web', {}, { replicas: 1 }) });
      await rolledOut(session, 'web');
      const set = at((await session.request('GET', session.group('apps/v1', 'replicasets'))).body, 'items', 0);
      const pod = at((await session.request('GET', session.core('pods'))).body, 'items', 0);
      const owner = (object: unknown): unknown => [at(object, 'metadata', 'ownerReferences', 0, 'kind'), at(object, 'metadata', 'ownerReferences', 0, 'controller'), at(object, 'metadata', 'ownerReferences', 0, 'blockOwnerDeletion')];
      const hash = at(set, 'metadata', 'labels', 'pod-template-hash');
      return comparable([owner(set), owner(pod), at(set, 'metadata', 'labels'), at(pod, 'metadata', 'labels'), at(set, 'metadata', 'name') === `web-${String(hash)}`, String(at(pod, 'metadata', 'generateName')).replace(String(hash), '<hash>'), at(set, 'spec', 'selector'), at(pod, 'status', 'phase')]);
    },
  },
  {
    name: 'paused, a Deployment does not roll out',
    play: async (session) => {
      await session.request('POST', session.group('apps/v1', 'deployments'), { body: deployment('web', {}, { replicas: 1, paused: true }) });
      const { body } = await session.until(session.group('apps/v1', 'deployments/web'), (answer) => JSON.stringify(answer.body).includes('DeploymentPaused') && JSON.stringify(answer.body).includes('MinimumReplicas'));
      return comparable([conditions(body), at((await session.request('GET', session.group('apps/v1', 'replicasets'))).body, 'items')]);
    },
  },
  {
    name: 'deleting a Deployment takes ReplicaSets and pods with it',
    play: async (session) => {
      await session.request('POST', session.group('apps/v1', 'deployments'), { body: deployment('web', {}, { replicas: 1 }) });
      await rolledOut(session, 'web');
      const asked = await session.request('DELETE', session.group('apps/v1', 'deployments/web'), { body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' } });
      const none = (answer: { readonly body: unknown }): boolean => JSON.stringify(at(answer.body, 'items')) === '[]';
      const sets = await session.until(session.group('apps/v1', 'replicasets'), none);
      const pods = await session.until(session.core('pods'), none);
      return [asked.status, none(sets), none(pods)];
    },
  },
  {
    name: 'deleting with Orphan leaves the ReplicaSet without its owner',
    play: async (session) => {
      await session.request('POST', session.group('apps/v1', 'deployments'), { body: deployment('web', {}, { replicas: 1 }) });
      await rolledOut(session, 'web');
      await session.request('DELETE', session.group('apps/v1', 'deployments/web'), { body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Orphan' } });
      await session.until(session.group('apps/v1', 'deployments/web'), (answer) => answer.status === 404);
      const set = at((await session.request('GET', session.group('apps/v1', 'replicasets'))).body, 'items', 0);
      return [typeof at(set, 'metadata', 'name'), at(set, 'metadata', 'ownerReferences')];
    },
  },
  {
    name: 'deleting in the foreground waits for the dependents',
    play: async (session) => {
      await session.request('POST', session.group('apps/v1', 'deployments'), { body: deployment('web', {}, { replicas: 1 }) });
      await rolledOut(session, 'web');
      const asked = await session.request('DELETE', session.group('apps/v1', 'deployments/web'), { body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' } });
      const gone = await session.until(session.group('apps/v1', 'deployments/web'), (answer) => answer.status === 404);
      return [asked.status, at(asked.body, 'metadata', 'finalizers'), gone.status, at((await session.request('GET', session.core('pods'))).body, 'items')];
    },
  },
  {
    name: 'an object whose owner is gone is collected',
    play: async (session) => {
      const owner = (await session.request('POST', session.core('configmaps'), { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner' } } })).body;
      await session.request('POST', session.core('configmaps'), { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned', ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: String(at(owner, 'metadata', 'uid')) }] } } });
      await session.request('DELETE', session.core('configmaps/owner'));
      return (await session.until(session.core('configmaps/owned'), (answer) => answer.status === 404)).status;
    },
  },
  {
    name: 'a StatefulSet names its pods by ordinal and labels them',
    play: async (session) => {
      await session.request('POST', session.group('apps/v1', 'statefulsets'), { body: { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' }, spec: { replicas: 2, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'app', image: 'example/app:1' }] } } } } });
      const { body } = await session.until(session.group('apps/v1', 'statefulsets/db'), (answer) => at(answer.body, 'status', 'availableReplicas') === 2 && at(answer.body, 'status', 'readyReplicas') === 2);
      const pods = at((await session.request('GET', session.core('pods'))).body, 'items');
      const { currentRevision, updateRevision, ...counts } = Object(at(body, 'status'));
      return comparable([currentRevision === updateRevision, counts, Array.isArray(pods) ? pods.map((pod) => [at(pod, 'metadata', 'name'), Object.keys(Object(at(pod, 'metadata', 'labels'))).sort(), at(pod, 'spec', 'hostname'), at(pod, 'spec', 'subdomain')]) : undefined, await eventsAbout(session, 'StatefulSet')]);
    },
  },
  {
    name: 'a DaemonSet runs on the node',
    play: async (session) => {
      await session.request('POST', session.group('apps/v1', 'daemonsets'), { body: { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: { selector: { matchLabels: { app: 'agent' } }, template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'app', image: 'example/app:1' }] } } } } });
      const { body } = await session.until(session.group('apps/v1', 'daemonsets/agent'), (answer) => at(answer.body, 'status', 'numberAvailable') === 1);
      return comparable(at(body, 'status'));
    },
  },
  {
    name: 'a Job completes',
    play: async (session) => {
      await session.request('POST', session.group('batch/v1', 'jobs'), { body: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'example/job:1' }] } } } } });
      const { body } = await session.until(session.group('batch/v1', 'jobs/once'), (answer) => JSON.stringify(at(answer.body, 'status', 'conditions') ?? '').includes('"Complete"'));
      return comparable([conditions(body), at(body, 'status', 'succeeded'), Object.keys(Object(at(body, 'spec', 'template', 'metadata', 'labels'))).sort(), await eventsAbout(session, 'Job')]);
    },
  },
];
