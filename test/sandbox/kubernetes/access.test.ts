import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { type Answered, type Api, configMap, configMaps, secrets, startApi } from './api.ts';

let api: Api;
before(async () => {
  api = await startApi();
  await api.post('/api/v1/namespaces/default/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } });
});
after(() => api[Symbol.asyncDispose]());

async function robotToken(spec: object = {}): Promise<string> {
  const { body } = await api.post('/api/v1/namespaces/default/serviceaccounts/robot/token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec });
  return body.status.token;
}

const claimsOf = (token: string): Answered => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

test('an unknown token is 401, no token may see almost nothing', async () => {
  const { status, body } = await api.get(configMaps, { token: 'wrong' });
  assert.equal(status, 401);
  assert.deepEqual(body, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 });
  const anonymous = await api.get(configMaps, { token: null });
  assert.equal(anonymous.status, 403);
  assert.equal(anonymous.body.message, 'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"');
});

test('the kubeconfig has the administrator by token and by client certificate', async () => {
  const config = JSON.parse(await readFile(api.kubernetes.kubeconfigFile, 'utf8'));
  assert.equal(config.clusters[0].cluster.server, api.kubernetes.server);
  const user = config.users.find(({ name }: Answered) => name === 'certificate').user;
  const [cert, key] = [user['client-certificate-data'], user['client-key-data']].map((data) => Buffer.from(data, 'base64'));
  const answer = await new Promise<Answered>((resolve, reject) => {
    const outgoing = request(`${api.kubernetes.server}/apis/authentication.k8s.io/v1/selfsubjectreviews`, { method: 'POST', ca: api.kubernetes.authority, cert, key, agent: false, headers: { 'content-type': 'application/json' } }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(JSON.parse(text)));
    });
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }));
  });
  assert.equal(answer.status.userInfo.username, 'kubernetes-admin');
  assert.deepEqual(answer.status.userInfo.groups, ['system:masters', 'system:authenticated']);
});

test('a user may do what its rules say and nothing else', async () => {
  const { token } = await api.kubernetes.createUser('reader', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }], 'default');
  assert.equal((await api.get(configMaps, { token })).status, 200);
  const refused = await api.post(configMaps, configMap('x'), { token });
  assert.equal(refused.status, 403);
  assert.equal(refused.body.message, 'configmaps is forbidden: User "reader" cannot create resource "configmaps" in API group "" in the namespace "default"');
  const secret = await api.get(`${secrets}/key`, { token });
  assert.equal(secret.body.message, 'secrets "key" is forbidden: User "reader" cannot get resource "secrets" in API group "" in the namespace "default"');
  assert.equal((await api.get('/api/v1/namespaces/kube-system/configmaps', { token })).status, 403);
  const review = async (verb: string, resource: string): Promise<boolean> =>
    (await api.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { verb, resource, namespace: 'default' } } }, { token })).body.status.allowed;
  assert.deepEqual([await review('get', 'configmaps'), await review('get', 'secrets')], [true, false]);
});

test('a ServiceAccount token is signed by the key that the issuer publishes', async () => {
  const token = await robotToken({ audiences: ['sts.amazonaws.com'], expirationSeconds: 900 });
  const claims = claimsOf(token);
  const { body: discovery } = await api.get('/.well-known/openid-configuration', { token: null });
  assert.equal(claims.iss, discovery.issuer);
  assert.equal(claims.sub, 'system:serviceaccount:default:robot');
  assert.deepEqual(claims.aud, ['sts.amazonaws.com']);
  assert.equal(claims.exp - claims.iat, 900);
  const { headers, body: jwks } = await api.get(new URL(discovery.jwks_uri).pathname, { token: null });
  assert.equal(headers['content-type'], 'application/jwk-set+json');
  const [header, content, signature] = token.split('.');
  const { kid, alg } = JSON.parse(Buffer.from(header!, 'base64url').toString());
  assert.equal(alg, 'RS256');
  const key = jwks.keys.find((each: Answered) => each.kid === kid);
  assert.ok(verify('RSA-SHA256', Buffer.from(`${header}.${content}`), createPublicKey({ key, format: 'jwk' }), Buffer.from(signature!, 'base64url')));
});

test('a ServiceAccount token authenticates, and its bindings count', async () => {
  const token = await robotToken();
  assert.equal((await api.get(configMaps, { token })).status, 403);
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await api.post(`${rbac}/namespaces/default/roles`, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'lister' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }] });
  await api.post(`${rbac}/namespaces/default/rolebindings`, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'robot' }, roleRef: { kind: 'Role', name: 'lister' }, subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }] });
  assert.equal((await api.get(configMaps, { token })).status, 200);
});

test('a token review tells tokens for this API from others', async () => {
  const review = async (token: string, audiences?: readonly string[]): Promise<Answered> =>
    (await api.post('/apis/authentication.k8s.io/v1/tokenreviews', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, ...(audiences === undefined ? {} : { audiences }) } })).body.status;
  const own = await review(await robotToken());
  assert.equal(own.authenticated, true);
  assert.equal(own.user.username, 'system:serviceaccount:default:robot');
  const foreign = await robotToken({ audiences: ['sts.amazonaws.com'] });
  assert.notEqual((await review(foreign)).authenticated, true);
  assert.deepEqual((await review(foreign, ['sts.amazonaws.com', 'x'])).audiences, ['sts.amazonaws.com']);
  assert.notEqual((await review('nonsense')).authenticated, true);
});

test('a token shorter than ten minutes is refused', async () => {
  const { status, body } = await api.post('/api/v1/namespaces/default/serviceaccounts/robot/token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 60 } });
  assert.equal(status, 422);
  assert.match(body.message, /may not specify a duration less than 10 minutes/);
});
