/**
 * A stand-in for AWS's credential helper of IAM Roles Anywhere in the mode `serve`: sessions for a certificate, given as
 * instance metadata (version 2) gives them. As in aws/rolesanywhere-credential-helper, serve.go: the certificate is read anew
 * for every session, and a session is replaced when fewer than ten minutes of it are left.
 */
import { createHash, createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface HelperOptions {
  readonly args: readonly string[];
  /** A file that the container mounts, as it is now. */
  readonly file: (path: string) => string | undefined;
  /** The sandbox's AWS. */
  readonly endpoint: string;
  readonly log: (line: string) => void;
}

export interface RunningHelper {
  /** Where it listens; on loopback, an ephemeral port in place of its 9911. */
  readonly address: Promise<string>;
  stop(): Promise<void>;
}

interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: string;
}

const refreshBefore = 10 * 60_000;

export function startHelper(options: HelperOptions): RunningHelper {
  const tokens = new Set<string>();
  let session: Session | undefined;
  const role = argument(options.args, '--role-arn').split('/').at(-1) ?? '';
  const current = async (): Promise<Session> => {
    if (session === undefined || Date.parse(session.expiration) - Date.now() < refreshBefore) session = await createSession(options);
    return session;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').replace(/\/$/, '');
    if (request.method === 'PUT' && path === '/latest/api/token') {
      const token = randomUUID();
      tokens.add(token);
      response.writeHead(200, { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }).end(token);
      return;
    }
    if (!tokens.has(String(request.headers['x-aws-ec2-metadata-token'] ?? ''))) return void response.writeHead(401).end('no token provided');
    if (path === '/latest/meta-data/iam/security-credentials') return void response.writeHead(200).end(role);
    if (path !== `/latest/meta-data/iam/security-credentials/${role}`) return void response.writeHead(404).end();
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await current();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, Code: 'Success', Type: 'AWS-HMAC', Expiration: expiration, LastUpdated: new Date().toISOString() }));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      options.log(`Error generating credentials: ${error instanceof Error ? error.message : String(error)}`);
      response.writeHead(500).end();
    });
  });
  const address = new Promise<string>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      resolve(`http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}/`);
    });
  });
  return {
    address,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** CreateSession, signed with the certificate's key (IAM Roles Anywhere user guide, "Signing process"). */
export async function createSession({ args, file, endpoint }: HelperOptions): Promise<Session> {
  const certificate = new X509Certificate(file(argument(args, '--certificate')) ?? '');
  const key = createPrivateKey(file(argument(args, '--private-key')) ?? '');
  const body = JSON.stringify({ durationSeconds: Number(argument(args, '--session-duration')), profileArn: argument(args, '--profile-arn'), roleArn: argument(args, '--role-arn'), trustAnchorArn: argument(args, '--trust-anchor-arn') });
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${argument(args, '--region')}/rolesanywhere/aws4_request`;
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'AWS4-X509-RSA-SHA256' : 'AWS4-X509-ECDSA-SHA256';
  const headers: Readonly<Record<string, string>> = { 'content-type': 'application/json', host: new URL(endpoint).host, 'x-amz-date': time, 'x-amz-x509': certificate.raw.toString('base64') };
  const names = Object.keys(headers).sort();
  const canonical = ['POST', '/sessions', '', ...names.map((name) => `${name}:${headers[name] ?? ''}`), '', names.join(';'), hash(body)].join('\n');
  const signature = sign('sha256', Buffer.from([algorithm, time, scope, hash(canonical)].join('\n')), key).toString('hex');
  const authorization = `${algorithm} Credential=${BigInt(`0x${certificate.serialNumber}`).toString()}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const { host: _host, ...sent } = headers;
  const response = await fetch(`${endpoint}/sessions`, { method: 'POST', headers: { ...sent, authorization, 'user-agent': 'CredHelper/sandbox' }, body });
  const answer: unknown = await response.json();
  const [set]: readonly unknown[] = Object(answer).credentialSet ?? [];
  const made: unknown = Object(set).credentials;
  const text = (field: string): string => String(Object(made)[field] ?? '');
  if (!response.ok) throw new Error(`${response.headers.get('x-amzn-errortype') ?? response.status}: ${String(Object(answer).Message ?? Object(answer).message ?? '')}`);
  return { accessKeyId: text('accessKeyId'), secretAccessKey: text('secretAccessKey'), sessionToken: text('sessionToken'), expiration: text('expiration') };
}

function argument(args: readonly string[], name: string): string {
  return args[args.indexOf(name) + 1] ?? '';
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
