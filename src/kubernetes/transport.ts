import http from 'node:http';
import https from 'node:https';
import type { Connection } from './connection.ts';

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** HTTP to one API server, over connections that are kept open. A failed connection throws Node's own error with its `code`. */
export interface Transport {
  send(request: Request): Promise<Answer>;
  /** The answer while it comes; for watches. The status is not judged. `silence`: milliseconds without a byte after which it fails. */
  open(request: Request, silence: number): Promise<http.IncomingMessage>;
}

export interface TransportOptions {
  readonly userAgent: string;
  /** Milliseconds without a byte after which a request is given up. */
  readonly timeout: number;
}

export function transportTo(connection: Connection, { userAgent, timeout }: TransportOptions): Transport {
  const base = new URL(connection.server);
  const secure = base.protocol === 'https:';
  // Probes on open sockets make the kernel notice a peer that is gone without a word (half-open connections); idle
  // sockets are given up before a server or a load balancer would close them under a request.
  const kept = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets: 50, timeout: 20_000 };
  const agent = secure
    ? new https.Agent({
        ...kept,
        rejectUnauthorized: !connection.trustsAnyCertificate,
        ...(connection.ca === undefined ? {} : { ca: connection.ca }),
        ...(connection.certificate === undefined ? {} : { cert: connection.certificate }),
        ...(connection.key === undefined ? {} : { key: connection.key }),
        ...(connection.serverName === undefined ? {} : { servername: connection.serverName }),
      })
    : new http.Agent(kept);

  async function begin(request: Request, silence: number, renewed: boolean): Promise<http.IncomingMessage> {
    const identity = await connection.headers(renewed);
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const headers: http.OutgoingHttpHeaders = { ...identity, accept: request.accept ?? 'application/json', 'user-agent': userAgent };
    if (body !== undefined) Object.assign(headers, { 'content-type': request.contentType ?? 'application/json', 'content-length': body.length });
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? https : http).request(
        new URL(base.pathname.replace(/\/$/, '') + request.path, base),
        { method: request.method, headers, agent, ...(request.signal === undefined ? {} : { signal: request.signal }) },
        resolve,
      );
      outgoing.setTimeout(silence, () => outgoing.destroy(Object.assign(new Error(`no byte for ${silence} ms`), { code: 'ETIMEDOUT' })));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  async function whole(request: Request, renewed: boolean): Promise<Answer> {
    const incoming = await begin(request, timeout, renewed);
    incoming.setEncoding('utf8');
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, text };
  }

  return {
    async send(request) {
      const answer = await whole(request, false);
      // 401 comes before anything is done: a token may have been renewed meanwhile.
      return answer.status === 401 ? whole(request, true) : answer;
    },
    async open(request, silence) {
      const incoming = await begin(request, silence, false);
      incoming.setEncoding('utf8');
      return incoming;
    },
  };
}
