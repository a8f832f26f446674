import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answered, type Api, configMaps, deployment, deployments, secrets, startApi } from './api.ts';

let api: Api;
before(async () => void (api = await startApi()));
after(() => api[Symbol.asyncDispose]());

async function refusal(path: string, body: object): Promise<string> {
  const answer = await api.post(path, body);
  assert.equal(answer.status, 422, JSON.stringify(answer.body));
  return answer.body.message;
}

test('a Deployment is filled in as by the real server', async () => {
  const { body } = await api.post(deployments, deployment('filled', { ports: [{ containerPort: 80 }], resources: { limits: { cpu: '0.5', memory: '1024Mi' } }, livenessProbe: { httpGet: { port: 80 } } }));
  assert.deepEqual(body.spec, {
    progressDeadlineSeconds: 600,
    replicas: 1,
    revisionHistoryLimit: 10,
    selector: { matchLabels: { app: 'filled' } },
    strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' }, type: 'RollingUpdate' },
    template: {
      metadata: { labels: { app: 'filled' } },
      spec: {
        containers: [
          {
            image: 'registry.example/app:1',
            imagePullPolicy: 'IfNotPresent',
            livenessProbe: { failureThreshold: 3, httpGet: { path: '/', port: 80, scheme: 'HTTP' }, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 },
            name: 'app',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            resources: { limits: { cpu: '500m', memory: '1Gi' } },
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
          },
        ],
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      },
    },
  });
});

test('empty optional values fall away as in Go, those that mean something stay', async () => {
  const { body } = await api.post(deployments, deployment('empty', { env: [{ name: 'A', value: '' }], args: [], workingDir: '', volumeMounts: null }));
  const [container] = body.spec.template.spec.containers;
  assert.deepEqual(container.env, [{ name: 'A' }]);
  assert.deepEqual([container.args, container.workingDir, container.volumeMounts], [undefined, undefined, undefined]);
});

test('names that cannot be are refused in the real words', async () => {
  assert.equal(
    await refusal(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Bad_Name' } }),
    'ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \'-\' or \'.\', and must start and end with an alphanumeric character (e.g. \'example.com\', regex used for validation is \'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\')',
  );
  assert.equal(await refusal(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }), 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required');
  assert.match(await refusal(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { 'a b': '' } }), /data\[a b\]: Invalid value: "a b": a valid config key must consist of/);
});

test('a Deployment without what it needs is refused field by field', async () => {
  const { body } = await api.post(deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'bare' }, spec: { template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ env: [{ value: 'x' }] }] } } } });
  assert.deepEqual(
    body.details.causes.map((cause: Answered) => [cause.reason, cause.field]),
    [
      ['FieldValueRequired', 'spec.selector'],
      ['FieldValueInvalid', 'spec.template.metadata.labels'],
      ['FieldValueRequired', 'spec.template.spec.containers[0].name'],
      ['FieldValueRequired', 'spec.template.spec.containers[0].image'],
      ['FieldValueRequired', 'spec.template.spec.containers[0].env[0].name'],
    ],
  );
});

test('env entries are either a value or a reference', async () => {
  const both = await refusal(deployments, deployment('env', { env: [{ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }));
  assert.equal(both, 'Deployment.apps "env" is invalid: spec.template.spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty');
  assert.match(await refusal(deployments, deployment('mount', { volumeMounts: [{ name: 'v', mountPath: '/v' }] })), /volumeMounts\[0\]\.name: Not found: "v"/);
  assert.match(await refusal(deployments, deployment('policy', { imagePullPolicy: 'Sometimes' })), /imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"/);
});

test('what may not change is refused', async () => {
  await api.post(deployments, deployment('frozen'));
  const selector = await api.patch('merge', `${deployments}/frozen`, { spec: { selector: { matchLabels: { app: 'frozen', extra: 'x' } }, template: { metadata: { labels: { extra: 'x' } } } } });
  assert.equal(selector.body.message, 'Deployment.apps "frozen" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"frozen","extra":"x"}}: field is immutable');
  await api.post(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'sealed' }, immutable: true, data: { a: 'MQ==' } });
  const changed = await api.patch('merge', `${secrets}/sealed`, { data: { a: 'Mg==' } });
  assert.equal(changed.body.message, 'Secret "sealed" is invalid: data: Forbidden: field is immutable when `immutable` is set');
  const revisions = '/apis/apps/v1/namespaces/default/controllerrevisions';
  await api.post(revisions, { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: { name: 'kept' }, data: { a: 1 }, revision: 1 });
  const revision = await api.patch('merge', `${revisions}/kept`, { data: { a: 2 } });
  assert.equal(revision.body.message, 'ControllerRevision.apps "kept" is invalid: data: Invalid value: {"a":2}: field is immutable');
  assert.equal((await api.patch('merge', `${revisions}/kept`, { revision: 2 })).status, 200);
});

test('a value of the wrong type is refused before anything else', async () => {
  const { status, body } = await api.post(deployments, { ...deployment('typed'), spec: { replicas: 'many' } });
  assert.equal(status, 400);
  assert.match(body.message, /^Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field .*spec\.replicas of type int32$/);
});
