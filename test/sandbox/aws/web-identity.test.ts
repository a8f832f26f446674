import { STS, type AssumeRoleWithWebIdentityCommandOutput } from '@aws-sdk/client-sts';
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { openKubernetes } from '../../../src/kubernetes/open.ts';
import type { Kubernetes } from '../../../src/kubernetes/types.ts';
import type { SandboxOptions } from '../../../src/sandbox/types.ts';
import { allow, policy, refused, startAws, type AwsSandbox } from './aws-sandbox.ts';

const issuer = 'https://oidc.lolice.example';
const account = '123456789012';
const provider = `arn:aws:iam::${account}:oidc-provider/oidc.lolice.example`;
const roleArn = `arn:aws:iam::${account}:role/bedrock`;
const subject = 'system:serviceaccount:default:openhands';

interface World extends AsyncDisposable {
  readonly aws: AwsSandbox;
  readonly kubernetes: Kubernetes;
  token(audience?: string, name?: string): Promise<string>;
  assume(token: string): Promise<AssumeRoleWithWebIdentityCommandOutput>;
}

/** A cluster with a public issuer and two ServiceAccounts; calls of STS go without any credentials. */
async function world(options: SandboxOptions = {}): Promise<World> {
  const aws = await startAws({ kubernetes: true, externalSecrets: false, issuer, ...options });
  const { environment, productClock } = aws.sandbox;
  const kubernetes = await openKubernetes({ environment, clock: productClock, random: () => 0.5 });
  for (const name of ['openhands', 'other']) await kubernetes.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'default', name } });
  const sts = new STS({ endpoint: aws.sandbox.aws.endpoint, region: 'us-west-2', maxAttempts: 1 });
  return {
    aws,
    kubernetes,
    async token(audience = 'sts.amazonaws.com', name = 'openhands') {
      const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: [audience], expirationSeconds: 600 } };
      const made = await kubernetes.createSubresource({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name }, 'token', request);
      const status: unknown = made['status'];
      return typeof status === 'object' && status !== null && 'token' in status ? String(status.token) : '';
    },
    assume: (WebIdentityToken) => sts.assumeRoleWithWebIdentity({ RoleArn: roleArn, RoleSessionName: 'pod', WebIdentityToken }),
    async [Symbol.asyncDispose]() {
      sts.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
}

function trust(condition: object): string {
  return policy({ Effect: 'Allow', Principal: { Federated: provider }, Action: 'sts:AssumeRoleWithWebIdentity', Condition: { StringEquals: condition } });
}

const exact = trust({ 'oidc.lolice.example:sub': subject, 'oidc.lolice.example:aud': 'sts.amazonaws.com' });

test('a pod’s token becomes a session of the role that trusts exactly its issuer, audience and ServiceAccount', async () => {
  await using here = await world();
  const { aws } = here;
  await aws.iam.createOpenIDConnectProvider({ Url: issuer, ClientIDList: ['sts.amazonaws.com'] });
  await aws.iam.createRole({ RoleName: 'bedrock', AssumeRolePolicyDocument: exact });
  await aws.iam.putRolePolicy({ RoleName: 'bedrock', PolicyName: 'read', PolicyDocument: policy(allow('ssm:DescribeParameters')) });
  const { Credentials: session, SubjectFromWebIdentityToken, AssumedRoleUser, Provider, Audience } = await here.assume(await here.token());
  assert.deepEqual([SubjectFromWebIdentityToken, AssumedRoleUser?.Arn, Provider, Audience], [subject, `arn:aws:sts::${account}:assumed-role/bedrock/pod`, provider, 'sts.amazonaws.com']);
  assert.ok(session?.AccessKeyId !== undefined && session.SecretAccessKey !== undefined && session.SessionToken !== undefined);
  assert.match(session.AccessKeyId, /^ASIA/);
  const pod = aws.as({ accessKeyId: session.AccessKeyId, secretAccessKey: session.SecretAccessKey, sessionToken: session.SessionToken });
  assert.ok((await pod.ssm.describeParameters({})).Parameters);
  await refused(pod.iam.listUsers({}), 'AccessDenied');

  await refused(here.assume(await here.token('sts.amazonaws.com', 'other')), 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403);
  await refused(here.assume(await here.token('vault')), 'InvalidIdentityToken', 'Incorrect token audience', 400);
  await aws.iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn: provider, ClientID: 'vault' });
  await refused(here.assume(await here.token('vault')), 'AccessDenied');
  await aws.iam.updateAssumeRolePolicy({ RoleName: 'bedrock', PolicyDocument: trust({ 'oidc.lolice.example:aud': 'vault' }) });
  assert.ok((await here.assume(await here.token('vault'))).Credentials);
});

