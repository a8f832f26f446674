/**
 * One long scenario of External Secrets, played on a cluster with the real operator and on the sandbox with its stand-in. After each step
 * the Secrets, conditions and events must become the same.
 */
import type { ParameterChange } from './parameters.ts';
import { call, type ApiConnection } from '../../control-plane/api-connection.ts';
import { mergeType } from '../kubernetes/behaviour.ts';

export const region = 'ap-northeast-1';
const version = 'external-secrets.io/v1';
export const namespace = 'external-secrets-conformance';

export interface Target {
  readonly api: ApiConnection;
  readonly parameters: ParameterChange;
}

export interface Step {
  readonly name: string;
  act(target: Target): Promise<void>;
  /** The ExternalSecrets whose state is compared, and the Secrets; a name may be both. */
  readonly shows: readonly string[];
  /** A word that the state holds once the step has worked: what is waited for. */
  readonly shown: string;
}

const reference = (kind: string, name: string): string => {
  const resources: Readonly<Record<string, string>> = { ExternalSecret: `/apis/${version}/namespaces/${namespace}/externalsecrets`, ClusterSecretStore: `/apis/${version}/clustersecretstores`, Secret: `/api/v1/namespaces/${namespace}/secrets` };
  return `${resources[kind]}/${name}`;
};

export async function create({ api }: Target, object: { readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string }; readonly [field: string]: unknown }): Promise<void> {
  const answer = await call(api, 'POST', reference(object.kind, '').slice(0, -1), { body: object });
  if (answer.status !== 201) throw new Error(`${object.kind} ${object.metadata.name}: ${answer.text}`);
}

export async function change({ api }: Target, kind: string, name: string, patch: object): Promise<void> {
  const answer = await call(api, 'PATCH', `${reference(kind, name)}?fieldManager=someone`, { body: patch, contentType: mergeType });
  if (answer.status !== 200) throw new Error(`${kind} ${name}: ${answer.text}`);
}

async function remove({ api }: Target, kind: string, name: string): Promise<void> {
  const answer = await call(api, 'DELETE', reference(kind, name));
  if (answer.status >= 300) throw new Error(`${kind} ${name}: ${answer.text}`);
}

export const externalSecret = (name: string, spec: object, metadata: object = {}) => ({
  apiVersion: version,
  kind: 'ExternalSecret',
  metadata: { name, namespace, ...metadata },
  spec: { refreshInterval: '1h0m0s', secretStoreRef: { kind: 'ClusterSecretStore', name: 'parameterstore' }, ...spec },
});
export const store = (name: string, aws: object, more: object = {}) => ({ apiVersion: version, kind: 'ClusterSecretStore', metadata: { name }, spec: { provider: { aws: { service: 'ParameterStore', region, ...aws } }, ...more } });
export const one = (secretKey: string, key: string, more: object = {}): object => ({ secretKey, remoteRef: { key, ...more } });

