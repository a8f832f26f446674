import { Bedrock } from '@aws-sdk/client-bedrock';
import { BedrockRuntime } from '@aws-sdk/client-bedrock-runtime';
import { IAM } from '@aws-sdk/client-iam';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import assert from 'node:assert/strict';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/types.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The real SDK clients of one caller. Retries are off, so that each call is one line of the audit log. */
export interface Clients {
  readonly iam: IAM;
  readonly sts: STS;
  readonly ssm: SSM;
  readonly secrets: SecretsManager;
  readonly bedrock: Bedrock;
  readonly runtime: BedrockRuntime;
}

export interface AwsSandbox extends Clients, AsyncDisposable {
  readonly sandbox: Sandbox;
  /** The same world seen by another caller, in another region. */
  as(credentials: Credentials, region?: string): Clients;
  in(region: string): Clients;
}

/** AWS alone, in a world that stands still unless a test moves it. Ends with its scope: `await using aws = await startAws()`. */
export async function startAws(options: SandboxOptions = {}): Promise<AwsSandbox> {
  const sandbox = await startSandbox({ kubernetes: false, ticking: false, now: new Date('2026-11-24T09:00:00Z'), ...options });
  const administrator = { accessKeyId: sandbox.environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: sandbox.environment['AWS_SECRET_ACCESS_KEY'] ?? '' };
  const made: { destroy(): void }[] = [];
  const clients = (credentials: Credentials, region: string): Clients => {
    const config = { endpoint: sandbox.aws.endpoint, region, credentials, maxAttempts: 1 };
    const all = { iam: new IAM(config), sts: new STS(config), ssm: new SSM(config), secrets: new SecretsManager(config), bedrock: new Bedrock(config), runtime: new BedrockRuntime(config) };
    made.push(...Object.values(all));
    return all;
  };
  return {
    sandbox,
    ...clients(administrator, 'us-west-2'),
    as: (credentials, region = 'us-west-2') => clients(credentials, region),
    in: (region) => clients(administrator, region),
    [Symbol.asyncDispose]: async () => {
      for (const client of made) client.destroy();
      await sandbox.stop();
    },
  };
}

/** The call fails with this code (and status, and words). */
export async function refused(call: Promise<unknown>, code: string, words?: RegExp | string, status?: number): Promise<void> {
  await assert.rejects(call, (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
    assert.equal(error.name.replace(/Exception$/, ''), code.replace(/Exception$/, ''), error.message);
    if (typeof words === 'string') assert.equal(error.message, words);
    else if (words !== undefined) assert.match(error.message, words);
    if (status !== undefined) assert.equal(error.$metadata?.httpStatusCode, status);
    return true;
  });
}

export function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

export function allow(action: string | readonly string[], resource: string | readonly string[] = '*'): object {
  return { Effect: 'Allow', Action: action, Resource: resource };
}

/** A user with this inline policy, and its first key. */
export async function userWith(aws: AwsSandbox, name: string, document?: string): Promise<Credentials> {
  await aws.iam.createUser({ UserName: name, Path: '/service/' });
  if (document !== undefined) await aws.iam.putUserPolicy({ UserName: name, PolicyName: 'inline', PolicyDocument: document });
  const { AccessKey: key } = await aws.iam.createAccessKey({ UserName: name });
  assert.ok(key?.AccessKeyId !== undefined && key.SecretAccessKey !== undefined);
  return { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
}
