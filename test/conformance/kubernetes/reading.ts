/** Discovery, get, list, selectors, paging, watch, tables. */
import { comparable, seen, type Session } from './session.ts';
import { configMap, deployment, type Behaviour } from './behaviour.ts';

function fieldOf(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here: unknown = value;
  for (const step of path) here = typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined;
  return here;
}

async function three(session: Session): Promise<void> {
  for (const [name, labels] of [['a', { tier: 'front', env: 'test' }], ['b', { tier: 'back' }], ['c', { tier: 'back', env: 'live' }]] as const) {
    await session.request('POST', session.core('configmaps'), { body: configMap(name, { key: name }, { labels }) });
  }
}

async function namesBy(session: Session, query: string): Promise<unknown> {
  const answer = await session.request('GET', `${session.core('configmaps')}?${query}`);
  const items = fieldOf(answer.body, 'items');
  return Array.isArray(items) ? items.map((item) => fieldOf(item, 'metadata', 'name')).filter((name) => name !== 'kube-root-ca.crt') : seen(answer);
}

export const reading: readonly Behaviour[] = [
  {
    name: 'the version names 1.35',
    play: async (session) => {
      const { body } = await session.request('GET', '/version');
      return [fieldOf(body, 'major'), fieldOf(body, 'minor')];
    },
  },
  {
    name: 'discovery lists the verbs, short names and categories of a kind',
    play: async (session) => {
      const found: unknown[] = [];
      for (const [path, names] of [['/api/v1', ['configmaps', 'secrets', 'pods', 'pods/log', 'serviceaccounts/token', 'namespaces', 'events']], ['/apis/apps/v1', ['deployments', 'deployments/status', 'deployments/scale', 'statefulsets', 'daemonsets', 'replicasets', 'controllerrevisions']], ['/apis/coordination.k8s.io/v1', ['leases']]] as const) {
        const resources = fieldOf((await session.request('GET', path)).body, 'resources');
        if (!Array.isArray(resources)) continue;
        for (const name of names) {
          const resource: unknown = resources.find((each) => fieldOf(each, 'name') === name);
          const { storageVersionHash: _hash, ...rest } = { ...(typeof resource === 'object' ? resource : {}), storageVersionHash: '' };
          found.push(rest);
        }
      }
      return comparable(found);
    },
  },
  { name: 'an object that is missing is a 404 Status', play: async (session) => seen(await session.request('GET', session.core('configmaps/none'))) },
  { name: 'a kind that is not served is a 404', play: async (session) => seen(await session.request('GET', '/apis/example.test/v1/things')) },
  { name: 'a wrong token is a 401 Status', play: async (session) => seen(await session.request('GET', '/api/v1/namespaces', { token: 'wrong' })) },
  {
    name: 'a get returns the object with its managedFields',
    play: async (session) => {
      await session.request('POST', `${session.core('configmaps')}?fieldManager=tester`, { body: configMap('one', { key: 'value' }, { labels: { a: 'b' }, annotations: { c: 'd' } }) });
      return seen(await session.request('GET', session.core('configmaps/one')));
    },
  },
  {
    name: 'label selectors: equality, sets, existence, absence',
    play: async (session) => {
      await three(session);
      const found: unknown[] = [];
      for (const selector of ['tier=back', 'tier!=back,tier', 'tier in (front,back),env', 'tier notin (front),!env', 'env', '!env,tier']) found.push(await namesBy(session, `labelSelector=${encodeURIComponent(selector)}`));
      return found;
    },
  },
  {
    name: 'field selectors by name, and the refusal of an unknown field',
    play: async (session) => {
      await three(session);
      return [await namesBy(session, 'fieldSelector=metadata.name%3Db'), seen(await session.request('GET', `${session.core('configmaps')}?fieldSelector=data.key%3Db`))];
    },
  },
  { name: 'a selector that cannot be parsed is a 400', play: async (session) => seen(await session.request('GET', `${session.core('configmaps')}?labelSelector=${encodeURIComponent('a=(')}`)) },
  {
    name: 'lists come in pages with limit and continue, and say how many remain',
    play: async (session) => {
      await three(session);
      const first = await session.request('GET', `${session.core('configmaps')}?limit=2`);
      const token = String(fieldOf(first.body, 'metadata', 'continue'));
      const second = await session.request('GET', `${session.core('configmaps')}?limit=2&continue=${encodeURIComponent(token)}`);
      const names = (answer: { readonly body: unknown }): unknown => {
        const items = fieldOf(answer.body, 'items');
        return Array.isArray(items) ? items.map((item) => fieldOf(item, 'metadata', 'name')) : undefined;
      };
      return [names(first), fieldOf(first.body, 'metadata', 'remainingItemCount'), names(second), fieldOf(second.body, 'metadata', 'continue')];
    },
  },
  { name: 'a continue token that is none is a 400', play: async (session) => seen(await session.request('GET', `${session.core('configmaps')}?limit=1&continue=nonsense`)) },
  {
    name: 'a watch begins with what exists and follows with what changes',
    play: async (session) => {
      await three(session);
      const watching = session.watch(`${session.core('configmaps')}?labelSelector=tier`, 10);
      await new Promise((resolve) => void setTimeout(resolve, 300));
      await session.request('PATCH', session.core('configmaps/a'), { body: { data: { key: 'changed' } }, contentType: 'application/merge-patch+json' });
      await session.request('PATCH', session.core('configmaps/b'), { body: { metadata: { labels: { tier: null } } }, contentType: 'application/merge-patch+json' });
      await session.request('DELETE', session.core('configmaps/c'));
      const events = await watching;
      return events.map((event) => [fieldOf(event, 'type'), fieldOf(event, 'object', 'metadata', 'name'), fieldOf(event, 'object', 'data', 'key')]);
    },
  },
  {
    name: 'a watch with initial events ends them with an annotated bookmark',
    play: async (session) => {
      await three(session);
      const events = await session.watch(`${session.core('configmaps')}?labelSelector=tier&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`, 4);
      return events.map((event) => [fieldOf(event, 'type'), fieldOf(event, 'object', 'metadata', 'name'), fieldOf(event, 'object', 'metadata', 'annotations', 'k8s.io/initial-events-end')]);
    },
  },
  {
    name: 'a watch from a resourceVersion shows only what came after it',
    play: async (session) => {
      await three(session);
      const revision = String(fieldOf((await session.request('GET', session.core('configmaps'))).body, 'metadata', 'resourceVersion'));
      await session.request('DELETE', session.core('configmaps/a'));
      const events = await session.watch(`${session.core('configmaps')}?labelSelector=tier&resourceVersion=${revision}`, 5);
      return events.map((event) => [fieldOf(event, 'type'), fieldOf(event, 'object', 'metadata', 'name')]);
    },
  },
  {
    name: 'tables have the columns that kubectl prints',
    play: async (session) => {
      await session.request('POST', session.core('configmaps'), { body: configMap('one') });
      await session.request('POST', session.core('secrets'), { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' }, stringData: { a: 'b' } } });
      await session.request('POST', session.group('apps/v1', 'deployments'), { body: deployment('one', {}, { replicas: 0 }) });
      const found: unknown[] = [];
      for (const path of [session.core('configmaps/one'), session.core('secrets/one'), session.group('apps/v1', 'deployments/one'), session.core('serviceaccounts/none')]) {
        const { body, status } = await session.request('GET', path, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' } });
        const columns = fieldOf(body, 'columnDefinitions');
        found.push([status, Array.isArray(columns) ? columns.map((column) => [fieldOf(column, 'name'), fieldOf(column, 'type'), fieldOf(column, 'format'), fieldOf(column, 'priority')]) : undefined, fieldOf(body, 'rows', 0, 'cells', 0), fieldOf(body, 'rows', 0, 'cells', 1)]);
      }
      return found;
    },
  },
];