export const steps: readonly Step[] = [
  {
    name: 'a store without auth is Ready',
    act: (target) => create(target, store('parameterstore', {})),
    shows: ['parameterstore'],
    shown: 'store validated',
  },
  {
    name: 'two parameters become a Secret',
    async act(target) {
      await target.parameters.put('access-key-id', 'AKIA1');
      await target.parameters.put('secret-access-key', 'secret-1');
      await create(target, externalSecret('two', { target: { name: 'two-credentials' }, data: [one('AWS_ACCESS_KEY_ID', 'access-key-id'), one('AWS_SECRET_ACCESS_KEY', 'secret-access-key')] }, { labels: { team: 'platform' }, annotations: { note: 'kept' } }));
    },
    shows: ['two', 'two-credentials'],
    shown: 'secret synced',
  },
  {
    name: 'one JSON parameter becomes a Secret with annotations and labels of the template',
    async act(target) {
      await target.parameters.put('pair', JSON.stringify({ id: 'AKIA2', secret: 'secret-2', nested: { 'a.b': 1 } }));
      await create(
        target,
        externalSecret('json', {
          target: { name: 'json', template: { engineVersion: 'v2', type: 'Opaque', metadata: { annotations: { 'example.test/id': '{{ .AWS_ACCESS_KEY_ID }}', 'example.test/text': 'plain {{ .AWS_ACCESS_KEY_ID | toString }}' }, labels: { made: 'yes' } } } },
          data: [one('AWS_ACCESS_KEY_ID', 'pair', { property: 'id' }), one('AWS_SECRET_ACCESS_KEY', 'pair', { property: 'secret' }), one('nested', 'pair', { property: 'nested' })],
        }),
      );
    },
    shows: ['json'],
    shown: 'secret synced',
  },
  {
    name: 'force-sync reads again at once',
    async act(target) {
      await target.parameters.put('pair', JSON.stringify({ id: 'AKIA3', secret: 'secret-3', nested: [] }));
      await change(target, 'ExternalSecret', 'json', { metadata: { annotations: { 'force-sync': '1' } } });
    },
    shows: ['json'],
    shown: Buffer.from('AKIA3').toString('base64'),
  },
  {
    name: 'a template with data of its own replaces the values',
    async act(target) {
      await create(target, externalSecret('templated', { target: { template: { data: { both: '{{ .id }}:{{ .secret }}' } } }, data: [one('id', 'pair', { property: 'id' }), one('secret', 'pair', { property: 'secret' })] }));
    },
    shows: ['templated'],
    shown: 'secret synced',
  },
  {
    name: 'a template that names a key which is not there',
    act: (target) => create(target, externalSecret('broken-template', { target: { template: { data: { both: '{{ .none }}' } } }, data: [one('id', 'pair', { property: 'id' })] })),
    shows: ['broken-template'],
    shown: 'could not update secret',
  },
  {
    name: 'a parameter that never was',
    act: (target) => create(target, externalSecret('missing', { data: [one('key', 'never-was')] })),
    shows: ['missing'],
    shown: 'SecretSyncedError',
  },
  {
    name: 'it recovers by back-off when the parameter comes',
    act: (target) => target.parameters.put('never-was', 'now'),
    shows: ['missing'],
    shown: 'secret synced',
  },
  {
    name: 'a parameter that goes missing leaves the old Secret',
    async act(target) {
      await target.parameters.remove('never-was');
      await change(target, 'ExternalSecret', 'missing', { metadata: { annotations: { 'force-sync': '1' } } });
    },
    shows: ['missing'],
    shown: 'SecretSyncedError',
  },
  {
    name: 'a property that is not there',
    act: (target) => create(target, externalSecret('property', { data: [one('key', 'pair', { property: 'absent' })] })),
    shows: ['property'],
    shown: 'SecretSyncedError',
  },
  {
    name: 'a version of a parameter',
    async act(target) {
      await target.parameters.put('versioned', 'first');
      await target.parameters.put('versioned', 'second');
      await create(target, externalSecret('versioned', { data: [one('key', 'versioned', { version: '1' })] }));
    },
    shows: ['versioned'],
    shown: 'secret synced',
  },
  {
    name: 'a hand-edited Secret is restored',
    act: (target) => change(target, 'Secret', 'two-credentials', { data: { AWS_ACCESS_KEY_ID: Buffer.from('edited').toString('base64'), extra: 'eA==' } }),
    shows: ['two', 'two-credentials'],
    shown: Buffer.from('AKIA1').toString('base64'),
  },
  {
    name: 'a deleted Secret is made again',
    act: (target) => remove(target, 'Secret', 'two-credentials'),
    shows: ['two', 'two-credentials'],
    shown: Buffer.from('AKIA1').toString('base64'),
  },
  {
    name: 'a foreign label on the Secret stays',
    act: (target) => change(target, 'Secret', 'two-credentials', { metadata: { labels: { foreign: 'yes' } } }),
    shows: ['two-credentials'],
    shown: 'foreign',
  },
  {
    name: 'a new target name takes the old Secret away',
    act: (target) => change(target, 'ExternalSecret', 'two', { spec: { target: { name: 'renamed' } } }),
    shows: ['two', 'two-credentials', 'renamed'],
    shown: 'secret deleted because it was orphaned',
  },
  {
    name: 'every key of a parameter with extract, names converted',
    async act(target) {
      await target.parameters.put('everything', JSON.stringify({ a: '1', 'b/c': '2', number: 3 }));
      await create(target, externalSecret('extract', { dataFrom: [{ extract: { key: 'everything' } }] }));
    },
    shows: ['extract'],
    shown: 'secret synced',
  },
  {
    name: 'a value that is decoded',
    async act(target) {
      await target.parameters.put('encoded', Buffer.from('plain').toString('base64'));
      await create(target, externalSecret('decoded', { data: [one('key', 'encoded', { decodingStrategy: 'Base64' })] }));
    },
    shows: ['decoded'],
    shown: 'secret synced',
  },
  {
    name: 'Orphan makes a Secret without an owner',
    act: (target) => create(target, externalSecret('orphan', { target: { creationPolicy: 'Orphan' }, data: [one('key', 'access-key-id')] })),
    shows: ['orphan'],
    shown: 'secret synced',
  },
  {
    name: 'Merge waits for a Secret',
    act: (target) => create(target, externalSecret('merge', { target: { name: 'merge-target', creationPolicy: 'Merge' }, data: [one('key', 'access-key-id')] })),
    shows: ['merge', 'merge-target'],
    shown: 'SecretMissing',
  },
  {
    name: 'Merge adds to the Secret that came',
    async act(target) {
      await create(target, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'merge-target', namespace }, data: { own: 'b3du' } });
      await change(target, 'ExternalSecret', 'merge', { metadata: { annotations: { 'force-sync': '1' } } });
    },
    shows: ['merge', 'merge-target'],
    shown: 'data-hash',
  },
  {
    name: 'None makes no Secret',
    act: (target) => create(target, externalSecret('none', { target: { creationPolicy: 'None' }, data: [one('key', 'access-key-id')] })),
    shows: ['none'],
    shown: 'secret synced',
  },
  {
    name: 'a Secret of the same name that is nobody\'s is taken over',
    async act(target) {
      await create(target, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'taken', namespace }, data: { own: 'b3du' } });
      await create(target, externalSecret('taken', { data: [one('key', 'access-key-id')] }));
    },
    shows: ['taken'],
    shown: 'secret synced',
  },
  {
    name: 'a Secret of another ExternalSecret is left alone',
    act: (target) => create(target, externalSecret('thief', { target: { name: 'taken' }, data: [one('key', 'secret-access-key')] })),
    shows: ['thief', 'taken'],
    shown: 'target is owned by another ExternalSecret',
  },
  {
    name: 'an immutable Secret is made once',
    async act(target) {
      await target.parameters.put('fixed', 'one');
      await create(target, externalSecret('fixed', { target: { immutable: true }, data: [one('key', 'fixed')] }));
    },
    shows: ['fixed'],
    shown: 'secret synced',
  },
  {
    name: 'deletionPolicy Delete takes the Secret away with the last parameter',
    async act(target) {
      await target.parameters.put('volatile', 'x');
      await create(target, externalSecret('volatile', { target: { deletionPolicy: 'Delete' }, data: [one('key', 'volatile')] }));
      await settled(target, ['volatile'], 'secret synced');
      await target.parameters.remove('volatile');
      await change(target, 'ExternalSecret', 'volatile', { metadata: { annotations: { 'force-sync': '1' } } });
    },
    shows: ['volatile'],
    shown: 'secret deleted due to DeletionPolicy=Delete',
  },
  {
    name: 'a store that does not exist',
    act: (target) => create(target, externalSecret('storeless', { secretStoreRef: { kind: 'ClusterSecretStore', name: 'nowhere' }, data: [one('key', 'pair')] })),
    shows: ['storeless'],
    shown: 'SecretSyncedError',
  },
  {
    name: 'a store that does not admit the namespace',
    async act(target) {
      await create(target, store('closed', {}, { conditions: [{ namespaces: ['other'] }] }));
      await create(target, externalSecret('shut-out', { secretStoreRef: { kind: 'ClusterSecretStore', name: 'closed' }, data: [one('key', 'pair')] }));
    },
    shows: ['shut-out'],
    shown: 'SecretSyncedError',
  },
  {
    name: 'a store whose key Secret is missing is not Ready',
    act: (target) => create(target, store('keyless', { auth: { secretRef: { accessKeyIDSecretRef: { name: 'absent', namespace, key: 'id' }, secretAccessKeySecretRef: { name: 'absent', namespace, key: 'secret' } } } })),
    shows: ['keyless'],
    shown: 'InvalidProviderConfig',
  },
  {
    name: 'a store with wrong static keys is Ready nevertheless; its ExternalSecrets are not',
    async act(target) {
      await create(target, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'wrong-keys', namespace }, stringData: { id: 'AKIAWRONGWRONGWRONG0', secret: 'wrong' } });
      const key = (name: string): object => ({ name: 'wrong-keys', namespace, key: name });
      await create(target, store('wrong', { auth: { secretRef: { accessKeyIDSecretRef: key('id'), secretAccessKeySecretRef: key('secret') } } }));
      await settled(target, ['wrong'], 'store validated');
      await create(target, externalSecret('unread', { secretStoreRef: { kind: 'ClusterSecretStore', name: 'wrong' }, data: [one('key', 'pair')] }));
    },
    shows: ['wrong', 'unread'],
    shown: 'SecretSyncedError',
  },
  {
    name: 'a store assumes its role to read',
    async act(target) {
      const role = await target.parameters.roleThatReads('parameter-reader');
      await create(target, store('role', { role }));
      await create(target, externalSecret('by-role', { secretStoreRef: { kind: 'ClusterSecretStore', name: 'role' }, data: [one('key', 'access-key-id')] }));
    },
    shows: ['role', 'by-role'],
    shown: 'secret synced',
  },
  {
    name: 'a parameter that the role may not read',
    act: (target) => create(target, externalSecret('forbidden', { secretStoreRef: { kind: 'ClusterSecretStore', name: 'role' }, data: [one('key', 'secret-access-key')] })),
    shows: ['forbidden'],
    shown: 'SecretSyncedError',
  },
  {
    name: 'an ExternalSecret of a role that cannot be assumed',
    async act(target) {
      await create(target, store('nobody', { role: 'arn:aws:iam::123456789012:role/nobody' }));
      await create(target, externalSecret('by-nobody', { secretStoreRef: { kind: 'ClusterSecretStore', name: 'nobody' }, data: [one('key', 'access-key-id')] }));
    },
    shows: ['by-nobody'],
    shown: 'SecretSyncedError',
  },
  {
    name: 'a role that cannot be assumed keeps its store from being Ready',
    act: (target) => create(target, store('no-role', { role: 'arn:aws:iam::123456789012:role/nobody' })),
    shows: ['no-role'],
    shown: 'InvalidProviderConfig',
  },
  {
    name: 'deleting an ExternalSecret takes its Secret with it',
    act: (target) => remove(target, 'ExternalSecret', 'extract'),
    shows: ['extract'],
    shown: '"ExternalSecret":404,"Secret":404',
  },
  {
    name: 'deleting one with Orphan leaves the Secret',
    act: (target) => remove(target, 'ExternalSecret', 'orphan'),
    shows: ['orphan'],
    shown: '"ExternalSecret":404',
  },
];

