/** Create, update, patches, delete, dry-run, status, finalizers, preconditions, error bodies. */
import { comparable, seen, type Session } from './session.ts';
import { configMap, deployment, jsonPatchType, mergeType, strategicType, type Behaviour } from './behaviour.ts';

const at = (value: unknown, ...path: readonly (string | number)[]): unknown => path.reduce<unknown>((here, step) => (typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined), value);

async function created(session: Session, path: string, body: object): Promise<unknown> {
  return (await session.request('POST', path, { body })).body;
}

export const writing: readonly Behaviour[] = [
  { name: 'a create answers 201 with the defaulted object', play: async (session) => seen(await session.request('POST', `${session.group('apps/v1', 'deployments')}?fieldManager=tester`, { body: deployment('made', { ports: [{ containerPort: 80 }], readinessProbe: { httpGet: { port: 80 } } }, { replicas: 0 }) })) },
  {
    name: 'a second create of the same name is a 409 AlreadyExists',
    play: async (session) => {
      await created(session, session.core('configmaps'), configMap('twice'));
      return seen(await session.request('POST', session.core('configmaps'), { body: configMap('twice') }));
    },
  },
  { name: 'a create in a namespace that does not exist is a 404', play: async (session) => seen(await session.request('POST', '/api/v1/namespaces/nowhere/configmaps', { body: configMap('lost') })) },
  { name: 'a name that is none is a 422 with its cause', play: async (session) => seen(await session.request('POST', session.core('configmaps'), { body: configMap('Not_A_Name') })) },
  { name: 'an object without a name is a 422', play: async (session) => seen(await session.request('POST', session.core('configmaps'), { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} } })) },
  { name: 'a body that is no JSON is a 400', play: async (session) => (await session.request('POST', session.core('configmaps'), { body: '{' })).status },
  { name: 'a body of another kind is a 400', play: async (session) => seen(await session.request('POST', session.core('configmaps'), { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } } })) },
  { name: 'a namespace in the body that is not that of the path is a 400', play: async (session) => seen(await session.request('POST', session.core('configmaps'), { body: configMap('x', {}, { namespace: 'other' }) })) },
  { name: 'a patch of an unknown content type is a 415', play: async (session) => seen(await session.request('PATCH', session.core('configmaps/x'), { body: {}, contentType: 'application/json' })) },
  { name: 'a method that a collection lacks is a 405', play: async (session) => seen(await session.request('PUT', session.core('configmaps'), { body: configMap('x') })) },
  { name: 'strict field validation refuses an unknown field', play: async (session) => seen(await session.request('POST', `${session.core('configmaps')}?fieldValidation=Strict`, { body: { ...configMap('x'), unknown: 1 } })) },
  {
    name: 'field validation warns of an unknown field when asked to',
    play: async (session) => {
      const answer = await session.request('POST', `${session.core('configmaps')}?fieldValidation=Warn`, { body: { ...configMap('x'), unknown: 1 } });
      return [answer.status, answer.headers['warning']];
    },
  },
  {
    name: 'a generated name is the prefix and five letters',
    play: async (session) => /^pre-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(String(at(await created(session, session.core('configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'pre-' } }), 'metadata', 'name'))),
  },
  {
    name: 'a Deployment that is not valid names every cause',
    play: async (session) =>
      seen(await session.request('POST', session.group('apps/v1', 'deployments'), { body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'bad' }, spec: { replicas: -1, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'c' } }, spec: { containers: [{ name: 'Bad', image: '' }] } } } } })),
  },
  {
    name: 'an update with an old resourceVersion is a 409 Conflict',
    play: async (session) => {
      const first = await created(session, session.core('configmaps'), configMap('old'));
      await session.request('PATCH', session.core('configmaps/old'), { body: { data: { key: 'new' } }, contentType: mergeType });
      return seen(await session.request('PUT', session.core('configmaps/old'), { body: first }));
    },
  },
  {
    name: 'an update without a resourceVersion overwrites',
    play: async (session) => {
      await created(session, session.core('configmaps'), configMap('blind'));
      return seen(await session.request('PUT', `${session.core('configmaps/blind')}?fieldManager=other`, { body: configMap('blind', { other: 'x' }) }));
    },
  },
  { name: 'an update of what is not there is a 404', play: async (session) => seen(await session.request('PUT', session.core('configmaps/none'), { body: configMap('none') })) },
  {
    name: 'a write that changes nothing keeps the resourceVersion',
    play: async (session) => {
      const before = await created(session, session.core('configmaps'), configMap('same'));
      const after = await session.request('PATCH', session.core('configmaps/same'), { body: { data: { key: 'value' } }, contentType: mergeType });
      return at(before, 'metadata', 'resourceVersion') === at(after.body, 'metadata', 'resourceVersion');
    },
  },
  {
    name: 'a merge patch removes what is null',
    play: async (session) => {
      await created(session, session.core('configmaps'), configMap('merged', { a: '1', b: '2' }));
      return seen(await session.request('PATCH', `${session.core('configmaps/merged')}?fieldManager=tester`, { body: { data: { a: null, c: '3' } }, contentType: mergeType }));
    },
  },
  {
    name: 'a JSON patch tests, replaces and adds; a failed test is a 422',
    play: async (session) => {
      await created(session, session.core('configmaps'), configMap('json', { a: '1' }));
      const good = await session.request('PATCH', session.core('configmaps/json'), { body: [{ op: 'test', path: '/data/a', value: '1' }, { op: 'replace', path: '/data/a', value: '2' }, { op: 'add', path: '/metadata/labels', value: { x: 'y' } }], contentType: jsonPatchType });
      const bad = await session.request('PATCH', session.core('configmaps/json'), { body: [{ op: 'test', path: '/data/a', value: '1' }], contentType: jsonPatchType });
      const missing = await session.request('PATCH', session.core('configmaps/json'), { body: [{ op: 'remove', path: '/data/none' }], contentType: jsonPatchType });
      return [at(good.body, 'data'), at(good.body, 'metadata', 'labels'), bad.status, at(bad.body, 'reason'), missing.status, at(missing.body, 'reason')];
    },
  },
  {
    name: 'a strategic merge patch merges env by name, replaces valueFrom and deletes by directive',
    play: async (session) => {
      await created(session, session.group('apps/v1', 'deployments'), deployment('strategic', { env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }] }, { replicas: 0 }));
      const patch = { spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'A', $patch: 'delete' }, { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }] } } } };
      const answer = await session.request('PATCH', session.group('apps/v1', 'deployments/strategic'), { body: patch, contentType: strategicType });
      return [answer.status, at(answer.body, 'spec', 'template', 'spec', 'containers', 0, 'env')];
    },
  },
  {
    name: 'a strategic merge patch of a custom kind is a 415',
    play: async (session) => seen(await session.request('PATCH', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/none.example.test', { body: {}, contentType: strategicType })),
  },
  {
    name: 'dry-run creates, changes and deletes nothing',
    play: async (session) => {
      const created1 = await session.request('POST', `${session.core('configmaps')}?dryRun=All&fieldManager=tester`, { body: configMap('dry') });
      const none = await session.request('GET', session.core('configmaps/dry'));
      await created(session, session.core('configmaps'), configMap('dry'));
      const patched = await session.request('PATCH', `${session.core('configmaps/dry')}?dryRun=All`, { body: { data: { key: 'x' } }, contentType: mergeType });
      const removed = await session.request('DELETE', `${session.core('configmaps/dry')}?dryRun=All`);
      const kept = await session.request('GET', session.core('configmaps/dry'));
      return [created1.status, at(created1.body, 'metadata', 'resourceVersion'), none.status, at(patched.body, 'data', 'key'), removed.status, at(kept.body, 'data', 'key')];
    },
  },
  {
    name: 'the generation counts changes of the spec, not of labels',
    play: async (session) => {
      await created(session, session.group('apps/v1', 'deployments'), deployment('counted', {}, { replicas: 0, paused: true }));
      const path = session.group('apps/v1', 'deployments/counted');
      const labelled = await session.request('PATCH', path, { body: { metadata: { labels: { a: 'b' } } }, contentType: mergeType });
      const changed = await session.request('PATCH', path, { body: { spec: { minReadySeconds: 5 } }, contentType: mergeType });
      return [at(labelled.body, 'metadata', 'generation'), at(changed.body, 'metadata', 'generation')];
    },
  },
  {
    name: 'the status subresource leaves the spec alone, and the other way round',
    play: async (session) => {
      await created(session, session.group('apps/v1', 'deployments'), deployment('split', {}, { replicas: 0, paused: true }));
      const path = session.group('apps/v1', 'deployments/split');
      const viaSpec = await session.request('PATCH', path, { body: { status: { collisionCount: 7 } }, contentType: mergeType });
      const viaStatus = await session.request('PATCH', `${path}/status`, { body: { spec: { minReadySeconds: 9 }, status: { collisionCount: 3 } }, contentType: mergeType });
      return [at(viaSpec.body, 'status', 'collisionCount'), at(viaStatus.body, 'spec', 'minReadySeconds'), at(viaStatus.body, 'status', 'collisionCount')];
    },
  },
  {
    name: 'a finalizer holds a deletion until it is taken away',
    play: async (session) => {
      await created(session, session.core('configmaps'), configMap('held', {}, { finalizers: ['example.test/hold'] }));
      const asked = await session.request('DELETE', session.core('configmaps/held'));
      const waiting = await session.request('GET', session.core('configmaps/held'));
      const added = await session.request('PATCH', session.core('configmaps/held'), { body: { metadata: { finalizers: ['example.test/hold', 'example.test/more'] } }, contentType: mergeType });
      const freed = await session.request('PATCH', session.core('configmaps/held'), { body: { metadata: { finalizers: null } }, contentType: mergeType });
      const gone = await session.request('GET', session.core('configmaps/held'));
      return [asked.status, at(asked.body, 'kind'), typeof at(waiting.body, 'metadata', 'deletionTimestamp'), seen(added), freed.status, gone.status];
    },
  },
  {
    name: 'preconditions of a deletion: another uid, another revision',
    play: async (session) => {
      await created(session, session.core('configmaps'), configMap('guarded'));
      const uid = await session.request('DELETE', session.core('configmaps/guarded'), { body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: '00000000-0000-4000-8000-000000000000' } } });
      const revision = await session.request('DELETE', session.core('configmaps/guarded'), { body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { resourceVersion: '1' } } });
      return [uid.status, at(uid.body, 'reason'), String(at(uid.body, 'message')).replace(/[0-9a-f-]{36}/g, '<uid>'), revision.status, at(revision.body, 'reason')];
    },
  },
  {
    name: 'a deletion answers a Status with the uid',
    play: async (session) => {
      await created(session, session.core('configmaps'), configMap('leaving'));
      return [seen(await session.request('DELETE', session.core('configmaps/leaving'))), seen(await session.request('DELETE', session.core('configmaps/leaving')))];
    },
  },
  {
    name: 'a collection is deleted by its labels',
    play: async (session) => {
      await created(session, session.core('configmaps'), configMap('x', {}, { labels: { go: 'yes' } }));
      await created(session, session.core('configmaps'), configMap('y'));
      const answer = await session.request('DELETE', `${session.core('configmaps')}?labelSelector=go%3Dyes`);
      return [answer.status, (await session.request('GET', session.core('configmaps/x'))).status, (await session.request('GET', session.core('configmaps/y'))).status];
    },
  },
  {
    name: 'a Secret takes stringData, keeps its type and refuses what is no base64',
    play: async (session) => {
      const made = await session.request('POST', `${session.core('secrets')}?fieldManager=tester`, { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'b' }, data: { c: 'ZA==' } } });
      const typed = await session.request('PATCH', session.core('secrets/s'), { body: { type: 'example.test/other' }, contentType: mergeType });
      const bad = await session.request('POST', session.core('secrets'), { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 't' }, data: { a: '!' } } });
      return [seen(made), seen(typed), bad.status];
    },
  },
  {
    name: 'an immutable Secret refuses a change and lets itself be deleted',
    play: async (session) => {
      await created(session, session.core('secrets'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'fixed' }, immutable: true, data: { a: 'Yg==' } });
      const changed = await session.request('PATCH', session.core('secrets/fixed'), { body: { data: { a: 'Yw==' } }, contentType: mergeType });
      return [seen(changed), (await session.request('DELETE', session.core('secrets/fixed'))).status];
    },
  },
  {
    name: 'a Lease is taken by whoever holds the newest revision',
    play: async (session) => {
      const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'lock' }, spec: { holderIdentity: 'one', leaseDurationSeconds: 30, renewTime: '2026-11-24T00:00:00.000000Z' } };
      const first = await session.request('POST', `${session.group('coordination.k8s.io/v1', 'leases')}?fieldManager=tester`, { body: lease });
      const taken = await session.request('PUT', session.group('coordination.k8s.io/v1', 'leases/lock'), { body: { ...lease, metadata: { name: 'lock', resourceVersion: String(at(first.body, 'metadata', 'resourceVersion')) }, spec: { ...lease.spec, holderIdentity: 'two' } } });
      const late = await session.request('PUT', session.group('coordination.k8s.io/v1', 'leases/lock'), { body: { ...lease, metadata: { name: 'lock', resourceVersion: String(at(first.body, 'metadata', 'resourceVersion')) } } });
      return [seen(first), at(taken.body, 'spec', 'holderIdentity'), seen(late)];
    },
  },
  {
    name: 'the selector of a Deployment cannot be changed',
    play: async (session) => {
      await created(session, session.group('apps/v1', 'deployments'), deployment('fixed', {}, { replicas: 0 }));
      return seen(await session.request('PATCH', session.group('apps/v1', 'deployments/fixed'), { body: { spec: { selector: { matchLabels: { app: 'other' } } } }, contentType: mergeType }));
    },
  },
  {
    name: 'the scale subresource reads and sets the number of replicas',
    play: async (session) => {
      await created(session, session.group('apps/v1', 'deployments'), deployment('scaled', {}, { replicas: 0 }));
      const path = session.group('apps/v1', 'deployments/scaled');
      const read = await session.request('GET', `${path}/scale`);
      const set = await session.request('PATCH', `${path}/scale`, { body: { spec: { replicas: 1 } }, contentType: mergeType });
      return [comparable(at(read.body, 'spec')), at(read.body, 'kind'), at(read.body, 'status', 'selector'), at(set.body, 'spec', 'replicas'), at((await session.request('GET', path)).body, 'spec', 'replicas')];
    },
  },
];
