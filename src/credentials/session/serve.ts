/**
 * Serves a session from a file on the loopback address, as AWS SDKs ask for it by AWS_CONTAINER_CREDENTIALS_FULL_URI (AWS SDKs and
 * tools reference guide, "Container credential provider"). The file is read for each request: what is renewed is served at once.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isRecord } from '../../resources/json.ts';

export interface SessionFiles {
  /** As a credential process prints it. */
  readonly sessionFile: string;
  /** What a client has to send as its Authorization. */
  readonly tokenFile: string;
}

export interface SessionServer {
  readonly port: number;
  close(): Promise<void>;
}

/** On 127.0.0.1, which nothing outside the pod reaches. */
export async function serveSession(files: SessionFiles, port: number, now: () => Date): Promise<SessionServer> {
  const server = createServer((request, response) => void answer(request, files, now).then(({ status, body }) => write(response, status, body)));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function answer({ method, url, headers }: IncomingMessage, { sessionFile, tokenFile }: SessionFiles, now: () => Date): Promise<Answer> {
  if (method !== 'GET') return refusal(405, 'MethodNotAllowed', 'GET alone is answered.');
  if (url === '/ready') return { status: 200, body: {} };
  if (url !== '/credentials') return refusal(404, 'NotFound', 'There is /credentials.');
  const token = await textOf(tokenFile);
  if (token === undefined || !same(headers.authorization ?? '', token.trim())) return refusal(401, 'Unauthorized', 'The Authorization is not the token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.');
  const document = read(await textOf(sessionFile));
  if (document === undefined) return refusal(503, 'SessionMissing', 'The Secret holds no session.');
  // The SDK would sign with it, and be refused with words that name no cause.
  if (document.ends <= now()) return refusal(503, 'SessionEnded', `The session ended ${document.ends.toISOString()}: bedrock-access session renew has not run since.`);
  return { status: 200, body: document.answer };
}

/** By digests, so that they are of one length: how much of a token fits shows in no time. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return wanted !== '' && timingSafeEqual(digest(given), digest(wanted));
}

function read(text: string | undefined): { readonly ends: Date; readonly answer: Readonly<Record<string, unknown>> } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = value;
  const ends = new Date(String(Expiration));
  if (Number.isNaN(ends.getTime())) return undefined;
  // The provider calls the session token `Token`.
  return { ends, answer: { AccessKeyId, SecretAccessKey, Token: SessionToken, Expiration } };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { code, message } };
}

function write(response: ServerResponse, status: number, body: Answer['body']): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
