import { backoff } from '../backoff.ts';
import type { Clock, Random } from '../clock.ts';
import { mayPass } from '../connection-failure.ts';
import { KubernetesCallError } from './call-error.ts';
import type { Connection } from './connection.ts';
import { discovery } from './discovery.ts';
import { fieldsOf, isKubernetesObject, listOf, parseJson, textOf } from './json.ts';
import { apiRoot, resourceName, servedKind } from './resource-paths.ts';
import { broken, refusal, targetOf } from './status.ts';
import type { CallPlace } from './status.ts';
import type { Answer, Request, Transport } from './transport.ts';
import type { Kubernetes, KubernetesObject, ListOptions } from './types.ts';
import { watchFrom } from './watch.ts';
import type { ListedState } from './watch.ts';

export interface CallOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal;
  readonly silence: number;
}

const fieldManager = 'bedrock-access';

/** Reads are tried this often; with growing pauses that is about 15 seconds at worst. */
const readAttempts = 6;

/** The port over one transport. */
export function callsTo(connection: Connection, transport: Transport, options: CallOptions): Kubernetes {
  const served = discovery(async (path) => {
    const place: CallPlace = { verb: 'get', resource: path, secret: false };
    const answer = await reading({ method: 'GET', path }, place, [404]);
    return answer.status === 404 ? undefined : parseJson(answer.text);
  });

  /** Sends a read until it is answered, with patience for throttling, faults and broken connections. Answers of `accepted` statuses pass. */
  async function reading(request: Request, place: CallPlace, accepted: readonly number[] = []): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(request, place, accepted);
      } catch (error) {
        if (!(error instanceof KubernetesCallError) || !passes(error) || attempt >= readAttempts) throw error;
        await options.clock.sleep(pauseAfter(error, attempt), options.signal);
      }
    }
  }

  /** Sends a change once: whether to send it again is the engine's decision. */
  async function changing(request: Request, place: CallPlace): Promise<KubernetesObject> {
    options.signal?.throwIfAborted();
    return objectIn(await once(request, place), place);
  }

  async function once(request: Request, place: CallPlace, accepted: readonly number[] = []): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await transport.send(request);
    } catch (error) {
      throw broken(error, place, connection.server);
    }
    if ((answer.status >= 200 && answer.status < 300) || accepted.includes(answer.status)) return answer;
    throw refusal(answer, place);
  }

  function pauseAfter(error: KubernetesCallError, attempt: number): number {
    return backoff({ attempt, random: options.random, base: 200, cap: 5000, ...(error.retryAfter === undefined ? {} : { asked: error.retryAfter }) });
  }

  /** The path of a kind's collection or of one object in it, and the call's name for messages. */
  async function locate(
    verb: CallPlace['verb'],
    what: { readonly apiVersion: string; readonly kind: string; readonly namespace?: string | undefined; readonly name?: string | undefined },
    subresource?: string,
  ): Promise<{ readonly path: string; readonly place: CallPlace }> {
    const { plural, namespaced } = await servedKind(what.apiVersion, what.kind, served);
    const everywhere = verb === 'list' || verb === 'watch';
    const namespace = namespaced ? (what.namespace ?? (everywhere ? undefined : (connection.namespace ?? 'default'))) : undefined;
    const parts = [
      apiRoot(what.apiVersion),
      ...(namespace === undefined ? [] : ['namespaces', encodeURIComponent(namespace)]),
      plural,
      ...(what.name === undefined ? [] : [encodeURIComponent(what.name)]),
      ...(subresource === undefined ? [] : [subresource]),
    ];
    return {
      path: parts.join('/'),
      place: {
        verb,
        resource: resourceName(what.apiVersion, plural) + (subresource === undefined ? '' : `/${subresource}`),
        ...(namespace === undefined ? {} : { namespace }),
        ...(what.name === undefined ? {} : { name: what.name }),
        secret: what.kind === 'Secret',
      },
    };
  }

  /** Reads a list to its end; when the continuation has expired (410) the list is read anew, so that it is one state. */
  async function listed(apiVersion: string, kind: string, list: ListOptions, verb: 'list' | 'watch' = 'list'): Promise<ListedState> {
    const { path, place } = await locate(verb, { apiVersion, kind, namespace: list.namespace });
    for (let restarts = 0; ; restarts += 1) {
      const objects: KubernetesObject[] = [];
      let next: string | undefined;
      try {
        do {
          const answer = await reading({ method: 'GET', path: withQuery(path, { ...selectors(list), limit: '500', continue: next }) }, { ...place, verb: 'list' });
          const page = fieldsOf(parseJson(answer.text));
          const metadata = fieldsOf(page['metadata']);
          objects.push(...listOf(page['items']).flatMap((item) => withKind(item, apiVersion, kind)));
          next = textOf(metadata['continue']);
          if (next === undefined) return { objects, resourceVersion: textOf(metadata['resourceVersion']) ?? '' };
        } while (next !== undefined);
      } catch (error) {
        if (!(error instanceof KubernetesCallError) || error.kind !== 'gone' || restarts >= 5) throw error;
      }
    }
  }

  return {
    server: connection.server,
    context: connection.context,
    async get(reference) {
      try {
        const { path, place } = await locate('get', reference);
        const answer = await reading({ method: 'GET', path }, place);
        return objectIn(answer, place);
      } catch (error) {
        // What is not served does not exist either.
        if (error instanceof KubernetesCallError && (error.kind === 'not-found' || error.kind === 'kind-not-served')) return undefined;
        throw error;
      }
    },
    async list(apiVersion, kind, list = {}) {
      return (await listed(apiVersion, kind, list)).objects;
    },
    async *watch(apiVersion, kind, { signal, ...list }) {
      const { path, place } = await locate('watch', { apiVersion, kind, namespace: list.namespace });
      yield* watchFrom({
        list: () => listed(apiVersion, kind, list, 'watch'),
        open: async (resourceVersion) => {
          const query = { ...selectors(list), watch: 'true', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: String(240 + Math.floor(options.random() * 120)) };
          try {
            return await transport.open({ method: 'GET', path: withQuery(path, query), signal }, options.silence);
          } catch (error) {
            throw broken(error, place, connection.server);
          }
        },
        place,
        signal,
        pause: (attempt) => options.clock.sleep(backoff({ attempt, random: options.random, base: 200, cap: 30_000 }), signal),
        complete: (item) => withKind(item, apiVersion, kind)[0],
      });
    },
    async create(object, { dryRun = false } = {}) {
      const { path, place } = await locate('create', { apiVersion: object.apiVersion, kind: object.kind, namespace: object.metadata.namespace });
      return changing({ method: 'POST', path: withQuery(path, { fieldManager, dryRun: dryRun ? 'All' : undefined }), body: object }, named(place, object));
    },
    async apply(object, { force = false, dryRun = false, fieldManager: manager = fieldManager } = {}) {
      const { path, place } = await locate('patch', { apiVersion: object.apiVersion, kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name });
      const query = { fieldManager: manager, force: force ? 'true' : undefined, dryRun: dryRun ? 'All' : undefined };
      // JSON is YAML; the content type says that it is an apply (API concepts, "Server-Side Apply").
      const request: Request = { method: 'PATCH', path: withQuery(path, query), body: withoutManagedFields(object), contentType: 'application/apply-patch+yaml' };
      return changing(request, place);
    },
    async replace(object) {
      const { path, place } = await locate('update', { apiVersion: object.apiVersion, kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name });
      return changing({ method: 'PUT', path: withQuery(path, { fieldManager }), body: object }, place);
    },
    async patch(reference, { type, body, subresource }) {
      const { path, place } = await locate('patch', reference, subresource);
      return changing({ method: 'PATCH', path: withQuery(path, { fieldManager }), body, contentType: patchTypes[type] }, place);
    },
    async remove(reference, { uid, resourceVersion, propagation = 'Background' } = {}) {
      const { path, place } = await locate('delete', reference);
      const preconditions = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: propagation, ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }) };
      options.signal?.throwIfAborted();
      await once({ method: 'DELETE', path, body }, place);
    },
    async createSubresource(reference, subresource, body) {
      // Both `token` and `serviceaccounts/token` name it.
      const { path, place } = await locate('create', reference, subresource.slice(subresource.lastIndexOf('/') + 1));
      return changing({ method: 'POST', path, body }, place);
    },
    async podLogs(namespace, pod, { container, tailLines } = {}) {
      const { path, place } = await locate('get', { apiVersion: 'v1', kind: 'Pod', namespace, name: pod }, 'log');
      const query = { container, tailLines: tailLines === undefined ? undefined : String(tailLines) };
      return (await reading({ method: 'GET', path: withQuery(path, query), accept: '*/*' }, place)).text;
    },
    servedVersions: (group, kind) => served.servedVersions(group, kind),
    async document(path) {
      return fieldsOf(parseJson((await reading({ method: 'GET', path, accept: '*/*' }, { verb: 'get', resource: path, secret: false })).text));
    },
    async version() {
      const answer = await reading({ method: 'GET', path: '/version' }, { verb: 'get', resource: '/version', secret: false });
      const found = fieldsOf(parseJson(answer.text));
      return { major: textOf(found['major']) ?? '', minor: textOf(found['minor']) ?? '', gitVersion: textOf(found['gitVersion']) ?? '' };
    },
  };
}

