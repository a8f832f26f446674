import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { keyedHash } from '../../src/engine/verify/keyed-hash.ts';
import { resolveEnvironment } from '../../src/engine/verify/pod-environment.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { Secret } from '../../src/secret.ts';

const half = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

describe('a keyed hash', () => {
  it('is equal for equal secrets of one run and different in another run', () => {
    const [one, two] = [keyedHash(), keyedHash()];
    assert.equal(one.fingerprint(new Secret(half)), one.fingerprint(new Secret(half)));
    assert.notEqual(one.fingerprint(new Secret(half)), one.fingerprint(new Secret(`${half}x`)));
    assert.notEqual(one.fingerprint(new Secret(half)), two.fingerprint(new Secret(half)));
  });

  it('finds the pair in a parameter, equal to the halves alone', () => {
    const hash = keyedHash();
    const pair = hash.pairIn(new Secret(JSON.stringify({ AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: half })));
    assert.deepEqual(pair, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', fingerprint: hash.fingerprint(new Secret(half)) });
  });

  it('says what is wrong with a value without a word of it', () => {
    const hash = keyedHash();
    for (const value of [half, `{"AWS_ACCESS_KEY_ID": "${half}"`, JSON.stringify({ AWS_ACCESS_KEY_ID: half, AWS_SECRET_ACCESS_KEY: half }), JSON.stringify({ key: half })]) {
      const found = hash.pairIn(new Secret(value));
      assert.ok('problem' in found);
      assert.ok(!inspect(found).includes(half.slice(0, 12)));
    }
  });
});

describe('a container’s environment', () => {
  const encoded = Buffer.from(half).toString('base64');
  const secret: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { AWS_SECRET_ACCESS_KEY: encoded } };
  const configMap: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { AWS_REGION: 'us-west-2', MODEL: 'm' } };
  const read = (kind: string, name: string): Promise<KubernetesObject | undefined> => Promise.resolve(name === 's' && kind === 'Secret' ? secret : name === 'c' && kind === 'ConfigMap' ? configMap : undefined);

  it('takes envFrom with its prefix, then env, which goes before it', async () => {
    const found = await resolveEnvironment({ envFrom: [{ configMapRef: { name: 'c' } }, { prefix: 'X_', configMapRef: { name: 'c' } }], env: [{ name: 'AWS_REGION', value: 'eu-west-1' }] }, read);
    assert.deepEqual([...found].map(([name, variable]) => [name, 'value' in variable ? variable.value : '']), [['AWS_REGION', 'eu-west-1'], ['MODEL', 'm'], ['X_AWS_REGION', 'us-west-2'], ['X_MODEL', 'm']]);
  });

  it('keeps what comes from a Secret as a secret', async () => {
    const found = await resolveEnvironment({ env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 's', key: 'AWS_SECRET_ACCESS_KEY' } } }] }, read);
    const variable = found.get('KEY');
    assert.ok(variable !== undefined && 'secret' in variable);
    assert.equal(keyedHash().accessKeyIdIn(variable.secret), undefined);
    assert.ok(!inspect(found, { depth: 9 }).includes('wJalr'));
  });

  it('expands variables defined before, leaves others, and never copies a secret into a plain value', async () => {
    const env = [
      { name: 'A', value: 'a' },
      { name: 'B', value: '$(A)-$(LATER)-$$(A)' },
      { name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'AWS_SECRET_ACCESS_KEY' } } },
      { name: 'T', value: 'x$(S)' },
    ];
    const found = await resolveEnvironment({ env }, read);
    assert.deepEqual(found.get('B'), { from: 'value', value: 'a-$(LATER)-$(A)' });
    assert.deepEqual(found.get('T'), { from: 'value', unknown: true });
  });

  it('leaves out an optional reference to nothing and names one that is needed', async () => {
    const env = [
      { name: 'O', valueFrom: { secretKeyRef: { name: 'none', key: 'k', optional: true } } },
      { name: 'N', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      { name: 'F', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ];
    const found = await resolveEnvironment({ env }, read);
    assert.deepEqual([...found.keys()], ['N', 'F']);
    assert.deepEqual(found.get('N'), { from: 'Secret s, key k', nothing: true });
  });
});
