/** CustomResourceDefinitions, and access: tokens, reviews, RBAC. */
import { comparable, seen, type Session } from './session.ts';
import { applyType, mergeType, strategicType, type Behaviour } from './behaviour.ts';

const at = (value: unknown, ...path: readonly (string | number)[]): unknown => path.reduce<unknown>((here, step) => (typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined), value);

/** Definitions are cluster-scoped: each behaviour has a group of its own. */
async function define(session: Session): Promise<string> {
  const group = `${session.namespace}.example.test`;
  await session.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'] },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            additionalPrinterColumns: [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }],
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: {
                    type: 'object',
                    required: ['name'],
                    properties: { name: { type: 'string', maxLength: 5 }, size: { type: 'string', enum: ['small', 'large'], default: 'small' }, count: { type: 'integer', minimum: 1 }, entries: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['key'], items: { type: 'object', required: ['key'], properties: { key: { type: 'string' }, value: { type: 'string' } } } } },
                  },
                  status: { type: 'object', properties: { phase: { type: 'string' } } },
                },
              },
            },
          },
        ],
      },
    },
  });
  await session.until(`/apis/${group}/v1`, (answer) => answer.status === 200);
  return `${group}/v1`;
}

const widget = (version: string, name: string, spec: object, more: object = {}): object => ({ apiVersion: version, kind: 'Widget', metadata: { name }, spec, ...more });

