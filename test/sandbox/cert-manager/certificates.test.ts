/** The stand-in for cert-manager: what a Certificate becomes. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { openKubernetes } from '../../../src/kubernetes/open.ts';
import type { Kubernetes, KubernetesObject } from '../../../src/kubernetes/types.ts';
import { at, recordsAt, textAt } from '../../../src/resources/json.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';
import { seededRandom } from '../../../src/sandbox/world.ts';

const apiVersion = 'cert-manager.io/v1';
const certificate = (issuer: string, spec: object = {}): KubernetesObject => ({
  apiVersion,
  kind: 'Certificate',
  metadata: { namespace: 'default', name: 'caller' },
  spec: { secretName: 'caller', commonName: 'default.caller', uris: ['spiffe://example/caller'], duration: '24h0m0s', renewBefore: '8h0m0s', usages: ['client auth'], privateKey: { algorithm: 'ECDSA' }, issuerRef: { kind: 'ClusterIssuer', name: issuer }, ...spec },
});

async function play(playing: (kubernetes: Kubernetes, sandbox: Sandbox) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ ticking: false, externalSecrets: false, certManager: true, now: new Date('2026-11-24T09:00:00Z') });
  try {
    await playing(await openKubernetes({ environment: sandbox.environment, clock: sandbox.productClock, random: seededRandom(1) }), sandbox);
  } finally {
    await sandbox.stop();
  }
}

async function held(kubernetes: Kubernetes): Promise<X509Certificate | undefined> {
  const secret = await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'caller' });
  return secret === undefined ? undefined : new X509Certificate(Buffer.from(textAt(at(secret, 'data'), 'tls.crt') ?? '', 'base64'));
}

async function ready(kubernetes: Kubernetes, kind: string, name: string): Promise<string> {
  const object = await kubernetes.get({ apiVersion, kind, name, ...(kind === 'ClusterIssuer' ? {} : { namespace: 'default' }) });
  const condition = recordsAt(object, 'status', 'conditions').find(({ type }) => type === 'Ready');
  return `${textAt(condition, 'status') ?? ''} ${textAt(condition, 'reason') ?? ''}`;
}

test('a Certificate becomes a Secret that its issuer signed, with the name and the URI that it asks for', async () => {
  await play(async (kubernetes, sandbox) => {
    assert.equal(await ready(kubernetes, 'ClusterIssuer', 'platform'), 'True KeyPairVerified');
    await kubernetes.create(certificate('platform'));
    await sandbox.clock.advance(1000);
    assert.equal(await ready(kubernetes, 'Certificate', 'caller'), 'True Ready');
    const found = await held(kubernetes);
    assert.equal(found?.subject, 'CN=default.caller');
    assert.equal(found.subjectAltName, 'URI:spiffe://example/caller');
    assert.deepEqual(found.keyUsage, ['1.3.6.1.5.5.7.3.2']);
    const secret = await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'caller' });
    assert.equal(textAt(secret, 'type'), 'kubernetes.io/tls');
    assert.equal(secret?.metadata.annotations?.['cert-manager.io/certificate-name'], 'caller');
    assert.ok(found.verify(new X509Certificate(Buffer.from(textAt(at(secret, 'data'), 'ca.crt') ?? '', 'base64')).publicKey));
  });
});

test('it is renewed before its end, made anew when its specification changes or its Secret is gone, and stays as it is otherwise', async () => {
  await play(async (kubernetes, sandbox) => {
    await kubernetes.create(certificate('platform'));
    await sandbox.clock.advance(1000);
    const first = (await held(kubernetes))?.serialNumber;
    await sandbox.clock.advance(15 * 3_600_000);
    assert.equal((await held(kubernetes))?.serialNumber, first);
    await sandbox.clock.advance(3_600_000);
    const second = (await held(kubernetes))?.serialNumber;
    assert.notEqual(second, first);
    await kubernetes.remove({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'caller' });
    await sandbox.clock.advance(1000);
    const third = (await held(kubernetes))?.serialNumber;
    assert.notEqual(third, second);
    const current = await kubernetes.get({ apiVersion, kind: 'Certificate', namespace: 'default', name: 'caller' });
    assert.ok(current !== undefined);
    await kubernetes.replace({ ...current, ...certificate('platform', { commonName: 'default.other' }), metadata: current.metadata });
    await sandbox.clock.advance(1000);
    assert.equal((await held(kubernetes))?.subject, 'CN=default.other');
  });
});

test('without an issuer that is Ready nothing is issued, and the Secret outlives its Certificate', async () => {
  await play(async (kubernetes, sandbox) => {
    await kubernetes.create(certificate('nobody'));
    await sandbox.clock.advance(60_000);
    assert.equal(await ready(kubernetes, 'Certificate', 'caller'), 'False DoesNotExist');
    await kubernetes.create({ apiVersion, kind: 'ClusterIssuer', metadata: { name: 'nobody' }, spec: { ca: { secretName: 'lost' } } });
    await sandbox.clock.advance(1000);
    assert.equal(await ready(kubernetes, 'ClusterIssuer', 'nobody'), 'False ErrGetKeyPair');
    assert.equal(await held(kubernetes), undefined);
    const authority = await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'cert-manager', name: 'platform' });
    await kubernetes.create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'cert-manager', name: 'lost' }, data: at(authority, 'data') });
    await sandbox.clock.advance(1000);
    assert.equal(await ready(kubernetes, 'Certificate', 'caller'), 'True Ready');
    await kubernetes.remove({ apiVersion, kind: 'Certificate', namespace: 'default', name: 'caller' });
    await sandbox.clock.advance(1000);
    assert.ok(await held(kubernetes));
  });
});