/** Waits until the state of these names holds a word, and answers it. Real controllers get some seconds. */
export async function settled(target: Target, names: readonly string[], word: string): Promise<Readonly<Record<string, unknown>>> {
  for (let count = 0; ; count += 1) {
    const state = await stateOf(target, names);
    if (JSON.stringify(state).includes(word)) {
      // What is still on its way comes too: two equal looks in a row.
      await new Promise((resolve) => void setTimeout(resolve, 250));
      const again = await stateOf(target, names);
      if (JSON.stringify(again) === JSON.stringify(state) || count > 200) return again;
    }
    if (count > 200) throw new Error(`"${word}" never showed in ${JSON.stringify(state)}`);
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
}

async function stateOf({ api }: Target, names: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const entries: [string, unknown][] = [];
  for (const name of names) {
    const kinds = ['ClusterSecretStore', 'ExternalSecret', 'Secret'];
    const answers = await Promise.all(kinds.map((kind) => call(api, 'GET', reference(kind, name))));
    const state: Record<string, unknown> = Object.fromEntries(kinds.map((kind, index) => [kind, answers[index]!.status === 200 ? shape(answers[index]!.body) : answers[index]!.status]));
    const events = await eventsOf(api, name);
    // Whether an operator still saw the store of a moment ago as new says nothing, once it has got past it: synced, or refused by AWS.
    const passing = (event: string): boolean => /Store "[^"]+" is not ready$/.test(event);
    const past = JSON.stringify(state['ExternalSecret']).includes('secret synced') || events.some((event) => event.includes('UpdateFailed') && event.includes('operation error') && !passing(event));
    entries.push([name, { ...state, events: past ? events.filter((event) => !passing(event)) : events }]);
  }
  return Object.fromEntries(entries);
}

