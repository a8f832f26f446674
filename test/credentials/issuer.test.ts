import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import type { IssuerDocuments } from '../../src/credentials/issuer/documents.ts';
import { keysOf } from '../../src/credentials/issuer/documents.ts';
import { issuerNotPublic, publishedDiffers } from '../../src/credentials/issuer/findings.ts';
import { onStage } from '../cli/stage.ts';

const issuer = 'https://oidc.lolice.example';

function key(kid: string, n = kid): Readonly<Record<string, string>> {
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e: 'AQAB' };
}

function live(...kids: readonly string[]): IssuerDocuments {
  return { issuer, discovery: { issuer }, keys: keysOf({ keys: kids.map((kid) => key(kid)) }) };
}

function published(keys: readonly object[], said = issuer): Parameters<typeof publishedDiffers>[1] {
  return { discovery: { document: { issuer: said, jwks_uri: `${said}/openid/v1/jwks` } }, keySet: { document: { keys } } };
}

test('an issuer that only the cluster knows, or that IAM does not take, is named with the reason', () => {
  for (const [address, why] of [
    ['https://kubernetes.default.svc.cluster.local', /inside the cluster/],
    ['https://kubernetes.default.svc', /inside the cluster/],
    ['https://oidc.example.com:8443', /port/],
    ['https://192.0.2.1', /certificate/],
    ['https://oidc.example.com/?a=b', /query/],
    ['http://oidc.example.com', /https/],
    ['', /https/],
  ] as const) {
    const [finding] = issuerNotPublic(address);
    assert.equal(finding?.id, 'issuer-not-public', address);
    assert.match(finding.cause, why);
  }
  assert.deepEqual(issuerNotPublic('https://oidc.eks.us-west-2.amazonaws.com/id/ABC'), []);
});

test('while the signing key is changed both keys must be published, and a key left over is no error', () => {
  assert.deepEqual(publishedDiffers(live('old', 'new'), published([key('old'), key('new')])), []);
  const missing = publishedDiffers(live('old', 'new'), published([key('old')]));
  assert.deepEqual(missing.map(({ id, message }) => [id, message.includes('key new')]), [['issuer-key-missing', true]]);
  const left = publishedDiffers(live('new'), published([key('old'), key('new')]));
  assert.deepEqual(left.map(({ id, severity }) => [id, severity]), [['issuer-key-left', 'info']]);
  const swapped = publishedDiffers(live('new'), published([key('new', 'other modulus')]));
  assert.match(swapped[0]?.cause ?? '', /^Another key is published under its id/);
});

test('a document of another issuer, one without keys and one that cannot be fetched are told apart', () => {
  const ids = (of: Parameters<typeof publishedDiffers>[1]): readonly string[] => publishedDiffers(live('a'), of).map(({ id }) => id);
  assert.deepEqual(ids(published([key('a')], `${issuer}/`)), ['issuer-document-wrong']);
  assert.deepEqual(ids({ discovery: { document: { issuer } } }), ['issuer-document-wrong']);
  assert.deepEqual(ids({ discovery: { failed: 'the answer is 404' } }), ['issuer-unreachable']);
  assert.deepEqual(ids({ discovery: { document: { issuer, jwks_uri: 'https://elsewhere.example/keys' } }, keySet: { failed: 'no JSON' } }), ['issuer-unreachable']);
});

test('issuer export writes what a static host serves, and issuer verify finds it right and says when it is not', async () => {
  await onStage({ issuer, externalSecrets: false }, async ({ run, directory }) => {
    const exported = await run(['issuer', 'export', '--issuer-folder', 'site']);
    assert.equal(exported.code, 0, exported.stderr);
    const text = (path: string): string => readFileSync(join(directory, 'site', path), 'utf8');
    assert.match(text('.well-known/openid-configuration'), /"jwks_uri": "https:\/\/oidc\.lolice\.example\/openid\/v1\/jwks"/);
    assert.ok(!text('.well-known/openid-configuration').includes('127.0.0.1'));

    let serves = true;
    const host = createServer((request, response) => {
      const path = (request.url ?? '').slice(1);
      const known = serves && ['.well-known/openid-configuration', 'openid/v1/jwks'].includes(path);
      response.writeHead(known ? 200 : 404).end(known ? text(path) : '');
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const address = host.address();
    const at = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    try {
      const right = await run(['issuer', 'verify', '--at', at]);
      assert.deepEqual([right.code, right.stderr], [0, '']);
      assert.match(right.stdout, /^https:\/\/oidc\.lolice\.example publishes every key of the cluster: /);
      serves = false;
      const wrong = await run(['issuer', 'verify', '--at', at, '-o', 'json']);
      assert.equal(wrong.code, 3);
      assert.match(wrong.stdout, /"issuer-unreachable"/);
    } finally {
      host.close();
      host.closeAllConnections();
    }
  });
});

test('issuer export of a cluster whose issuer is not public writes nothing and says what to change', async () => {
  await onStage({ externalSecrets: false }, async ({ run }) => {
    const refused = await run(['issuer', 'export']);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /error\[issuer-not-public\]/);
    assert.match((await run(['issuer', 'turn'])).stderr, /error\[usage\]/);
  });
});
