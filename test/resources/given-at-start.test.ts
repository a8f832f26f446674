/** Pods that went without what others put into them at their start. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { podsWithout, startMark } from '../../src/resources/given-at-start.ts';

const variable = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

function workload(mark?: string): KubernetesObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'app', namespace: 'n' }, spec: { template: { metadata: { annotations: mark === undefined ? {} : { 'bedrock-access.dev/credential': mark } }, spec: {} } } };
}

function pod(name: string, mark: string, given: boolean, more: Partial<KubernetesObject['metadata']> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'n', annotations: { 'bedrock-access.dev/credential': mark }, ...more }, spec: { containers: [{ name: 'c', env: given ? [{ name: variable, value: 'http://127.0.0.1' }] : [] }] } };
}

test('a pod of the present template that went without is found; one of an earlier template, one that ends and a stranger are not', () => {
  const pods = [pod('app-1', 'a-1', true), pod('app-2', 'a-1', false), pod('app-3', 'a-0', false), pod('app-4', 'a-1', false, { deletionTimestamp: '2026-11-24T09:00:00Z' }), pod('else-1', 'a-1', false)];
  assert.deepEqual(podsWithout(variable, workload('a-1'), pods), ['app-2']);
  assert.deepEqual(podsWithout(variable, workload(), [pod('app-1', '', false)]), []);
  // A container that others add afterwards, or keep out of it, is no reason to make the pod anew.
  const beside = { ...pod('app-1', 'a-1', true), spec: { containers: [{ name: 'c', env: [{ name: variable, value: 'x' }] }, { name: 'proxy' }] } };
  assert.deepEqual(podsWithout(variable, workload('a-1'), [beside]), []);
});

test('a template is changed for pods that went without under the same association, and each time anew', () => {
  assert.equal(startMark('a-1', workload(), []), 'a-1');
  assert.equal(startMark('a-1', workload('a-1'), []), 'a-1');
  assert.equal(startMark('a-1', workload('a-1'), ['app-2']), 'a-1.again');
  assert.equal(startMark('a-1', workload('a-1.again'), []), 'a-1.again');
  assert.equal(startMark('a-1', workload('a-1.again'), ['app-2']), 'a-1');
  assert.equal(startMark('a-2', workload('a-1'), ['app-2']), 'a-2');
});
