import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKubernetes } from '../../src/kubernetes/open.ts';
import type { KubernetesOptions } from '../../src/kubernetes/open.ts';
import type { Kubernetes } from '../../src/kubernetes/types.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Reply = (response: ServerResponse, received: Received) => void;

export interface Wire {
  readonly url: string;
  readonly received: readonly Received[];
  /** Pauses that the client took, in milliseconds, none of them really waited for. */
  readonly pauses: readonly number[];
  readonly clock: { now(): Date; set(to: Date): void };
  open(options?: Partial<KubernetesOptions>): Promise<Kubernetes>;
  stop(): Promise<void>;
}

/** An API server that answers as told, and a kubeconfig for it. */
export async function wire(reply: Reply): Promise<Wire> {
  const received: Received[] = [];
  const pauses: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://server');
      const one: Received = { method: request.method ?? '', path: url.pathname, query: url.searchParams, headers: request.headers, body };
      received.push(one);
      reply(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, kubeconfigOf(url));
  let now = new Date('2026-11-24T00:00:00Z');
  return {
    url,
    received,
    pauses,
    clock: { now: () => now, set: (to) => (now = to) },
    open: (options = {}) =>
      openKubernetes({
        kubeconfig,
        environment: {},
        clock: {
          now: () => now,
          sleep: async (milliseconds, signal) => {
            signal?.throwIfAborted();
            pauses.push(milliseconds);
            await new Promise<void>((resolve) => setImmediate(resolve));
          },
        },
        random: () => 0.5,
        ...options,
      }),
    stop: () =>
      new Promise((resolve) => {
        rmSync(folder, { recursive: true, force: true });
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export function kubeconfigOf(url: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server: url } }],
    users: [{ name: 'test', user: { token: 'token-of-the-test' } }],
  });
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** A failure as the API server words it (meta/v1 Status). */
export function failure(code: number, reason: string, details: object = {}, message = ''): Reply {
  return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code }, code);
}

/** What a path that is not served answers. */
export const notServed: Reply = (response) => {
  response.writeHead(404, { 'content-type': 'text/plain' });
  response.end('404 page not found\n');
};

export const drop: Reply = (response) => response.destroy();

/** One reply after the other; the last one for all further requests. */
export function inTurn(...replies: readonly Reply[]): Reply {
  let turn = 0;
  return (response, received) => replies[Math.min(turn++, replies.length - 1)]!(response, received);
}

export async function on(reply: Reply, use: (server: Wire) => Promise<void>): Promise<void> {
  const server = await wire(reply);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}
