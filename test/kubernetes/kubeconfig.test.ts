import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, it } from 'node:test';
import { AccessError } from '../../src/errors/error.ts';
import { inClusterConnection } from '../../src/kubernetes/in-cluster.ts';
import { connectionOf } from '../../src/kubernetes/kubeconfig.ts';

/** Files by name in a new folder, removed afterwards. */
async function inFolder(files: Readonly<Record<string, string>>, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function hasId(id: string, words = ''): (error: unknown) => boolean {
  return (error) => error instanceof AccessError && error.id === id && `${error.message} ${error.details.remedy}`.includes(words);
}

const config = `
current-context: lolice
contexts:
- {name: lolice, context: {cluster: lolice, user: kei, namespace: openhands}}
- {name: other, context: {cluster: missing, user: kei}}
clusters:
- {name: lolice, cluster: {server: "https://10.0.0.1:6443/", certificate-authority: ca.pem, tls-server-name: kubernetes}}
users:
- {name: kei, user: {client-certificate-data: ${Buffer.from('CERT').toString('base64')}, client-key: key.pem}}
`;

describe('a kubeconfig', () => {
  it('gives server, authority, client certificate and namespace, files being relative to it', async () => {
    await inFolder({ config, 'ca.pem': 'CA', 'key.pem': 'KEY' }, async (folder) => {
      const connection = await connectionOf({ kubeconfig: join(folder, 'config'), environment: {} });
      assert.deepEqual({ ...connection, headers: await connection.headers() }, {
        server: 'https://10.0.0.1:6443',
        context: 'lolice',
        namespace: 'openhands',
        ca: 'CA',
        serverName: 'kubernetes',
        trustsAnyCertificate: false,
        certificate: 'CERT',
        key: 'KEY',
        headers: {},
      });
    });
  });

  it('is merged from several files, the first one winning', async () => {
    const user = 'users: [{name: u, user: {token: one}}]';
    const rest = 'current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: {server: "https://k"}}]\nusers: [{name: u, user: {token: two}}]';
    await inFolder({ a: user, b: rest }, async (folder) => {
      const connection = await connectionOf({ environment: { KUBECONFIG: [join(folder, 'a'), join(folder, 'none'), join(folder, 'b')].join(delimiter) } });
      assert.deepEqual(await connection.headers(), { authorization: 'Bearer one' });
    });
  });

  it('reads a token file anew for each request', async () => {
    const text = 'current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: {server: "https://k"}}]\nusers: [{name: u, user: {token: old, tokenFile: token}}]';
    await inFolder({ config: text, token: 'first\n' }, async (folder) => {
      const connection = await connectionOf({ kubeconfig: join(folder, 'config'), environment: {} });
      assert.deepEqual(await connection.headers(), { authorization: 'Bearer first' });
      writeFileSync(join(folder, 'token'), 'second');
      assert.deepEqual(await connection.headers(), { authorization: 'Bearer second' });
    });
  });

  it('leaves exec users to the official library', async () => {
    const credential = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'from-plugin' } });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: [credential], interactiveMode: 'Never' };
    const text = JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      clusters: [{ name: 'k', cluster: { server: 'https://k' } }],
      users: [{ name: 'u', user: { exec } }],
    });
    await inFolder({ config: text }, async (folder) => {
      const connection = await connectionOf({ kubeconfig: join(folder, 'config'), environment: {} });
      assert.equal((await connection.headers())['authorization'], 'Bearer from-plugin');
    });
  });

  it('is refused with the contexts there are when the wanted one is missing', async () => {
    await inFolder({ config }, async (folder) => {
      await assert.rejects(connectionOf({ kubeconfig: join(folder, 'config'), context: 'nope', environment: {} }), hasId('kubeconfig-invalid', 'lolice, other'));
      await assert.rejects(connectionOf({ kubeconfig: join(folder, 'config'), context: 'other', environment: {} }), hasId('kubeconfig-invalid', 'missing'));
      await assert.rejects(connectionOf({ kubeconfig: join(folder, 'config'), environment: {} }), hasId('kubeconfig-invalid', 'ca.pem'));
    });
  });

  it('is reported when it is missing or no YAML', async () => {
    await inFolder({ config: 'a: [' }, async (folder) => {
      await assert.rejects(connectionOf({ environment: { HOME: join(folder, 'nowhere') } }), hasId('kubeconfig-missing', '.kube/config'));
      await assert.rejects(connectionOf({ kubeconfig: join(folder, 'config'), environment: {} }), hasId('kubeconfig-invalid', 'YAML'));
    });
  });
});

it('in a pod the service account is used, its token read anew each time', async () => {
  await inFolder({ token: 'one', 'ca.crt': 'CA', namespace: 'ns' }, async (folder) => {
    const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const connection = inClusterConnection(environment, folder);
    assert.equal(connection?.server, 'https://[fd00::1]:443');
    assert.equal(connection.namespace, 'ns');
    writeFileSync(join(folder, 'token'), 'two');
    assert.deepEqual(await connection.headers(), { authorization: 'Bearer two' });
    assert.equal(inClusterConnection({}, folder), undefined);
  });
});
