import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { queryAnswer, wire } from './wire.ts';

/** Who is calling, told by a program of its own with this environment only. */
async function whoCalls(environment: Record<string, string>): Promise<{ id?: string; account?: string; loaded: boolean }> {
  const program = `
    import { openAws } from ${JSON.stringify(new URL('../../src/aws/open.ts', import.meta.url).href)};
    import { toAccessError } from ${JSON.stringify(new URL('../../src/aws/error.ts', import.meta.url).href)};
    import { registerHooks } from 'node:module';
    let loaded = false;
    registerHooks({ load(url, context, next) { loaded ||= url.includes('credential-chain'); return next(url, context); } });
    const aws = openAws({ region: 'us-west-2', environment: process.env, clock: { now: () => new Date(), sleep: async () => {} }, random: Math.random });
    try { console.log(JSON.stringify({ account: (await aws.sts.getCallerIdentity()).account, loaded })); }
    catch (error) { console.log(JSON.stringify({ id: toAccessError(error).id, loaded })); }
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env: environment });
  return JSON.parse(stdout);
}

const identity = queryAnswer('GetCallerIdentity', '<Arn>arn:aws:iam::123456789012:root</Arn><UserId>1</UserId><Account>123456789012</Account>');

it('reports that there are no credentials where neither environment nor files nor machine give any', async () => {
  const found = await whoCalls({ HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
  assert.equal(found.id, 'no-aws-credentials');
});

it('takes static keys of the environment without loading the whole chain, and a profile through the chain', async () => {
  const server = await wire(identity);
  const home = await mkdtemp(join(tmpdir(), 'aws-profile-'));
  try {
    const fast = await whoCalls({ HOME: home, AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 's' });
    assert.deepEqual(fast, { account: '123456789012', loaded: false });
    await writeFile(join(home, 'credentials'), '[work]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = s\n');
    const slow = await whoCalls({ HOME: home, AWS_ENDPOINT_URL: server.url, AWS_PROFILE: 'work', AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'), AWS_CONFIG_FILE: join(home, 'none') });
    assert.deepEqual(slow, { account: '123456789012', loaded: true });
    assert.match(String(server.received[1]!.headers.authorization), /AKIAPROFILE/);
  } finally {
    await server.stop();
    await rm(home, { recursive: true });
  }
});
