import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { constants, createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from 'node:http2';
import { createServer as createSocketServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** One HTTP request, of either version. Header names are lower case; over HTTP/2 `host` holds `:authority`. */
export interface WireRequest {
  readonly method: string;
  /** As sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** `drop`: the connection ends without an answer. */
export type WireResponse =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array | AsyncIterable<Uint8Array> }
  | 'drop';

type Handler = (request: WireRequest) => Promise<WireResponse>;

/**
 * HTTP/1.1 and HTTP/2 without TLS on one loopback port: the first bytes tell (RFC 9113, 3.4: a client that knows the server
 * to speak HTTP/2 opens with `PRI * HTTP/2.0`). The AWS SDK's Bedrock runtime client does.
 */
export async function listen(handler: Handler): Promise<{ readonly port: number; close(): Promise<void> }> {
  const http1 = createServer((request, response) => void answer(handler, request, response));
  const http2 = createHttp2Server();
  http2.on('request', (request, response) => void answer(handler, request, response));
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => session.destroy());
    session.on('close', () => sessions.delete(session));
  });
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      if (first.toString('latin1', 0, 3) === 'PRI') {
        http2.emit('connection', socket); // reads what is buffered on the next tick, from the paused socket
      } else {
        http1.emit('connection', socket);
        socket.resume();
      }
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sandbox listens on no port');
  return {
    port: address.port,
    close: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function answer(handler: Handler, request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): Promise<void> {
  try {
    const result = await handler(await readRequest(request));
    if (result === 'drop') {
      drop(request);
      return;
    }
    const { body } = result;
    if (body instanceof Uint8Array) {
      writeHead(response, result.status, { ...result.headers, 'content-length': String(body.length) });
      response.end(body);
    } else {
      writeHead(response, result.status, result.headers);
      await pipeline(Readable.from(body, { objectMode: false }), response);
    }
  } catch {
    drop(request); // the client went away
  }
}

function writeHead(response: ServerResponse | Http2ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

async function readRequest(request: IncomingMessage | Http2ServerRequest): Promise<WireRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(':')) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  const authority = request.headers[':authority'];
  if (typeof authority === 'string') headers['host'] ??= authority;
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers,
    body: Buffer.concat(chunks),
  };
}

function drop(request: IncomingMessage | Http2ServerRequest): void {
  if ('stream' in request) request.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else request.socket.destroy();
}
