import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';

/** A short-term Bedrock API key as @aws/bedrock-token-generator makes it. */
async function tokenOf(credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }, { expiresIn = 900, signingDate = new Date() } = {}): Promise<string> {
  const host = 'bedrock.amazonaws.com';
  const signer = new SignatureV4({ service: 'bedrock', region: 'us-west-2', credentials, sha256: Sha256 });
  const { query } = await signer.presign(new HttpRequest({ method: 'POST', protocol: 'https', hostname: host, headers: { host }, path: '/', query: { Action: 'CallWithBearerToken' } }), { expiresIn, signingDate });
  const parameters = Object.entries(query ?? {}).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join('&');
  return `bedrock-api-key-${Buffer.from(`${host}/?${parameters}&Version=1`).toString('base64')}`;
}

const invoke = { Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: '*' };
const bearer = { Effect: 'Allow', Action: 'bedrock:CallWithBearerToken', Resource: '*' };
const policy = (...statements: readonly object[]): object => ({ Version: '2012-10-17', Statement: statements });

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({ externalSecrets: false });
});
after(() => sandbox.stop());

async function converse(token: string): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`${sandbox.aws.endpoint}/model/us.anthropic.claude-sonnet-4-6/converse`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }),
  });
  return { status: response.status, body: await response.text() };
}

test('a bearer token made of a key calls what the key may call, as the same identity', async () => {
  const key = await sandbox.aws.createIdentity('with-bearer', policy(invoke, bearer));
  assert.equal((await converse(await tokenOf(key))).status, 200);
  const last = sandbox.audit.findLast(({ action }) => action === 'bedrock:InvokeModel');
  assert.equal(last?.accessKeyId, key.accessKeyId);
  assert.match(last?.identity ?? '', /with-bearer$/);
});

test('without bedrock:CallWithBearerToken the same token is denied, and the answer names that action', async () => {
  const { status, body } = await converse(await tokenOf(await sandbox.aws.createIdentity('without-bearer', policy(invoke))));
  assert.equal(status, 403);
  assert.match(body, /bedrock:CallWithBearerToken/);
});

test('a token that has expired, was signed with another secret, or is no token at all is refused', async () => {
  const key = await sandbox.aws.createIdentity('refused', policy(invoke, bearer));
  const expired = await tokenOf(key, { signingDate: new Date(Date.now() - 1_000_000) });
  const forged = await tokenOf({ ...key, secretAccessKey: 'another' });
  for (const token of [expired, forged, 'bedrock-api-key-AAAA', 'nonsense']) assert.equal((await converse(token)).status, 403);
  assert.match((await converse(expired)).body, /expired/);
});