export const customKinds: readonly Behaviour[] = [
  {
    name: 'a definition becomes Established and is served',
    play: async (session) => {
      const version = await define(session);
      const { body } = await session.request('GET', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${version.split('/')[0]}`);
      const conditions = at(body, 'status', 'conditions');
      return comparable([Array.isArray(conditions) ? conditions.map((condition) => [at(condition, 'type'), at(condition, 'status'), at(condition, 'reason'), at(condition, 'message')]) : undefined, at(body, 'status', 'acceptedNames'), at(body, 'status', 'storedVersions')]);
    },
  },
  {
    name: 'a custom object gets its defaults, loses unknown fields and a status that was sent',
    play: async (session) => {
      const version = await define(session);
      return seen(await session.request('POST', `${session.group(version, 'widgets')}?fieldManager=tester`, { body: widget(version, 'one', { name: 'abc', unknown: 1 }, { status: { phase: 'sent' } }) }));
    },
  },
  {
    name: 'a custom object that breaks its schema names every cause',
    play: async (session) => {
      const version = await define(session);
      // The real server walks a map: its causes come in any order.
      const { status, body } = await session.request('POST', session.group(version, 'widgets'), { body: widget(version, 'bad', { size: 'huge', count: 0, name: 'too long' }) });
      const causes = at(body, 'details', 'causes');
      return [status, Array.isArray(causes) ? causes.map((cause) => JSON.stringify(comparable(cause))).sort() : undefined];
    },
  },
  {
    name: 'a missing required field of a custom object',
    play: async (session) => {
      const version = await define(session);
      return seen(await session.request('POST', session.group(version, 'widgets'), { body: widget(version, 'bad', {}) }));
    },
  },
  {
    name: 'a field of the wrong type in a custom object',
    play: async (session) => {
      const version = await define(session);
      return seen(await session.request('POST', session.group(version, 'widgets'), { body: widget(version, 'bad', { name: 5 }) }));
    },
  },
  {
    name: 'an update of a custom object must name its resourceVersion',
    play: async (session) => {
      const version = await define(session);
      await session.request('POST', session.group(version, 'widgets'), { body: widget(version, 'one', { name: 'abc' }) });
      return seen(await session.request('PUT', session.group(version, 'widgets/one'), { body: widget(version, 'one', { name: 'abd' }) }));
    },
  },
  {
    name: 'the status of a custom object is written apart',
    play: async (session) => {
      const version = await define(session);
      await session.request('POST', session.group(version, 'widgets'), { body: widget(version, 'one', { name: 'abc' }) });
      const main = await session.request('PATCH', session.group(version, 'widgets/one'), { body: { status: { phase: 'x' } }, contentType: mergeType });
      const status = await session.request('PATCH', session.group(version, 'widgets/one/status'), { body: { status: { phase: 'y' }, spec: { name: 'zzz' } }, contentType: mergeType });
      return [at(main.body, 'status'), at(status.body, 'status'), at(status.body, 'spec', 'name'), at(status.body, 'metadata', 'generation')];
    },
  },
  {
    name: 'a strategic merge patch of a custom object is a 415',
    play: async (session) => {
      const version = await define(session);
      await session.request('POST', session.group(version, 'widgets'), { body: widget(version, 'one', { name: 'abc' }) });
      return seen(await session.request('PATCH', session.group(version, 'widgets/one'), { body: {}, contentType: strategicType }));
    },
  },
  {
    name: 'entries of a keyed list in a custom object are owned one by one',
    play: async (session) => {
      const version = await define(session);
      const path = session.group(version, 'widgets/one');
      await session.request('PATCH', `${path}?fieldManager=one`, { body: widget(version, 'one', { name: 'abc', entries: [{ key: 'a', value: '1' }] }), contentType: applyType });
      return seen(await session.request('PATCH', `${path}?fieldManager=two`, { body: { apiVersion: version, kind: 'Widget', metadata: { name: 'one' }, spec: { entries: [{ key: 'b', value: '2' }] } }, contentType: applyType }));
    },
  },
  {
    name: 'a version that is not served is a 404',
    play: async (session) => {
      const version = await define(session);
      return (await session.request('GET', session.group(version.replace('/v1', '/v1beta1'), 'widgets'))).status;
    },
  },
  {
    name: 'the table of a custom kind has its columns',
    play: async (session) => {
      const version = await define(session);
      await session.request('POST', session.group(version, 'widgets'), { body: widget(version, 'one', { name: 'abc' }) });
      const { body } = await session.request('GET', session.group(version, 'widgets'), { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' } });
      const columns = at(body, 'columnDefinitions');
      return [Array.isArray(columns) ? columns.map((column) => [at(column, 'name'), at(column, 'type')]) : undefined, at(body, 'rows', 0, 'cells', 0), at(body, 'rows', 0, 'cells', 1)];
    },
  },
  {
    name: 'a service account gets a token for an audience; it says who it is',
    play: async (session) => {
      const answer = await session.request('POST', session.core('serviceaccounts/default/token'), { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['sts.amazonaws.com'], expirationSeconds: 3600 } } });
      const [header = '', claims = ''] = String(at(answer.body, 'status', 'token')).split('.');
      const decoded = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8') || 'null');
      const { alg, kid }: { alg?: unknown; kid?: unknown } = Object(decoded(header));
      const claimed = Object(decoded(claims));
      return comparable([answer.status, alg, typeof kid, Object.keys(claimed).sort(), at(claimed, 'aud'), at(claimed, 'sub'), Number(at(claimed, 'exp')) - Number(at(claimed, 'iat')), at(claimed, 'kubernetes.io', 'namespace'), at(claimed, 'kubernetes.io', 'serviceaccount', 'name')]);
    },
  },
  {
    name: 'a token request that is too short is a 422',
    play: async (session) => seen(await session.request('POST', session.core('serviceaccounts/default/token'), { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['x'], expirationSeconds: 60 } } })),
  },
  {
    name: 'the issuer publishes its keys',
    play: async (session) => {
      const discovery = await session.request('GET', '/.well-known/openid-configuration');
      const keys = await session.request('GET', '/openid/v1/jwks', { headers: { accept: 'application/jwk-set+json, application/json' } });
      return [discovery.status, Object.keys(Object(discovery.body)).sort(), at(discovery.body, 'id_token_signing_alg_values_supported'), keys.status, at(keys.body, 'keys', 0, 'kty'), at(keys.body, 'keys', 0, 'alg'), at(keys.body, 'keys', 0, 'use')];
    },
  },
  {
    name: 'a service account may do nothing until it is bound',
    play: async (session) => {
      const token = async (): Promise<string> => String(at((await session.request('POST', session.core('serviceaccounts/default/token'), { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } } })).body, 'status', 'token'));
      const mine = await token();
      const refused = await session.request('GET', session.core('secrets'), { token: mine });
      const named = await session.request('GET', session.core('secrets/one'), { token: mine });
      await session.request('POST', session.group('rbac.authorization.k8s.io/v1', 'roles'), { body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'reader' }, rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }] } });
      await session.request('POST', session.group('rbac.authorization.k8s.io/v1', 'rolebindings'), { body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'reader' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' }, subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: session.namespace }] } });
      let allowed = await session.request('GET', session.core('secrets'), { token: mine });
      for (let count = 0; allowed.status !== 200 && count < 50; count += 1) {
        await new Promise((resolve) => void setTimeout(resolve, 100));
        allowed = await session.request('GET', session.core('secrets'), { token: mine });
      }
      return [seen(refused), seen(named), allowed.status];
    },
  },
  {
    name: 'an access review answers for oneself',
    play: async (session) => {
      const answer = await session.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { namespace: session.namespace, verb: 'create', resource: 'secrets' } } } });
      return [answer.status, at(answer.body, 'status', 'allowed')];
    },
  },
  {
    name: 'a namespace takes its objects with it',
    play: async (session) => {
      const name = `${session.namespace}-gone`;
      await session.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } });
      await session.request('POST', `/api/v1/namespaces/${name}/configmaps`, { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } } });
      const asked = await session.request('DELETE', `/api/v1/namespaces/${name}`);
      const gone = await session.until(`/api/v1/namespaces/${name}`, (answer) => answer.status === 404);
      return [asked.status, at(asked.body, 'status', 'phase'), gone.status];
    },
  },
];
