import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rolloutStatus } from '../../src/kubernetes/rollout.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';

function workload(kind: string, spec: object, status: object): KubernetesObject {
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'w', generation: 2 }, spec, status: { observedGeneration: 2, ...status } };
}

describe('the roll-out of a Deployment', () => {
  it('waits for the controller to see the new generation', () => {
    assert.equal(rolloutStatus(workload('Deployment', { replicas: 1 }, { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 })).done, false);
  });

  it('goes through new pods, old pods and availability before it is done', () => {
    const at = (status: object): string => rolloutStatus(workload('Deployment', { replicas: 2 }, status)).message;
    assert.match(at({ replicas: 2, updatedReplicas: 1 }), /1 of 2 new pods made/);
    assert.match(at({ replicas: 3, updatedReplicas: 2 }), /: 1 old pod to be ended/);
    assert.match(at({ replicas: 4, updatedReplicas: 2 }), /: 2 old pods to be ended/);
    assert.match(at({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 }), /1 of 2 new pods available/);
    assert.equal(rolloutStatus(workload('Deployment', { replicas: 2 }, { replicas: 2, updatedReplicas: 2, availableReplicas: 2 })).done, true);
  });

  it('is stuck once its deadline is over, with the reason from its pods', () => {
    const late = workload('Deployment', { replicas: 1 }, { replicas: 2, updatedReplicas: 1, conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] });
    const waiting = { reason: 'CreateContainerConfigError', message: 'secret "bedrock-credentials" not found' };
    const pod: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'w-1' }, status: { containerStatuses: [{ name: 'app', state: { waiting } }] } };
    assert.match(rolloutStatus(late, [pod]).stuck ?? '', /deadline .* is over: container app of pod w-1 waits: CreateContainerConfigError \(secret "bedrock-credentials" not found\)/);
  });

  it('is stuck while it is paused', () => {
    assert.match(rolloutStatus(workload('Deployment', { replicas: 1, paused: true }, { replicas: 1, updatedReplicas: 0 })).stuck ?? '', /paused/);
  });
});

describe('the roll-out of a StatefulSet', () => {
  it('is done when all pods are of the newest revision', () => {
    const spec = { replicas: 2, updateStrategy: { type: 'RollingUpdate' } };
    assert.equal(rolloutStatus(workload('StatefulSet', spec, { readyReplicas: 2, updatedReplicas: 1, updateRevision: 'b', currentRevision: 'a' })).done, false);
    assert.equal(rolloutStatus(workload('StatefulSet', spec, { readyReplicas: 2, updatedReplicas: 2, updateRevision: 'b', currentRevision: 'b' })).done, true);
  });

  it('is stuck with OnDelete, since nobody deletes its pods', () => {
    const status = { readyReplicas: 1, updatedReplicas: 0, updateRevision: 'b', currentRevision: 'a' };
    assert.match(rolloutStatus(workload('StatefulSet', { replicas: 1, updateStrategy: { type: 'OnDelete' } }, status)).stuck ?? '', /OnDelete/);
  });
});

describe('the roll-out of a DaemonSet', () => {
  it('counts nodes', () => {
    assert.match(rolloutStatus(workload('DaemonSet', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 3 })).message, /2 of 3 new pods made/);
    assert.equal(rolloutStatus(workload('DaemonSet', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 })).done, true);
  });
});
