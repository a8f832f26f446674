/** IAM Roles Anywhere of the sandbox, asked by the product's own port: the certificate, its chain, its signature and the role's trust decide. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsCallError } from '../../../src/aws/error.ts';
import { openAws } from '../../../src/aws/open.ts';
import type { Aws } from '../../../src/aws/types.ts';
import type { PolicyDocument } from '../../../src/policy/types.ts';
import { createAuthority, type Credential } from '../../../src/sandbox/certificates/authority.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';
import { seededRandom } from '../../../src/sandbox/world.ts';
import { Secret } from '../../../src/secret.ts';

const region = 'us-west-2';
const authority = createAuthority('the platform');

interface Played {
  readonly sandbox: Sandbox;
  readonly aws: Aws;
  readonly trustAnchorArn: string;
  readonly profile: { readonly id: string; readonly arn: string };
  readonly roleArn: string;
  /** What a certificate gets: the id of a session's key, or the words of the refusal. */
  session(credential: Credential, of?: { readonly roleArn?: string; readonly privateKey?: string }): Promise<string>;
}

async function play(playing: (played: Played) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ kubernetes: false, ticking: false });
  try {
    const aws = openAws({ region, environment: sandbox.environment, clock: sandbox.productClock, random: seededRandom(3) });
    const trustAnchorArn = sandbox.aws.trustAnchor('platform', authority.certificate, region);
    const role = await aws.webIdentity.createRole({ name: 'caller', path: '/', description: '', tags: {}, trust: trusting('team.app', trustAnchorArn) });
    const profile = await aws.rolesAnywhere(region).createProfile({ name: 'caller', roleArns: [role.arn], durationSeconds: 900, tags: { team: 'app' } });
    await playing({
      sandbox,
      aws,
      trustAnchorArn,
      profile,
      roleArn: role.arn,
      session: (credential, { roleArn = role.arn, privateKey = credential.key } = {}) =>
        aws.rolesAnywhere(region).createSession({ trustAnchorArn, profileArn: profile.arn, roleArn, durationSeconds: 900, certificate: credential.certificate, privateKey: new Secret(privateKey) }).then(
          ({ accessKeyId }) => accessKeyId,
          (error: unknown) => (error instanceof AwsCallError ? error.message.replace(/^.*?: /, '') : String(error)),
        ),
    });
  } finally {
    await sandbox.stop();
  }
}

function trusting(commonName: string, trustAnchorArn: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'rolesanywhere.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
        Condition: { StringEquals: { 'aws:PrincipalTag/x509Subject/CN': commonName }, ArnEquals: { 'aws:SourceArn': trustAnchorArn } },
      },
    ],
  };
}

for (const key of ['ECDSA', 'RSA'] as const) {
  test(`a certificate with an ${key} key of the trust anchor's authority gets a session of the role that trusts its common name`, async () => {
    await play(async ({ aws, session, sandbox, trustAnchorArn, profile, roleArn }) => {
      const { certificate, key: privateKey } = authority.issue({ commonName: 'team.app', key });
      assert.match(await session({ certificate, key: privateKey }), /^ASIA/);
      const credentials = await aws.rolesAnywhere(region).createSession({ trustAnchorArn, profileArn: profile.arn, roleArn, durationSeconds: 900, certificate, privateKey: new Secret(privateKey) });
      assert.match((await aws.as(credentials).sts.getCallerIdentity()).arn, /^arn:aws:sts::123456789012:assumed-role\/caller\/[0-9a-f]+$/);
      assert.ok(sandbox.audit.filter(({ action }) => action === 'rolesanywhere:CreateSession').every(({ verdict }) => verdict === 'allow'));
    });
  });
}

