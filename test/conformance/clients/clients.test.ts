import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { clientProfile } from '../../../src/access/clients/index.ts';
import type { ClientName } from '../../../src/access/types.ts';
import { applyAccess } from '../../../src/engine/index.ts';
import { access, declared, events, namespace, startEngineWorld, summaryOf, type EngineWorld } from '../../scenarios/engine-world.ts';
import { report } from '../parts.ts';
import { installedClients, type InstalledClients } from './installed-clients.ts';
import { podEnvironment } from './pod-environment.ts';

/**
 * Real clients, each with exactly the variables that its pod gets and nothing else, call the sandbox's Bedrock: one call,
 * one streamed call, one that the policy denies. What a client needs is thereby measured.
 */
interface ClientUnderTest {
  readonly title: string;
  /** What the access declares. */
  readonly client: ClientName;
  readonly command: (installed: InstalledClients) => readonly [program: string, ...given: string[]];
  /** The client's own error for a denied call says this; where it hides the status. */
  readonly denied?: number;
  readonly streams?: false;
  readonly bearer?: true;
  /** The access declares an API key instead of a key pair. */
  readonly apiKey?: true;
  readonly note?: string;
}

const node = (script: string) => (installed: InstalledClients) => [process.execPath, join(installed.javascript, script)] as const;
const python = (script: string) => (installed: InstalledClients) => [installed.pythonProgram, join(installed.python, script)] as const;

const clients: readonly ClientUnderTest[] = [
  { title: 'AWS SDK for JavaScript v3 (HTTP/2)', client: 'aws-sdk', command: node('aws-sdk.mjs') },
  { title: 'Vercel AI SDK, @ai-sdk/amazon-bedrock', client: 'ai-sdk', command: node('ai-sdk.mjs') },
  { title: 'LangChain, @langchain/aws', client: 'langchain', command: node('langchain.mjs') },
  { title: 'Anthropic Bedrock SDK, JavaScript', client: 'anthropic-sdk', command: node('anthropic-sdk.mjs') },
  { title: 'Anthropic Bedrock SDK, Python', client: 'anthropic-sdk', command: python('anthropic_client.py') },
  { title: 'boto3', client: 'boto3', command: python('boto3_client.py') },
  { title: 'LiteLLM', client: 'litellm', command: python('litellm_client.py') },
  { title: 'AWS CLI', client: 'aws-cli', command: python('aws_cli_client.py'), streams: false, note: 'the AWS CLI has no streaming operation of Bedrock' },
  { title: 'AWS SDK for JavaScript v3 with an API key', client: 'aws-sdk', command: node('aws-sdk.mjs'), apiKey: true },
  { title: 'Vercel AI SDK with an API key', client: 'ai-sdk', command: node('ai-sdk.mjs'), apiKey: true },
  { title: 'LangChain with an API key', client: 'langchain', command: node('langchain.mjs'), apiKey: true },
  { title: 'Anthropic Bedrock SDK, JavaScript, with an API key', client: 'anthropic-sdk', command: node('anthropic-sdk.mjs'), apiKey: true },
  { title: 'LiteLLM with an API key', client: 'litellm', command: python('litellm_client.py'), apiKey: true },
  { title: 'AWS SDK for JavaScript v3 with a short-term bearer token', client: 'aws-sdk', command: node('bearer-token.mjs'), bearer: true },
];

const model = 'us.anthropic.claude-sonnet-4-6';
const other = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';

interface Outcome {
  readonly step: string;
  readonly ok: boolean;
  readonly text?: string;
  readonly outputTokens?: number;
  readonly status?: number;
  readonly message?: string;
}

