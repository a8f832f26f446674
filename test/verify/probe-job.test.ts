import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AwsCallError } from '../../src/aws/error.ts';
import { probeJob } from '../../src/engine/verify/from-cluster/job.ts';
import { answered, readProbeAnswer } from '../../src/engine/verify/from-cluster/probe-answer.ts';
import { at, recordsAt } from '../../src/resources/json.ts';

const workload = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app', namespace: 'apps' },
  spec: {
    selector: { matchLabels: { app: 'app' } },
    template: {
      metadata: { labels: { app: 'app', zone: 'models', 'pod-template-hash': 'abc', 'batch.kubernetes.io/job-name': 'x' } },
      spec: {
        serviceAccountName: 'caller',
        nodeSelector: { pool: 'a' },
        hostNetwork: true,
        volumes: [{ name: 'token', projected: { sources: [] } }, { name: 'disk', persistentVolumeClaim: { claimName: 'd' } }, { name: 'socket', hostPath: { path: '/run' } }],
        containers: [
          {
            name: 'main',
            image: 'app',
            ports: [{ containerPort: 80 }],
            readinessProbe: { httpGet: { path: '/', port: 80 } },
            env: [{ name: 'LLM_KEY', valueFrom: { secretKeyRef: { name: 's', key: 'AWS_ACCESS_KEY_ID' } } }, { name: 'AWS_SECRET_ACCESS_KEY', valueFrom: { secretKeyRef: { name: 's', key: 'AWS_SECRET_ACCESS_KEY' } } }],
            volumeMounts: [{ name: 'token', mountPath: '/t' }, { name: 'disk', mountPath: '/d' }],
          },
        ],
      },
    },
  },
};

describe('the Job that calls in the place of a workload', () => {
  const job = probeJob({ name: 'j', owner: { cluster: 'c', namespace: 'apps', name: 'access' }, workload, container: 'main', image: 'bedrock-access:1', modelId: 'm', region: 'us-west-2' });
  const template = at(job, 'spec', 'template');
  const spec = at(template, 'spec');
  const [container] = recordsAt(spec, 'containers');

  it('has the labels that network policies select by, and none by which controllers tell their pods', () => {
    assert.deepEqual(at(template, 'metadata', 'labels'), { app: 'app', zone: 'models', 'bedrock-access.dev/namespace': 'apps', 'bedrock-access.dev/name': 'access', 'bedrock-access.dev/verify': 'true' });
  });
  it('is never Ready, so that no Service sends it requests', () => {
    assert.deepEqual(recordsAt(spec, 'readinessGates'), [{ conditionType: 'bedrock-access.dev/never-ready' }]);
    assert.equal(container?.['ports'], undefined);
  });
  it('is the workload to AWS: its ServiceAccount, environment and token, under the names that the SDK reads', () => {
    assert.equal(at(spec, 'serviceAccountName'), 'caller');
    assert.deepEqual(recordsAt(container, 'env').map(({ name, value }) => [name, value]), [['LLM_KEY', undefined], ['AWS_SECRET_ACCESS_KEY', undefined], ['AWS_ACCESS_KEY_ID', '$(LLM_KEY)']]);
    assert.deepEqual(recordsAt(container, 'volumeMounts'), [{ name: 'token', mountPath: '/t' }]);
  });
  it('holds no disk and nothing of the node, and meets the restricted Pod Security Standard', () => {
    assert.deepEqual(recordsAt(spec, 'volumes').map(({ name }) => name), ['token']);
    assert.equal(at(spec, 'hostNetwork'), undefined);
    assert.deepEqual(at(container, 'securityContext'), { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
    assert.equal(at(spec, 'securityContext', 'runAsNonRoot'), true);
    assert.deepEqual(at(spec, 'securityContext', 'seccompProfile'), { type: 'RuntimeDefault' });
  });
  it('ends by itself, is tried once and is cleaned up, also without the program', () => {
    assert.deepEqual([at(job, 'spec', 'backoffLimit'), at(job, 'spec', 'activeDeadlineSeconds'), at(job, 'spec', 'ttlSecondsAfterFinished'), at(spec, 'restartPolicy')], [0, 120, 60, 'Never']);
  });
});

describe('what the Job prints', () => {
  const line = '{"probe":"bedrock-access/1","model":"m","region":"us-west-2","answer":{"inputTokens":5,"outputTokens":1}}';
  it('is the last line that is an answer', () => assert.deepEqual(readProbeAnswer(`warning\n${line}\n{"other":1}\n`)?.answer, { inputTokens: 5, outputTokens: 1 }));
  it('is nothing where the log is of something else', () => {
    for (const log of ['', 'hello', '{"probe":"bedrock-access/1"}', '{"probe":"bedrock-access/1"', line.replace('us-west-2"', 'x","accessKeyId":"not an id"')]) assert.equal(readProbeAnswer(log), undefined);
  });
  it('of neither an answer nor a failure is a failure', () => {
    const outcome = answered({ probe: 'bedrock-access/1', model: 'm', region: 'r' });
    assert.ok(outcome instanceof AwsCallError);
    assert.match(outcome.message, /neither/);
  });
});
