import { Buffer } from 'node:buffer';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubernetesServer, startKubernetesServer } from '../../../src/sandbox/kubernetes/server.ts';
import type { ObjectStore } from '../../../src/sandbox/kubernetes/store.ts';
import type { SandboxOptions } from '../../../src/sandbox/types.ts';
import { createWorld, type World } from '../../../src/sandbox/world.ts';

/** JSON of an answer, for looking into: `body.metadata.name`. */
export type Answered = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Answered;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as they are, instead of `body`. */
  readonly bytes?: Buffer;
  readonly type?: string;
  readonly accept?: string;
  readonly token?: string | null;
  readonly userAgent?: string;
}

/** A Kubernetes API of the sandbox, alone, and raw HTTPS to it. */
export interface Api extends AsyncDisposable {
  readonly kubernetes: KubernetesServer;
  readonly world: World;
  readonly store: ObjectStore;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  get(path: string, options?: CallOptions): Promise<Answer>;
  post(path: string, body: unknown, options?: CallOptions): Promise<Answer>;
  put(path: string, body: unknown, options?: CallOptions): Promise<Answer>;
  patch(kind: 'merge' | 'json' | 'strategic', path: string, body: unknown, options?: CallOptions): Promise<Answer>;
  /** Server-side apply. */
  apply(path: string, manager: string, body: unknown, force?: boolean): Promise<Answer>;
  remove(path: string, body?: unknown): Promise<Answer>;
  /** The events of a watch until `count` have come. */
  watch(path: string, count: number, meanwhile?: () => Promise<unknown>): Promise<readonly Answered[]>;
}

export async function startApi(options: SandboxOptions = {}): Promise<Api> {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-kubernetes-'));
  const world = createWorld({ ticking: false, ...options }, directory);
  const kubernetes = await startKubernetesServer(world);
  const store = world.store!;
  const call: Api['call'] = (method, path, { body, bytes, type, accept, token = kubernetes.adminToken, userAgent } = {}) =>
    new Promise((resolve, reject) => {
      const sent = bytes ?? (body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
      const outgoing = request(`${kubernetes.server}${path}`, {
        method,
        ca: kubernetes.authority,
        agent: false,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(accept === undefined ? {} : { accept }),
          ...(sent === undefined ? {} : { 'content-type': type ?? 'application/json', 'content-length': Buffer.byteLength(sent) }),
          ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
        },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => (text += chunk));
        incoming.on('error', reject);
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: parsed(text) }));
      });
      outgoing.end(sent);
    });
  const patchTypes = { merge: 'application/merge-patch+json', json: 'application/json-patch+json', strategic: 'application/strategic-merge-patch+json' };
  return {
    kubernetes,
    world,
    store,
    call,
    get: (path, given) => call('GET', path, given),
    post: (path, body, given) => call('POST', path, { ...given, body }),
    put: (path, body, given) => call('PUT', path, { ...given, body }),
    patch: (kind, path, body, given) => call('PATCH', path, { ...given, body, type: patchTypes[kind] }),
    apply: (path, manager, body, force = false) => call('PATCH', `${path}?fieldManager=${manager}${force ? '&force=true' : ''}`, { body, type: 'application/apply-patch+yaml' }),
    remove: (path, body) => call('DELETE', path, body === undefined ? {} : { body }),
    watch: (path, count, meanwhile) =>
      new Promise((resolve, reject) => {
        const events: Answered[] = [];
        const outgoing = request(`${kubernetes.server}${path}`, { ca: kubernetes.authority, agent: false, headers: { authorization: `Bearer ${kubernetes.adminToken}` } });
        outgoing.on('error', reject);
        outgoing.on('response', (incoming) => {
          let rest = '';
          const finish = (): void => {
            incoming.removeAllListeners();
            incoming.on('error', () => undefined);
            outgoing.destroy();
            resolve(events);
          };
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => {
            const lines = `${rest}${chunk}`.split('\n');
            rest = lines.pop()!;
            for (const line of lines) events.push(JSON.parse(line));
            if (events.length >= count) finish();
          });
          incoming.on('end', finish);
          meanwhile?.().catch(reject);
        });
        outgoing.end();
      }),
    async [Symbol.asyncDispose]() {
      await kubernetes.stop();
      world.clock.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A Deployment with one container `app`. */
export function deployment(name: string, container: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'registry.example/app:1', ...container }] } } },
  };
}

export function configMap(name: string, data: Readonly<Record<string, string>> = {}, metadata: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

export const deployments = '/apis/apps/v1/namespaces/default/deployments';
export const configMaps = '/api/v1/namespaces/default/configmaps';
export const secrets = '/api/v1/namespaces/default/secrets';
