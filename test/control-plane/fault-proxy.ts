/**
 * Stands between the product and a part that others wrote, passes everything on as it is, and spoils what it is told to:
 * throttling, 5xx, cut and dropped connections, slow answers, peers that are gone without a word.
 */
import http from 'node:http';
import https from 'node:https';
import { runIdOf } from '../../src/sandbox/faults.ts';
import type { AuditEntry } from '../../src/sandbox/types.ts';
import type { WireAnswer, WireCall, WireService } from './call-names.ts';
import type { WireFaults } from './proxy-faults.ts';

/** As much of an audit entry as can be seen from the wire. */
export type SeenCall = Pick<AuditEntry, 'action' | 'verdict' | 'status' | 'code' | 'run'>;

export interface ProxyOptions {
  /** `http://127.0.0.1:PORT` or `https://…`. */
  readonly upstream: string;
  /** PEM that an https upstream is trusted by. */
  readonly ca?: string;
  readonly service: WireService;
  readonly faults: WireFaults;
  /** Called for every call, when its answer begins or is refused to it. */
  readonly seen: (call: SeenCall) => void;
}

export interface FaultProxy {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export async function startFaultProxy(options: ProxyOptions): Promise<FaultProxy> {
  const server = http.createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const body = Buffer.concat(parts);
      void handle(options, incoming, body, outgoing);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a server on a port has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(options: ProxyOptions, incoming: http.IncomingMessage, body: Buffer, outgoing: http.ServerResponse): Promise<void> {
  const call: WireCall = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers: incoming.headers, body: body.toString('latin1') };
  const action = options.service.actionOf(call);
  const strike = options.faults.strike(action, incoming.headers['user-agent']);
  const seen = (status: number, code?: string): void =>
    options.seen({ action, status, verdict: status >= 200 && status < 400 ? 'allow' : status === 403 ? 'deny' : 'error', run: runIdOf(incoming.headers['user-agent']), ...(code === undefined ? {} : { code }) });
  const answer = ({ status, headers, body: text }: WireAnswer, code: string): void => {
    seen(status, code);
    outgoing.writeHead(status, headers).end(text);
  };
  const lose = (kind: 'drop' | 'silence'): void => {
    seen(0, kind === 'drop' ? 'ConnectionDropped' : 'Silence');
    if (kind === 'drop') incoming.socket.destroy();
  };

  if (strike?.kind === 'throttle') return answer(options.service.throttled(call), 'Throttled');
  if (strike?.kind === 'status') return answer(options.service.failure(strike.status, strike.code, call), strike.code);
  if ((strike?.kind === 'drop' || strike?.kind === 'silence') && strike.when === 'before') return lose(strike.kind);
  if (strike?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, strike.milliseconds));

  pass(options, incoming, body, {
    failed: () => {
      seen(0, 'UpstreamFailed');
      incoming.socket.destroy();
    },
    answered(fromUpstream, request) {
      if (strike?.kind === 'drop' || strike?.kind === 'silence') {
        fromUpstream.resume();
        // Executed means that its answer was complete.
        fromUpstream.once('end', () => lose(strike.kind));
        return;
      }
      seen(fromUpstream.statusCode ?? 0, strike?.kind === 'cut' ? 'Cut' : undefined);
      if (strike?.kind === 'cut') {
        void cut(fromUpstream, outgoing);
        return;
      }
      outgoing.writeHead(fromUpstream.statusCode ?? 502, onward(fromUpstream.headers));
      outgoing.flushHeaders();
      fromUpstream.pipe(outgoing);
      fromUpstream.on('error', () => outgoing.destroy());
      // A watch that the client has left.
      outgoing.on('close', () => request.destroy());
    },
  });
}

interface Passing {
  readonly answered: (answer: http.IncomingMessage, request: http.ClientRequest) => void;
  readonly failed: () => void;
}

/** Headers go on unchanged but for those of the connection itself, `Host` too: it is part of what AWS signatures are made of. */
function pass({ upstream, ca }: ProxyOptions, incoming: http.IncomingMessage, body: Buffer, { answered, failed }: Passing): void {
  const url = new URL(incoming.url ?? '/', upstream);
  const send = url.protocol === 'https:' ? https.request : http.request;
  const request = send(url, { method: incoming.method ?? 'GET', headers: onward(incoming.headers), agent: false, ...(ca === undefined ? {} : { ca }) }, (answer) => answered(answer, request));
  request.on('error', failed);
  request.end(body);
}

/** Without the headers of one connection (RFC 9110, 7.6.1). */
function onward({ connection: _connection, 'keep-alive': _keepAlive, ...headers }: http.IncomingHttpHeaders): http.IncomingHttpHeaders {
  return headers;
}

/** The head and half of the body; the length that was promised never comes. */
async function cut(answer: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of answer) if (Buffer.isBuffer(part)) parts.push(part);
  const body = Buffer.concat(parts);
  const { 'transfer-encoding': _encoding, ...headers } = onward(answer.headers);
  outgoing.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': String(body.length + 1) });
  outgoing.write(body.subarray(0, Math.ceil(body.length / 2)), () => outgoing.destroy());
}
