import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { STS } from '@aws-sdk/client-sts';
import { clientProfile } from '../../../src/access/clients/index.ts';
import type { ClientName, CredentialMode } from '../../../src/access/types.ts';
import { applyAccess } from '../../../src/engine/index.ts';
import { textAt } from '../../../src/resources/json.ts';
import { access, declared, deployment, events, failures, namespace, serviceAccount, startEngineWorld, type EngineWorld } from '../../scenarios/engine-world.ts';
import { report } from '../parts.ts';
import { installedClients, type InstalledClients } from './installed-clients.ts';
import { podEnvironment } from './pod-environment.ts';
import { startTlsFront, type TlsFront } from './tls-front.ts';
import { issuer } from '../../scenarios/keyless-world.ts';

/**
 * Which modes of credentials work with which client: each real client is started with the one way to its credentials that a
 * mode gives to its pods, and nothing else, and makes a call. The table in `src/access/clients` says what is seen here.
 */
interface Way {
  readonly title: string;
  /** The modes that give the pods this way. */
  readonly modes: readonly CredentialMode[];
  readonly variables: (prepared: Prepared) => Readonly<Record<string, string>>;
}

interface Prepared {
  readonly folder: string;
  readonly endpoint: string;
  /** Address of a server that gives the session to whoever brings the token. */
  readonly container: string;
  /** Address of the same server, which gives the session as instance metadata does, version 2. */
  readonly metadata: string;
  readonly bearer: string;
}

const roleArn = 'arn:aws:iam::123456789012:role/service/bedrock-openhands-role';

const ways: readonly Way[] = [
  {
    title: 'a role and a token file',
    modes: ['webIdentity'],
    variables: ({ folder, endpoint }) => ({ AWS_ROLE_ARN: roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'), AWS_ENDPOINT_URL_STS: endpoint }),
  },
  {
    title: 'an address that gives a session',
    modes: ['podIdentity', 'session'],
    variables: ({ folder, container }) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: container, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folder, 'authorization') }),
  },
  {
    title: 'a credential process',
    modes: ['session'],
    variables: ({ folder }) => ({ AWS_CONFIG_FILE: join(folder, 'config'), AWS_SDK_LOAD_CONFIG: '1' }),
  },
  {
    title: 'a session as instance metadata',
    modes: ['rolesAnywhere'],
    variables: ({ metadata }) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata, AWS_EC2_METADATA_DISABLED: 'false' }),
  },
  { title: 'a bearer token', modes: ['apiKey'], variables: ({ bearer }) => ({ AWS_BEARER_TOKEN_BEDROCK: bearer }) },
];

interface ClientUnderTest {
  readonly title: string;
  readonly client: ClientName;
  readonly command: (installed: InstalledClients) => readonly [program: string, script: string];
  /** Ways in which it speaks HTTPS only. */
  readonly overTls?: readonly string[];
}

const node = (script: string) => (installed: InstalledClients) => [process.execPath, join(installed.javascript, script)] as const;
const python = (script: string) => (installed: InstalledClients) => [installed.pythonProgram, join(installed.python, script)] as const;

const clients: readonly ClientUnderTest[] = [
  { title: 'AWS SDK for JavaScript v3', client: 'aws-sdk', command: node('aws-sdk.mjs') },
  { title: 'Vercel AI SDK', client: 'ai-sdk', command: node('ai-sdk.mjs') },
  { title: 'LangChain', client: 'langchain', command: node('langchain.mjs') },
  { title: 'Anthropic Bedrock SDK, JavaScript', client: 'anthropic-sdk', command: node('anthropic-sdk.mjs') },
  { title: 'Anthropic Bedrock SDK, Python', client: 'anthropic-sdk', command: python('anthropic_client.py') },
  { title: 'boto3', client: 'boto3', command: python('boto3_client.py'), overTls: ['a bearer token'] },
  { title: 'LiteLLM', client: 'litellm', command: python('litellm_client.py') },
  { title: 'AWS CLI', client: 'aws-cli', command: python('aws_cli_client.py') },
];

const model = 'us.anthropic.claude-sonnet-4-6';