test('a token is refused that nobody trusts, that was changed, or whose key the issuer does not publish', async () => {
  await using here = await world();
  const { iam } = here.aws;
  const token = await here.token();
  await refused(here.assume(token), 'InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${issuer}`);
  await iam.createOpenIDConnectProvider({ Url: issuer, ClientIDList: ['sts.amazonaws.com'] });
  await refused(here.assume(token), 'AccessDenied');
  await iam.createRole({ RoleName: 'bedrock', AssumeRolePolicyDocument: exact });
  assert.ok((await here.assume(token)).Credentials);
  const [header = '', body = '', signature = ''] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
  const other = Buffer.from(JSON.stringify({ ...(typeof claims === 'object' ? claims : {}), exp: 4_000_000_000 })).toString('base64url');
  await refused(here.assume(`${header}.${other}.${signature}`), 'InvalidIdentityToken');
  const stranger = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'nobody' })).toString('base64url');
  await refused(here.assume(`${stranger}.${body}.${signature}`), 'InvalidIdentityToken', /^Couldn't retrieve verification key/);
  await refused(here.assume('no token at all'), 'InvalidIdentityToken', /not a valid JWT/);
});

test('there is one provider of an issuer in an account, with tags and audiences of its own, and a role outlives it', async () => {
  await using here = await world();
  const { iam } = here.aws;
  const of = { OpenIDConnectProviderArn: provider };
  await refused(iam.getOpenIDConnectProvider(of), 'NoSuchEntity', `OpenIDConnect Provider not found for arn ${provider}`, 404);
  await iam.createOpenIDConnectProvider({ Url: issuer, ClientIDList: ['a'], Tags: [{ Key: 'team', Value: 'x' }] });
  await refused(iam.createOpenIDConnectProvider({ Url: issuer }), 'EntityAlreadyExists', undefined, 409);
  await refused(iam.createOpenIDConnectProvider({ Url: 'https://oidc.lolice.example:8443' }), 'ValidationError');
  await iam.addClientIDToOpenIDConnectProvider({ ...of, ClientID: 'sts.amazonaws.com' });
  await iam.removeClientIDFromOpenIDConnectProvider({ ...of, ClientID: 'a' });
  await iam.tagOpenIDConnectProvider({ ...of, Tags: [{ Key: 'team', Value: 'y' }, { Key: 'more', Value: 'z' }] });
  await iam.untagOpenIDConnectProvider({ ...of, TagKeys: ['more'] });
  const found = await iam.getOpenIDConnectProvider(of);
  assert.deepEqual([found.Url, found.ClientIDList, found.Tags], ['oidc.lolice.example', ['sts.amazonaws.com'], [{ Key: 'team', Value: 'y' }]]);
  assert.deepEqual((await iam.listOpenIDConnectProviders({})).OpenIDConnectProviderList, [{ Arn: provider }]);
  await iam.createRole({ RoleName: 'bedrock', AssumeRolePolicyDocument: exact });
  await iam.deleteOpenIDConnectProvider(of);
  assert.ok((await iam.getRole({ RoleName: 'bedrock' })).Role);
  await refused(here.assume(await here.token()), 'InvalidIdentityToken');
});

test('the API server’s discovery document and key set verify the tokens that it signs, under a public issuer', async () => {
  await using here = await world();
  const discovery = await here.kubernetes.document('/.well-known/openid-configuration');
  assert.equal(discovery['issuer'], issuer);
  assert.match(String(discovery['jwks_uri']), /^https:\/\/127\.0\.0\.1:\d+\/openid\/v1\/jwks$/);
  const { keys } = await here.kubernetes.document('/openid/v1/jwks');
  assert.ok(Array.isArray(keys));
  const [header = '', body = '', signature = ''] = (await here.token()).split('.');
  assert.ok(verify('RSA-SHA256', Buffer.from(`${header}.${body}`), createPublicKey({ key: keys[0], format: 'jwk' }), Buffer.from(signature, 'base64url')));
});

test('a key that is given signs the tokens, in every sandbox that is given it', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const serviceAccountKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const which of ['first', 'second']) {
    await using here = await world({ serviceAccountKey });
    const { keys } = await here.kubernetes.document('/openid/v1/jwks');
    assert.ok(Array.isArray(keys));
    assert.deepEqual(createPublicKey({ key: keys[0], format: 'jwk' }).export({ format: 'jwk' }), publicKey.export({ format: 'jwk' }), which);
    const [header = '', body = '', signature = ''] = (await here.token()).split('.');
    assert.ok(verify('RSA-SHA256', Buffer.from(`${header}.${body}`), publicKey, Buffer.from(signature, 'base64url')), which);
  }
});
