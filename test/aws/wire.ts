import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { openAws } from '../../src/aws/open.ts';
import type { Aws } from '../../src/aws/types.ts';
import type { AwsOptions } from '../../src/aws/open.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** IAM and STS name the action in the body, SSM in a header, Bedrock in the path. */
  readonly operation: string;
}

export type Reply = (response: ServerResponse, received: Received) => void;

export interface Wire {
  readonly url: string;
  readonly received: readonly Received[];
  /** Pauses that the client took, in milliseconds, none of them really waited for. */
  readonly pauses: readonly number[];
  open(options?: Partial<AwsOptions>): Aws;
  stop(): Promise<void>;
}

/** A server that answers AWS's wire formats as told: `reply` is asked for each request. */
export async function wire(reply: Reply): Promise<Wire> {
  const received: Received[] = [];
  const pauses: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const target = String(request.headers['x-amz-target'] ?? '').split('.')[1];
      const operation = target ?? new URLSearchParams(body).get('Action') ?? request.url ?? '';
      const one: Received = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body, operation };
      received.push(one);
      reply(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  let now = Date.parse('2026-11-24T00:00:00Z');
  return {
    url,
    received,
    pauses,
    open: (options = {}) =>
      openAws({
        region: 'us-west-2',
        environment: { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-of-the-test' },
        clock: {
          now: () => new Date(now),
          sleep: (milliseconds, signal) => {
            signal?.throwIfAborted();
            pauses.push(milliseconds);
            now += milliseconds;
            return Promise.resolve();
          },
        },
        random: () => 0.5,
        ...options,
      }),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** An error of the query protocol (IAM, STS). */
export function queryError(status: number, code: string, message = ''): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': '11111111-2222' });
    response.end(
      `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>11111111-2222</RequestId></ErrorResponse>`,
    );
  };
}

/** An error of the JSON protocols (SSM, Bedrock). */
export function jsonError(status: number, code: string, message = '', headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code, 'x-amzn-requestid': '11111111-2222', ...headers });
    response.end(JSON.stringify({ __type: code, message }));
  };
}

export function queryAnswer(operation: string, result: string): Reply {
  return (response) => {
    const namespace = operation === 'GetCallerIdentity' ? 'https://sts.amazonaws.com/doc/2011-06-15/' : 'https://iam.amazonaws.com/doc/2010-05-08/';
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(`<${operation}Response xmlns="${namespace}"><${operation}Result>${result}</${operation}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${operation}Response>`);
  };
}

export function jsonAnswer(body: unknown): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  };
}

/** The connection is cut without an answer. */
export const drop: Reply = (response) => response.destroy();

/** One reply after the other; the last one for all further requests. */
export function inTurn(...replies: readonly Reply[]): Reply {
  let turn = 0;
  return (response, received) => replies[Math.min(turn++, replies.length - 1)]!(response, received);
}