for (const under of clients) {
  describe(under.title, () => {
    let world: EngineWorld;
    let outcomes: readonly Outcome[];

    before(async () => {
      const installed = await installedClients((line) => void process.stderr.write(`${line}\n`));
      world = await startEngineWorld({ ticking: true, now: new Date() });
      const credentials = under.apiKey === true ? { credentials: { apiKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', region: 'ap-northeast-1' } } } } as const : {};
      const spec = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: under.client }], ...credentials });
      const said = await events(applyAccess(spec, await world.run()));
      assert.equal(summaryOf(said).outcome, 'done');
      const own = await podEnvironment(world.kubernetes, namespace, access.name);
      if (under.bearer) await grantBearer(world, own['AWS_ACCESS_KEY_ID'] ?? '');
      const [endpoint] = clientProfile(under.client).reads.endpoint;
      const [program, ...given] = under.command(installed);
      outcomes = await outcomesOf(program, [...given, model, other, 'Say hello.'], { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), PYTHONDONTWRITEBYTECODE: '1', AWS_EC2_METADATA_DISABLED: 'true', ...own, ...(endpoint === undefined ? {} : { [endpoint]: world.sandbox.aws.endpoint }) });
    });

    after(() => world.stop());

    const step = (name: string, judge: (outcome: Outcome) => void): void => {
      test(`${under.title}: ${name}`, () => {
        const outcome = outcomes.find((candidate) => candidate.step === name);
        assert.ok(outcome, `no outcome of ${name} in ${JSON.stringify(outcomes)}`);
        judge(outcome);
        report({ chapter: 'Clients of Bedrock', behaviour: `${under.title}: ${names[name] ?? name}`, parts: { sandbox: 'same' }, ...(under.note === undefined ? {} : { note: under.note }) });
      });
    };

    step('call', (outcome) => {
      assert.ok(outcome.ok, outcome.message);
      assert.match(outcome.text ?? '', /Sonnet 4\.6/);
      assert.ok((outcome.outputTokens ?? 0) > 0);
    });
    if (under.streams !== false) {
      step('stream', (outcome) => {
        assert.ok(outcome.ok, outcome.message);
        assert.match(outcome.text ?? '', /Sonnet 4\.6/);
      });
    }
    step('denied', (outcome) => {
      assert.equal(outcome.ok, false);
      assert.equal(outcome.status, 403, outcome.message);
    });

    test(`${under.title}: every call is in the audit log as the workload's own user`, () => {
      const calls = world.sandbox.audit.filter(({ action, accessKeyId, identity }) => action.startsWith('bedrock:Invoke') && accessKeyId !== undefined && identity.endsWith('user/service/bedrock-openhands-user'));
      assert.ok(calls.some(({ verdict }) => verdict === 'allow'));
      assert.ok(calls.some(({ verdict }) => verdict === 'deny'));
    });
  });
}

const names: Readonly<Record<string, string>> = { call: 'one call', stream: 'one streamed call', denied: 'one denied call, 403' };

async function outcomesOf(program: string, given: readonly string[], environment: NodeJS.ProcessEnv): Promise<readonly Outcome[]> {
  const { stdout, stderr } = await promisify(execFile)(program, [...given], { env: environment, timeout: 120_000, maxBuffer: 4 * 1024 * 1024 }).catch((error: unknown) => {
    const text = (field: string): string => (typeof error === 'object' && error !== null && field in error ? String(Reflect.get(error, field)) : '');
    return { stdout: text('stdout'), stderr: `${text('stderr')}\n${String(error)}` };
  });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  assert.ok(lines.length > 0, `${program} said nothing: ${stderr.slice(-600)}`);
  return lines.map((line): Outcome => JSON.parse(line));
}

/** A short-term token needs one action more than an access with a key pair grants. */
async function grantBearer(world: EngineWorld, accessKeyId: string): Promise<void> {
  assert.notEqual(accessKeyId, '');
  const { IAMClient, PutUserPolicyCommand } = await import('@aws-sdk/client-iam');
  const { environment, aws } = world.sandbox;
  const client = new IAMClient({ region: 'us-east-1', endpoint: aws.endpoint, credentials: { accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '' } });
  await client.send(new PutUserPolicyCommand({ UserName: 'bedrock-openhands-user', PolicyName: 'bearer', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'bedrock:CallWithBearerToken', Resource: '*' }] }) }));
  client.destroy();
}