test('no session for a certificate of another authority, of another name, out of force, or with the key of another', async () => {
  await play(async ({ session }) => {
    assert.match(await session(createAuthority('the platform').issue({ commonName: 'team.app' })), /Untrusted signing certificate/);
    assert.match(await session(authority.issue({ commonName: 'team.other' })), /Unable to assume role/);
    assert.match(await session(authority.issue({ commonName: 'team.app', to: Date.now() - 60_000 })), /expired or not yet valid/);
    assert.match(await session(authority.issue({ commonName: 'team.app', from: Date.now() + 3_600_000 })), /expired or not yet valid/);
    assert.match(await session(authority.issue({ commonName: 'team.app', usage: 'server' })), /Insufficient certificate/);
    assert.match(await session(authority.issue({ commonName: 'team.app' }), { privateKey: authority.issue({ commonName: 'team.app' }).key }), /Signature is invalid/);
    assert.match(await session(authority.issue({ commonName: 'team.app' }), { roleArn: 'arn:aws:iam::123456789012:role/another' }), /Unable to assume role for provided profile/);
  });
});

test('a role that trusts the service without tagging or source identity is not handed out', async () => {
  await play(async ({ aws, session, trustAnchorArn }) => {
    const whole = trusting('team.app', trustAnchorArn);
    for (const missing of ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']) {
      await aws.webIdentity.setTrust('caller', { ...whole, Statement: whole.Statement.map((statement) => ({ ...statement, Action: [statement.Action ?? []].flat().filter((action) => action !== missing) })) });
      assert.match(await session(authority.issue({ commonName: 'team.app' })), /Unable to assume role/, missing);
    }
    await aws.webIdentity.setTrust('caller', trusting('team.app', 'arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/another'));
    assert.match(await session(authority.issue({ commonName: 'team.app' })), /Unable to assume role/);
  });
});

test('profiles are listed with their tags, changed and deleted, and several may bear one name', async () => {
  await play(async ({ aws, profile, roleArn, sandbox }) => {
    const calls = aws.rolesAnywhere(region);
    const second = await calls.createProfile({ name: 'caller', roleArns: [], durationSeconds: 3600, tags: {} });
    assert.notEqual(second.id, profile.id);
    assert.deepEqual((await calls.listProfiles()).map(({ name, roleArns }) => ({ name, roleArns })), [{ name: 'caller', roleArns: [roleArn] }, { name: 'caller', roleArns: [] }]);
    await calls.updateProfile(second.id, { roleArns: [roleArn], durationSeconds: 1800 });
    await calls.tag(second.arn, { team: 'other' });
    assert.deepEqual(await calls.listTags(second.arn), { team: 'other' });
    assert.deepEqual((await calls.getProfile(second.id))?.roleArns, [roleArn]);
    await calls.deleteProfile(second.id);
    assert.equal(await calls.getProfile(second.id), undefined);
    assert.equal(await calls.getTrustAnchor('00000000-0000-4000-8000-00000000dead'), undefined);
    assert.deepEqual(Object.keys(sandbox.aws.snapshot()).sort(), ['roles', 'rolesAnywhereProfiles']);
  });
});

test('whoever lists a role in a profile must be allowed to pass it to the service', async () => {
  await play(async ({ sandbox, roleArn }) => {
    const allowed = async (condition?: object): Promise<string> => {
      const statement = condition === undefined ? [] : [{ Effect: 'Allow', Action: 'iam:PassRole', Resource: roleArn, Condition: condition }];
      const key = await sandbox.aws.createIdentity('platform', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'rolesanywhere:*', Resource: '*' }, ...statement] });
      const own = openAws({ region, environment: sandbox.environment, credentials: { accessKeyId: key.accessKeyId, secretAccessKey: new Secret(key.secretAccessKey) }, clock: sandbox.productClock, random: seededRandom(4) });
      return own.rolesAnywhere(region).createProfile({ name: 'mine', roleArns: [roleArn], durationSeconds: 900, tags: {} }).then(() => 'made', (error: unknown) => (error instanceof AwsCallError ? `${error.kind} ${error.action} ${error.resource ?? ''}` : String(error)));
    };
    assert.equal(await allowed(), `denied iam:PassRole ${roleArn}`);
    assert.equal(await allowed({ StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } }), `denied iam:PassRole ${roleArn}`);
    assert.equal(await allowed({ StringEquals: { 'iam:PassedToService': 'rolesanywhere.amazonaws.com' } }), 'made');
  });
});
