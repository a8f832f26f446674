/**
 * AWS's own credential helper of IAM Roles Anywhere against the sandbox, with the arguments that the sidecar gets: what it
 * signs is accepted, what it serves is what an AWS SDK finds, and a certificate that is not trusted gets nothing.
 */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openAws } from '../../../src/aws/open.ts';
import { createAuthority, type Authority } from '../../../src/sandbox/certificates/authority.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';
import { rolesAnywhereOf, trustPolicy } from '../../../src/resources/roles-anywhere.ts';
import { podRoleOf } from '../../../src/resources/pod-role.ts';
import { freePorts } from '../../control-plane/free-ports.ts';
import { goPrograms } from '../../control-plane/go-programs.ts';
import { declared, seeded } from '../../scenarios/engine-world.ts';
import { report } from '../parts.ts';

const region = 'us-west-2';
const authority = createAuthority('the platform');

describe("AWS's credential helper against the sandbox", () => {
  let helper: string;
  let sandbox: Sandbox;
  let folder: string;
  let args: readonly string[];
  const running: ChildProcess[] = [];

  before(async () => {
    helper = join(await goPrograms('credential-helper', (line) => void process.stderr.write(`${line}\n`)), 'aws_signing_helper');
    sandbox = await startSandbox({ kubernetes: false });
    folder = mkdtempSync(join(tmpdir(), 'bedrock-access-helper-'));
    const trustAnchor = sandbox.aws.trustAnchor('platform', authority.certificate, region);
    const access = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { rolesAnywhere: { trustAnchor, issuer: { name: 'platform' } } } });
    const [identity, role] = [rolesAnywhereOf(access, 'aws'), podRoleOf(access, 'aws')];
    assert.ok(identity !== undefined && role !== undefined);
    const aws = openAws({ region, environment: sandbox.environment, clock: sandbox.productClock, random: seeded(1) });
    await aws.webIdentity.createRole({ name: role.name, path: '/service/', description: '', tags: {}, trust: trustPolicy(identity) });
    const profile = await aws.rolesAnywhere(region).createProfile({ name: 'caller', roleArns: [role.arn], durationSeconds: 3600, tags: {} });
    const [sidecar] = role.pods.sidecars ?? [];
    assert.ok(sidecar !== undefined);
    const [, ...given] = sidecar.args.map((argument) => (typeof argument === 'string' ? argument.replace('/var/run/secrets/bedrock-access.dev/certificate', folder) : profile.arn));
    args = [...given, '--endpoint', sandbox.aws.endpoint];
  });

  after(async () => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    await sandbox.stop();
  });

  for (const key of ['ECDSA', 'RSA'] as const) {
    it(`what it signs with an ${key} key is accepted`, async () => {
      hold(authority, key);
      const { stdout } = await promisify(execFile)(helper, ['credential-process', ...args]);
      const said: unknown = JSON.parse(stdout);
      assert.deepEqual([Object(said).Version, String(Object(said).AccessKeyId).slice(0, 4)], [1, 'ASIA']);
      report({ chapter: 'AWS', behaviour: `What AWS's credential helper signs with an ${key} key is accepted`, parts: { sandbox: 'same' } });
    });
  }

  it('the first session of a pod of exported manifests is got, and lies in no file and no log', async () => {
    hold(authority, 'ECDSA');
    const { stdout, stderr } = await promisify(execFile)(helper, ['update', '--once', ...args], { env: { HOME: folder, AWS_SHARED_CREDENTIALS_FILE: '/dev/null' } });
    assert.doesNotMatch(stdout + stderr, /ASIA|aws_/);
    assert.deepEqual(readdirSync(folder).sort(), ['tls.crt', 'tls.key']);
    hold(createAuthority('the platform'), 'ECDSA');
    await assert.rejects(promisify(execFile)(helper, ['update', '--once', ...args], { env: { HOME: folder, AWS_SHARED_CREDENTIALS_FILE: '/dev/null' } }), /AccessDeniedException: Untrusted signing certificate/);
    report({ chapter: 'AWS', behaviour: "AWS's credential helper gets one session and leaves it nowhere", parts: { sandbox: 'same' } });
  });

  it('a certificate of another authority gets nothing', async () => {
    hold(createAuthority('the platform'), 'ECDSA');
    await assert.rejects(promisify(execFile)(helper, ['credential-process', ...args]), /AccessDeniedException: Untrusted signing certificate/);
    report({ chapter: 'AWS', behaviour: "AWS's credential helper gets nothing for a certificate of another authority", parts: { sandbox: 'same' } });
  });

  it('what it serves is what an AWS SDK finds by the variable of the pods alone', async () => {
    hold(authority, 'ECDSA');
    const [port = 0] = await freePorts(1);
    running.push(spawn(helper, ['serve', ...args, '--port', String(port)], { stdio: 'ignore' }));
    const script = `import { STS } from '@aws-sdk/client-sts'; const { Arn } = await new STS({ region: '${region}', endpoint: '${sandbox.aws.endpoint}' }).getCallerIdentity({}); process.stdout.write(Arn);`;
    const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}/` };
    let said = '';
    for (let count = 0; count < 40 && said === ''; count += 1) {
      await sleep(250);
      said = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: environment }).then(({ stdout }) => stdout, () => '');
    }
    assert.match(said, /^arn:aws:sts::123456789012:assumed-role\/bedrock-openhands-role\//);
    report({ chapter: 'AWS', behaviour: "What AWS's credential helper serves is what an AWS SDK finds by the variable of the pods alone", parts: { sandbox: 'same' } });
  });

  function hold(by: Authority, key: 'ECDSA' | 'RSA'): void {
    const { certificate, key: privateKey } = by.issue({ commonName: 'openhands.openhands', key });
    writeFileSync(join(folder, 'tls.crt'), certificate);
    writeFileSync(join(folder, 'tls.key'), privateKey, { mode: 0o600 });
  }
});
