/**
 * AWS over several replicas that learn of a change late: a proxy in front of the sandbox that answers each reading call
 * as one of three replicas would, which one is decided anew for each request. IAM says so of itself (user guide, "Changes
 * that I make are not always immediately visible"); a replica that is behind answers with what it knew then.
 */
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Clock } from '../../src/clock.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface StaleReplicas {
  readonly endpoint: string;
  /** Reading calls that were answered with something other than what is. */
  readonly stale: () => number;
  stop(): Promise<void>;
}

/** @param propagation milliseconds of the world until the last replica knows */
export async function startStaleReplicas(target: string, options: { readonly propagation: number; readonly clock: Pick<Clock, 'now'>; readonly random: () => number }): Promise<StaleReplicas> {
  const { propagation, clock, random } = options;
  const lags = [0, propagation / 3, propagation];
  const known = new Map<string, { readonly answer: Answer; readonly order: number }[]>();
  /** When something was changed, in order. */
  const changes: { readonly at: number; readonly order: number }[] = [];
  let order = 0;
  let stale = 0;
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await buffer(incoming);
      const fresh = await forward(target, incoming.method ?? 'GET', incoming.url ?? '/', incoming.headers, body);
      const name = nameOf(incoming.headers, body);
      order += 1;
      if (!reads(name)) changes.push({ at: clock.now().getTime(), order });
      const answer = reads(name) && fresh.status < 500 ? replica(`${name} ${body.toString()}`, fresh) : fresh;
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    })().catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    endpoint: `http://127.0.0.1:${addressOf(server.address()).port}`,
    stale: () => stale,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function replica(question: string, fresh: Answer): Answer {
    const answers = known.get(question) ?? [];
    known.set(question, answers);
    answers.push({ answer: fresh, order });
    const lag = lags[Math.floor(random() * lags.length)] ?? 0;
    // What it knows: all that was changed up to then. An answer given after that and before the next change is what it says.
    const asOf = clock.now().getTime() - lag;
    const last = changes.findLast(({ at }) => at <= asOf)?.order ?? 0;
    const next = changes.find((change) => change.order > last)?.order ?? Infinity;
    const answer = answers.find((known) => known.order >= last && known.order < next)?.answer ?? fresh;
    if (!answer.body.equals(fresh.body)) stale += 1;
    return answer;
  }
}

/** `GetUser`, `DescribeParameters`: of the query protocol's body, or of the JSON protocol's header. */
function nameOf(headers: IncomingHttpHeaders, body: Buffer): string {
  const header = headers['x-amz-target'];
  return typeof header === 'string' ? (header.split('.').at(-1) ?? '') : (new URLSearchParams(body.toString()).get('Action') ?? '');
}

/** Who one is (STS) every replica knows alike; a parameter's value is what the writer wrote. */
function reads(name: string): boolean {
  return /^(Get|List|Describe)/.test(name) && name !== 'GetCallerIdentity';
}

function forward(target: string, method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, target), { method, headers }, (answer) => {
      buffer(answer).then((bytes) => resolve({ status: answer.statusCode ?? 500, headers: withoutFraming(answer.headers), body: bytes }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function withoutFraming({ connection: _connection, 'transfer-encoding': _encoding, 'keep-alive': _alive, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers;
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new TypeError('the proxy has no port');
  return address;
}
