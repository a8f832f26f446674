import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { openAws } from '../../src/aws/open.ts';
import { openKubernetes } from '../../src/kubernetes/open.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { isRecord, recordsAt, textAt } from '../../src/resources/json.ts';
import { denial, denyMark } from './rotation-leak.ts';
import { ended, inApplied, keys, rotate } from './rotation-world.ts';
import { namespace } from './engine-world.ts';

const objects = (): KubernetesObject[] =>
  parseAllDocuments(readFileSync('deploy/rotation-cronjob.yaml', 'utf8')).map((document) => {
    const object: unknown = document.toJS();
    assert.ok(isRecord(object) && isRecord(object['metadata']));
    return { ...object, apiVersion: String(object['apiVersion']), kind: String(object['kind']), metadata: object['metadata'] };
  });

test('a whole rotation with exactly the permissions of the published CronJob and IAM policy', () =>
  inApplied(async (world) => {
    for (const object of objects()) await world.kubernetes.create(object);
    const { sandbox } = world;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'bedrock-access-rotation' };
    const answer = await world.kubernetes.createSubresource(account, 'token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { expirationSeconds: 3600 } });
    const token = textAt(answer, 'status', 'token') ?? '';
    assert.notEqual(token, '');
    const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
    const directory = mkdtempSync(`${(await import('node:os')).tmpdir()}/rotation-cron-`);
    try {
      const { parse, stringify } = await import('yaml');
      const config = parse(readFileSync(sandbox.kubernetes.kubeconfigFile, 'utf8'));
      config.users = [{ name: config.contexts[0].context.user, user: { token } }];
      writeFileSync(`${directory}/config`, stringify(config));
      const kubernetes = await openKubernetes({ environment: { KUBECONFIG: `${directory}/config` }, clock: sandbox.productClock, random: () => 0.5, userAgent: 'bedrock-access/0.1.0 run/cron' });
      const identity = await sandbox.aws.createIdentity('rotation', JSON.parse(readFileSync('deploy/rotation-policy.json', 'utf8')));
      const environment = { ...sandbox.environment, AWS_ACCESS_KEY_ID: identity.accessKeyId, AWS_SECRET_ACCESS_KEY: identity.secretAccessKey };
      const aws = openAws({ region: 'us-west-2', environment, clock: sandbox.productClock, random: () => 0.5, userAgent: 'bedrock-access/0.1.0 run/cron' });
      const before = Object.keys(await keys(world));
      ended(await rotate(world, { silence: 60_000, grace: 60_000 }, { aws, kubernetes }));
      const after = Object.keys(await keys(world));
      assert.equal(after.length, 1);
      assert.notDeepEqual(after, before);

      // A leak is a person's to say; the CronJob ends what was left of it.
      ended(await rotate(world, { compromised: true }));
      // The hourly runs of the CronJob itself would be played too.
      await world.kubernetes.remove({ apiVersion: 'batch/v1', kind: 'CronJob', namespace, name: 'bedrock-access-rotation' });
      await sandbox.clock.advance(38 * 3_600_000);
      ended(await rotate(world, { begin: 'due' }, { aws, kubernetes }));
      assert.equal(Object.keys(await keys(world)).length, 1);
      assert.deepEqual([await denial(world), await denyMark(world)], [undefined, undefined]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }));

test('the pod of the CronJob runs as nobody, on a root that cannot be written, without privileges', () => {
  const job = objects().find(({ kind }) => kind === 'CronJob');
  const [container] = recordsAt(job, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers');
  assert.deepEqual(container?.['securityContext'], { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
  assert.deepEqual(container?.['args'], ['rotate', '--due', '--name', 'openhands/openhands']);
  const dockerfile = readFileSync('deploy/Dockerfile', 'utf8');
  assert.match(dockerfile, /^USER 65532:65532$/m);
});
