/** Server-side apply: who owns what, conflicts, force, env entries by name. */
import { seen, type Session } from './session.ts';
import { applyType, configMap, deployment, mergeType, type Behaviour } from './behaviour.ts';

const at = (value: unknown, ...path: readonly (string | number)[]): unknown => path.reduce<unknown>((here, step) => (typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined), value);

const apply = (session: Session, path: string, manager: string, body: object, more = '') => session.request('PATCH', `${path}?fieldManager=${manager}${more}`, { body, contentType: applyType });

/** Only the parts of a Deployment that an apply names. */
function environment(name: string, env: readonly object[]): object {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { template: { spec: { containers: [{ name: 'app', env }] } } } };
}

export const applying: readonly Behaviour[] = [
  { name: 'an apply makes what is not there, with 201', play: async (session) => seen(await apply(session, session.core('configmaps/made'), 'one', configMap('made', { a: '1' }))) },
  {
    name: 'an apply of the same again changes nothing',
    play: async (session) => {
      const first = await apply(session, session.core('configmaps/same'), 'one', configMap('same', { a: '1' }));
      const second = await apply(session, session.core('configmaps/same'), 'one', configMap('same', { a: '1' }));
      return [first.status, second.status, at(first.body, 'metadata', 'resourceVersion') === at(second.body, 'metadata', 'resourceVersion')];
    },
  },
  { name: 'an apply without a field manager is a 400', play: async (session) => seen(await session.request('PATCH', session.core('configmaps/x'), { body: configMap('x'), contentType: applyType })) },
  { name: 'an apply with managedFields is a 400', play: async (session) => seen(await apply(session, session.core('configmaps/x'), 'one', configMap('x', {}, { managedFields: [{ manager: 'x', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }] }))) },
  {
    name: 'a conflict names the manager and the field, and force takes it',
    play: async (session) => {
      await apply(session, session.core('configmaps/c'), 'one', configMap('c', { a: '1', b: '1' }));
      const refused = await apply(session, session.core('configmaps/c'), 'two', configMap('c', { a: '2' }));
      const forced = await apply(session, session.core('configmaps/c'), 'two', configMap('c', { a: '2' }), '&force=true');
      return [seen(refused), seen(forced)];
    },
  },
  {
    name: 'the same value may belong to two',
    play: async (session) => {
      await apply(session, session.core('configmaps/c'), 'one', configMap('c', { a: '1' }));
      return seen(await apply(session, session.core('configmaps/c'), 'two', configMap('c', { a: '1', b: '2' })));
    },
  },
  {
    name: 'a field that is no longer applied goes, unless another has it too',
    play: async (session) => {
      await apply(session, session.core('configmaps/c'), 'one', configMap('c', { a: '1', b: '1' }));
      await apply(session, session.core('configmaps/c'), 'two', configMap('c', { b: '1' }));
      return seen(await apply(session, session.core('configmaps/c'), 'one', configMap('c', { c: '1' })));
    },
  },
  {
    name: 'an update takes fields from an applier, which then conflicts',
    play: async (session) => {
      await apply(session, session.core('configmaps/c'), 'one', configMap('c', { a: '1' }));
      await session.request('PATCH', `${session.core('configmaps/c')}?fieldManager=editor`, { body: { data: { a: '2' } }, contentType: mergeType });
      return seen(await apply(session, session.core('configmaps/c'), 'one', configMap('c', { a: '1' })));
    },
  },
  {
    name: 'env entries are owned one by one, by name',
    play: async (session) => {
      const path = session.group('apps/v1', 'deployments/web');
      await session.request('POST', `${session.group('apps/v1', 'deployments')}?fieldManager=gitops`, { body: deployment('web', { env: [{ name: 'KEEP', value: '1' }] }, { replicas: 0, paused: true }) });
      const added = await apply(session, path, 'bedrock-access', environment('web', [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'a' } } }, { name: 'B', value: 'b' }]));
      const fewer = await apply(session, path, 'bedrock-access', environment('web', [{ name: 'B', value: 'b' }]));
      const foreign = await apply(session, path, 'bedrock-access', environment('web', [{ name: 'KEEP', value: '2' }]));
      const managed = at(added.body, 'metadata', 'managedFields');
      return [
        at(added.body, 'spec', 'template', 'spec', 'containers', 0, 'env'),
        Array.isArray(managed) ? managed.filter((entry) => at(entry, 'manager') === 'bedrock-access').map((entry) => at(entry, 'fieldsV1')) : undefined,
        at(fewer.body, 'spec', 'template', 'spec', 'containers', 0, 'env'),
        foreign.status,
        at(foreign.body, 'message'),
        at(foreign.body, 'details', 'causes'),
      ];
    },
  },
  {
    name: 'value to valueFrom of one entry by the same manager',
    play: async (session) => {
      const path = session.group('apps/v1', 'deployments/web');
      await apply(session, path, 'one', deployment('web', { env: [{ name: 'A', value: '1' }] }, { replicas: 0, paused: true }));
      const changed = await apply(session, path, 'one', deployment('web', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'm', key: 'a' } } }] }, { replicas: 0, paused: true }));
      return [changed.status, at(changed.body, 'spec', 'template', 'spec', 'containers', 0, 'env')];
    },
  },
  {
    name: 'two entries of one name in an apply are refused',
    play: async (session) => {
      const answer = await apply(session, session.group('apps/v1', 'deployments/web'), 'one', deployment('web', { env: [{ name: 'A', value: '1' }, { name: 'A', value: '2' }] }, { replicas: 0 }));
      return [answer.status, at(answer.body, 'reason')];
    },
  },
  {
    name: 'annotations of the pod template by another manager than the rest',
    play: async (session) => {
      const path = session.group('apps/v1', 'deployments/web');
      await session.request('POST', `${session.group('apps/v1', 'deployments')}?fieldManager=gitops`, { body: deployment('web', {}, { replicas: 0, paused: true }) });
      const patch = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { template: { metadata: { annotations: { 'bedrock-access.dev/credential': 'one' } } } } };
      const added = await apply(session, path, 'bedrock-access', patch);
      const without = await apply(session, path, 'bedrock-access', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } });
      return [at(added.body, 'spec', 'template', 'metadata'), at(without.body, 'spec', 'template', 'metadata'), at(without.body, 'metadata', 'generation')];
    },
  },
  {
    name: 'an apply as a dry run says what would be',
    play: async (session) => {
      const answer = await apply(session, session.core('configmaps/dry'), 'one', configMap('dry'), '&dryRun=All');
      return [seen(answer), (await session.request('GET', session.core('configmaps/dry'))).status];
    },
  },
  {
    name: 'an apply takes YAML',
    play: async (session) => {
      const answer = await session.request('PATCH', `${session.core('configmaps/yaml')}?fieldManager=one`, { body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata:\n  a: "1"\n', contentType: applyType });
      return [answer.status, at(answer.body, 'data')];
    },
  },
  {
    name: 'a value of the wrong type is refused',
    play: async (session) => {
      const answer = await apply(session, session.core('configmaps/x'), 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 1 } });
      return [answer.status, at(answer.body, 'reason')];
    },
  },
];