describe('modes of credentials, client by client', () => {
  let world: EngineWorld;
  let installed: InstalledClients;
  let prepared: Prepared;
  let server: Server;
  let front: TlsFront;

  before(async () => {
    installed = await installedClients((line) => void process.stderr.write(`${line}\n`));
    world = await startEngineWorld({ ticking: true, now: new Date(), issuer, externalSecrets: false, objects: [serviceAccount(), deployment('openhands', {}, { serviceAccountName: 'openhands' })] });
    const keyless = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { webIdentity: { issuer, serviceAccount: 'openhands' } } });
    assert.deepEqual(failures(await events(applyAccess(keyless, await world.run()))), []);
    ({ prepared, server } = await prepare(world, installed));
    front = await startTlsFront(world.sandbox.aws.endpoint, prepared.folder);
  });

  after(async () => {
    server.close();
    front.stop();
    rmSync(prepared.folder, { recursive: true, force: true });
    await world.stop();
  });

  for (const under of clients) {
    for (const way of ways) {
      test(`${under.title} with ${way.title}`, async () => {
        const start = world.sandbox.audit.length;
        const own = await podEnvironment(world.kubernetes, namespace, access.name);
        const [endpoint] = clientProfile(under.client).reads.endpoint;
        const others = Object.fromEntries(Object.entries(own).filter(([name]) => !/^AWS_(ROLE_ARN|WEB_IDENTITY_TOKEN_FILE)$/.test(name)));
        const [program, script] = under.command(installed);
        const tls = under.overTls?.includes(way.title) === true;
        const to = endpoint === undefined ? {} : { [endpoint]: tls ? front.url : world.sandbox.aws.endpoint, ...(tls ? { AWS_CA_BUNDLE: front.authorityFile } : {}) };
        const environment = { PATH: process.env['PATH'] ?? '', HOME: prepared.folder, PYTHONDONTWRITEBYTECODE: '1', AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION_NAME: 'us-west-2', ...others, ...way.variables(prepared), ...to };
        const { stdout, stderr } = await promisify(execFile)(program, [script, model, model, 'Say hello.'], { env: environment, timeout: 120_000 }).catch((error: unknown) => ({ stdout: '', stderr: String(error) }));
        const works = stdout.includes('"step": "call", "ok": true') || stdout.includes('"step":"call","ok":true');
        const { modes } = clientProfile(under.client);
        const said = `${stdout.slice(0, 300)} ${stderr.slice(-300)}`;
        for (const mode of way.modes) assert.equal(modes[mode], works ? 'measured' : undefined, `${under.client} with ${mode}: ${works ? 'it works' : said}`);
        const calls = world.sandbox.audit.slice(start).filter(({ action }) => action.startsWith('bedrock:Invoke'));
        assert.ok(calls.every(({ identity }) => identity.includes('assumed-role/bedrock-openhands-role/')), 'every call is the role’s');
        report({ chapter: 'Clients and modes of credentials', behaviour: `${under.title} with ${way.title}: ${works ? 'works' : 'does not work'}`, parts: { sandbox: 'same' }, ...(tls ? { note: 'over HTTPS: it sends a bearer token in no other way' } : {}) });
      });
    }
  }
});

/** A token of the ServiceAccount, a session that it gives, and the same session in every other way. */
async function prepare(world: EngineWorld, installed: InstalledClients): Promise<{ readonly prepared: Prepared; readonly server: Server }> {
  const { endpoint } = world.sandbox.aws;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: ['sts.amazonaws.com'] } };
  const made = await world.kubernetes.createSubresource({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'openhands' }, 'token', request);
  const token = textAt(made, 'status', 'token') ?? '';
  const sts = new STS({ endpoint, region: 'us-west-2', maxAttempts: 1 });
  const { Credentials: session } = await sts.assumeRoleWithWebIdentity({ RoleArn: roleArn, RoleSessionName: 'measured', WebIdentityToken: token });
  sts.destroy();
  assert.ok(session !== undefined);
  await allowBearer(world);
  const { AccessKeyId, SecretAccessKey, SessionToken } = session;
  const Expiration = session.Expiration?.toISOString();

  const folder = mkdtempSync(join(tmpdir(), 'bedrock-access-modes-'));
  writeFileSync(join(folder, 'token'), token);
  writeFileSync(join(folder, 'authorization'), 'brought-by-the-pod');
  writeFileSync(join(folder, 'session.json'), JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, SessionToken, Expiration }), { mode: 0o600 });
  writeFileSync(join(folder, 'config'), `[default]\ncredential_process = cat ${join(folder, 'session.json')}\n`);
  const server = createServer((incoming, answer) => {
    if (incoming.url?.startsWith('/latest/') === true) {
      answerMetadata(incoming, answer, { AccessKeyId, SecretAccessKey, Token: SessionToken, Expiration, Code: 'Success', Type: 'AWS-HMAC', LastUpdated: new Date().toISOString() });
      return;
    }
    const known = incoming.headers.authorization === 'brought-by-the-pod';
    answer.writeHead(known ? 200 : 403, { 'content-type': 'application/json' }).end(JSON.stringify(known ? { AccessKeyId, SecretAccessKey, Token: SessionToken, Expiration } : { message: 'no token' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;

  const generator = `import { getToken } from '@aws/bedrock-token-generator'; process.stdout.write(await getToken({ region: 'us-west-2', expiresInSeconds: 900, credentials: ${JSON.stringify({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken })} }));`;
  const { stdout: bearer } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', generator], { cwd: installed.javascript });
  return { prepared: { folder, endpoint, container: `http://127.0.0.1:${port}/session`, metadata: `http://127.0.0.1:${port}/`, bearer }, server };
}

/** As `aws_signing_helper serve` does: a token first, then the name of the role, then the session. */
function answerMetadata({ url = '', method, headers }: IncomingMessage, answer: ServerResponse, session: object): void {
  const path = url.replace(/\/$/, '');
  if (method === 'PUT' && path === '/latest/api/token') answer.writeHead(200, { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }).end('brought-by-the-client');
  else if (headers['x-aws-ec2-metadata-token'] !== 'brought-by-the-client') answer.writeHead(401).end();
  else if (path === '/latest/meta-data/iam/security-credentials') answer.writeHead(200).end('bedrock-openhands-role');
  else if (path === '/latest/meta-data/iam/security-credentials/bedrock-openhands-role') answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(session));
  else answer.writeHead(404).end();
}

/** The one action more that a bearer token needs. */
async function allowBearer(world: EngineWorld): Promise<void> {
  const { IAM } = await import('@aws-sdk/client-iam');
  const { environment, aws } = world.sandbox;
  const iam = new IAM({ region: 'us-east-1', endpoint: aws.endpoint, credentials: { accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' } });
  await iam.putRolePolicy({ RoleName: 'bedrock-openhands-role', PolicyName: 'bearer', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'bedrock:CallWithBearerToken', Resource: '*' }] }) });
  iam.destroy();
}
