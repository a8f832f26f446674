import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultNames, distinctNames } from '../../src/access/defaults.ts';
import { defineAccess } from '../../src/access/define-access.ts';
import { accessFromObject } from '../../src/access/parse.ts';

const cluster = '3f0b7c52-6c6e-4b3b-9d6a-2f6b3f1f7b10';

test('names that are apart from every other cluster and namespace fit what AWS and Kubernetes allow', () => {
  for (const length of [1, 10, 40, 63]) {
    const names = distinctNames({ cluster, namespace: 'n'.repeat(length), name: 'a'.repeat(length) });
    assert.ok(names.user.length <= 64, names.user);
    assert.match(names.user, /^bedrock-[A-Za-z0-9_+=,.@-]+-user$/);
    assert.ok(names.policy.length <= 125);
    for (const name of [names.secret, names.environment]) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,251}[a-z0-9])?$/);
    assert.doesNotMatch(names.parameter, /^\/?(aws|ssm)/i);
  }
});

test('a short cluster name is written out, a long one is cut with a hash', () => {
  assert.equal(distinctNames({ cluster: 'lolice', namespace: 'openhands', name: 'openhands' }).user, 'bedrock-lolice-openhands-openhands-user');
  assert.match(distinctNames({ cluster, namespace: 'openhands', name: 'openhands' }).user, /^bedrock-3f0b7c52-.*-[0-9a-f]{10}-user$/);
});

test('two accesses whose names differ only after the cut have different names', () => {
  const [one, two] = ['x', 'y'].map((last) => distinctNames({ cluster, namespace: 'team', name: 'a'.repeat(60) + last }).user);
  assert.notEqual(one, two);
  assert.equal(one, distinctNames({ cluster, namespace: 'team', name: `${'a'.repeat(60)}x` }).user);
});

test('the default user name of the longest access name fits IAM', () => {
  assert.equal(defaultNames('openhands').user, 'bedrock-openhands-user');
  assert.ok(defaultNames('a'.repeat(63)).user.length <= 64);
  assert.notEqual(defaultNames('a'.repeat(63)).user, defaultNames(`${'a'.repeat(62)}b`).user);
});

test('an access of any name is, with the names that it was given, a declaration of itself: its revision can be read again', () => {
  for (let length = 1; length <= 63; length += 1) {
    for (const name of ['a'.repeat(length), `${'ab-'.repeat(21)}z`.slice(-length).replace(/^-/, 'x')]) {
      const access = defineAccess({
        metadata: { name, namespace: 'team' },
        spec: {
          account: '123456789012',
          region: 'us-west-2',
          models: [{ id: 'us.anthropic.claude-sonnet-4-6', role: 'default' }],
          workloads: [{ kind: 'Deployment', name: 'app', client: 'aws-sdk' }],
          credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' } } },
        },
      });
      assert.deepEqual(accessFromObject(access), { access, findings: [] }, name);
      const distinct = { ...access, spec: { ...access.spec, names: distinctNames({ cluster, namespace: 'n'.repeat(length), name }) } };
      assert.deepEqual(accessFromObject(distinct).findings, [], name);
    }
  }
});
