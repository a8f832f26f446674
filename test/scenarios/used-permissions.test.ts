import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunContext } from '../../src/engine/types.ts';
import { applyAccess } from '../../src/engine/index.ts';
import { declared, startEngineWorld } from './engine-world.ts';
import { done } from './outcomes.ts';

/** Each is called beside an apply, by the same run. */
const beyond: readonly { readonly what: string; readonly call: (run: RunContext) => Promise<unknown>; readonly words: RegExp }[] = [
  { what: 'an action that is not printed', call: ({ aws }) => aws.eks('us-west-2').getCluster('another'), words: /eks:DescribeCluster on/ },
  { what: 'a printed action on the user of another', call: ({ aws }) => aws.iam.createUser({ name: 'another', path: '/service/', tags: {} }), words: /iam:CreateUser on arn:aws:iam::123456789012:user\/service\/another/ },
  { what: 'a printed action without the tags of the access', call: ({ aws }) => aws.iam.createPolicy({ name: 'bedrock-openhands-policy-2', path: '/service/', description: '', document: { Version: '2012-10-17', Statement: [] }, tags: {} }), words: /iam:CreatePolicy on .*bedrock-openhands-policy-2/ },
  { what: 'a verb that is not printed', call: ({ kubernetes }) => kubernetes.create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'openhands', name: 'mine' } }), words: /create \/api\/v1\/namespaces\/openhands\/secrets/ },
  { what: 'a printed verb in another namespace', call: ({ kubernetes }) => kubernetes.list('v1', 'Secret', { namespace: 'kube-system' }), words: /list \/api\/v1\/namespaces\/kube-system\/secrets/ },
];

for (const { what, call, words } of beyond) {
  test(`permissions: a scenario whose program also calls ${what} fails`, async () => {
    const world = await startEngineWorld();
    const run = await world.run();
    await done(applyAccess(declared(), run));
    await call(run).catch(() => undefined);
    await assert.rejects(world.stop(), words);
  });
}