const patchTypes = { merge: 'application/merge-patch+json', json: 'application/json-patch+json', strategic: 'application/strategic-merge-patch+json' } as const;

function passes(error: KubernetesCallError): boolean {
  if (error.kind === 'throttled' || error.kind === 'unavailable') return true;
  return error.kind === 'unreachable' && mayPass(error.reason);
}

function selectors(list: ListOptions): Readonly<Record<string, string | undefined>> {
  return { labelSelector: list.labelSelector, fieldSelector: list.fieldSelector };
}

function withQuery(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

function objectIn(answer: Answer, place: CallPlace): KubernetesObject {
  const object = parseJson(answer.text);
  if (isKubernetesObject(object)) return object;
  throw new KubernetesCallError(`${place.verb} ${targetOf(place)}: the answer is no Kubernetes object`, {
    kind: 'other',
    status: answer.status,
    reason: 'NotAnObject',
    verb: place.verb,
    target: targetOf(place),
    uncertain: place.verb !== 'get',
  });
}

/** Items of a typed list come without `apiVersion` and `kind` (API concepts, "Collections"). */
function withKind(item: unknown, apiVersion: string, kind: string): readonly KubernetesObject[] {
  const whole: unknown = { apiVersion, kind, ...fieldsOf(item) };
  return isKubernetesObject(whole) ? [whole] : [];
}

/** An apply with managedFields set is refused (422 "metadata.managedFields must be nil"). */
function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function named(place: CallPlace, object: KubernetesObject): CallPlace {
  return object.metadata.name === undefined ? place : { ...place, name: object.metadata.name };
}
