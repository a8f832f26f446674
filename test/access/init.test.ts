import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialDeclaration } from '../../src/access/init.ts';
import { clientNames } from '../../src/access/schema/workloads.ts';
import { only, openhands } from './declarations.ts';

const answers = { name: 'openhands', account: '123456789012', region: 'us-west-2', model: 'us.anthropic.claude-sonnet-4-6' };

test('the first declaration for openhands is the one of the design, without the budget', () => {
  const { budget: _, ...spec } = only(openhands).access.spec;
  assert.deepEqual(only(initialDeclaration(answers)).access.spec, spec);
});

test('the first declaration is valid for every client and choice', () => {
  for (const client of clientNames) {
    for (const layout of ['single', 'pair'] as const) {
      const text = initialDeclaration({ ...answers, namespace: 'team', layout, workload: { kind: 'StatefulSet', name: '0123', client }, store: { kind: 'SecretStore', name: 'null', region: 'eu-west-1', create: true } });
      const { spec, metadata } = only(text).access;
      assert.equal(metadata.namespace, 'team');
      assert.deepEqual(spec.workloads.map(({ kind, name, client }) => [kind, name, client]), [['StatefulSet', '0123', client]]);
      assert.deepEqual(spec.credentials.accessKey, { secretStore: { kind: 'SecretStore', name: 'null', service: 'ParameterStore', region: 'eu-west-1', create: true }, layout, rotateAfter: '30d' });
    }
  }
});

test('what is asked for is commented', () => {
  for (const word of ['account', 'region', 'models', 'workloads', 'secretStore', 'layout']) {
    assert.match(initialDeclaration(answers), new RegExp(`#.*\\n +${word}:`), word);
  }
});