/** What must be equal of an object: ids, times and revisions are not. */
function shape(object: unknown): unknown {
  const { metadata, spec, status, data, type, immutable } = Object(object);
  const { labels, annotations, finalizers, ownerReferences, generation } = Object(metadata);
  const owners = Array.isArray(ownerReferences) ? ownerReferences.map(({ uid: _uid, ...owner }: { uid?: string }) => owner) : undefined;
  const { refreshTime, conditions, ...rest } = Object(status);
  return JSON.parse(
    JSON.stringify({
      labels,
      annotations,
      finalizers,
      owners,
      ...(spec === undefined ? { data, type, immutable } : { generation, spec }),
      status: { ...rest, refreshed: refreshTime !== undefined && refreshTime !== null, conditions: Array.isArray(conditions) ? conditions.map(({ lastTransitionTime: _time, ...condition }: { lastTransitionTime?: string }) => condition) : undefined },
    }),
  );
}

/** Kind, type, reason and message, each once: how often is a matter of back-off and of time. */
async function eventsOf(api: ApiConnection, name: string): Promise<readonly string[]> {
  const found = await Promise.all([namespace, 'default'].map((where) => call(api, 'GET', `/api/v1/namespaces/${where}/events?fieldSelector=involvedObject.name%3D${name}`)));
  const items: unknown[] = found.flatMap(({ body }) => Object(body).items ?? []);
  const texts = items.map((item) => {
    const { involvedObject, type, reason, message, source } = Object(item);
    return `${Object(involvedObject).kind} ${type} ${reason} by ${Object(source).component}: ${String(message).replace(/RequestID: [\w-]+/g, 'RequestID: <id>').replace(/aws-go-sdk-\d+/g, 'aws-go-sdk-<time>')}`;
  });
  return [...new Set(texts)].sort();
}
