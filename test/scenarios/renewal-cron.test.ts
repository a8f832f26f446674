/** The declared CronJob that renews: what it may do is what a renewal does, and it comes and goes with the access. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAccess } from '../../src/access/parse.ts';
import type { Access } from '../../src/access/types.ts';
import { declarationText } from '../../src/cli/demo/story.ts';
import { migrateAccess } from '../../src/credentials/index.ts';
import { applyAccess, clusterIdOf } from '../../src/engine/index.ts';
import { programPermissions } from '../../src/engine/permissions/index.ts';
import { recordsAt, textAt } from '../../src/resources/json.ts';
import { jobObjects } from '../../src/resources/credential-job-objects.ts';
import { onStage } from '../cli/stage.ts';
import { deployment, startEngineWorld } from './engine-world.ts';
import { filledIn, inPod, usedInCluster } from './job-pod.ts';
import { administrator } from './keyless-world.ts';
import { done, stepsToTake } from './outcomes.ts';

const namespace = 'openhands';
const name = 'bedrock-openhands-renewal';
const job = { namespace, name } as const;
const renewer = 'arn:aws:iam::123456789012:user/sandbox/renewer';
const image = 'image: "registry.example.com/bedrock-access:0.1.0"';
const hour = 3_600_000;

const text = (mode: string, client = 'aws-sdk'): string =>
  declarationText({ account: '123456789012', model: 'us.anthropic.claude-sonnet-4-6', layout: 'single' })
    .replace('client: openhands', `client: ${client}`)
    .replace(/ {4}accessKey:\n(?: {6}.*\n)+/, `    ${mode}\n`);
const session = (renewal: string, by = renewer): string => text(`session: { renewer: "${by}", delivery: credential-process${renewal === '' ? '' : `, renewal: { ${image}, ${renewal} }`} }`);
const shortTerm = (renewal: string, by = renewer): string => text(`apiKey: { term: short, renewer: "${by}", renewal: { ${image}, ${renewal} } }`, 'ai-sdk');

function accessOf(declaration: string): Access {
  const { accesses, findings } = parseAccess(declaration);
  assert.deepEqual(findings, []);
  assert.ok(accesses[0] !== undefined);
  return accesses[0].access;
}

for (const { what, declaration, secret, restarts } of [
  { what: 'sessions', declaration: session('identity: { secret: renewer-aws }'), secret: 'bedrock-openhands-session', restarts: '' },
  { what: 'short-term API keys', declaration: shortTerm('identity: { secret: renewer-aws }'), secret: 'bedrock-openhands-short-term-key', restarts: '; restarted Deployment openhands' },
]) {
  test(`the declared CronJob takes the first of the ${what} and renews it, with exactly the permissions that are printed for it: used is declared`, () =>
    onStage({ now: new Date() }, async (stage) => {
      writeFileSync(join(stage.directory, 'bedrock-access.yaml'), declaration);
      // Who applies is not the renewer: the run waits for it, and the CronJob is there before it ends.
      const waited = await stage.run(['apply']);
      assert.match(waited.stderr, /error\[session-not-renewed\].*renewer/s);
      await stage.kubernetes.patch({ apiVersion: 'batch/v1', kind: 'CronJob', ...job }, { type: 'merge', body: { spec: { suspend: true } } });
      const { renewal } = programPermissions(accessOf(declaration), await clusterIdOf(stage.kubernetes));
      assert.ok(renewal !== undefined);
      assert.equal(renewal.subject, `system:serviceaccount:${namespace}:${name}`);
      const { accessKeyId, secretAccessKey } = await stage.sandbox.aws.createIdentity('renewer', renewal.document);
      const run = await inPod(stage, job, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
      const from = stage.sandbox.audit.length;

      const first = await run();
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stdout, /^openhands\/openhands: renewed, until /);
      const applied = await stage.run(['apply']);
      assert.equal(applied.code, 0, applied.stderr);
      assert.match((await run()).stdout, /more than half of it is left/);
      await stage.sandbox.clock.advance(0.6 * hour);
      const again = await run();
      assert.equal(again.code, 0, again.stderr);
      assert.match(again.stdout, new RegExp(`: renewed, until \\S+; due \\S+${restarts}$`, 'm'));
      await stage.sandbox.clock.advance(60_000);
      const held = await stage.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: secret });
      assert.ok(textAt(held, 'metadata', 'annotations', 'bedrock-access.dev/access-key-id') !== undefined);

      const calls = stage.sandbox.audit.slice(from);
      const inAws = calls.filter(({ service, identity }) => service === 'aws' && identity === renewer);
      assert.deepEqual([...new Set(inAws.map(({ action, verdict }) => `${action} ${verdict}`))].sort(), ['sts:AssumeRole allow']);
      assert.deepEqual(renewal.document.Statement.flatMap(({ Action = [], Resource = [] }) => [Action, Resource]), ['sts:AssumeRole', 'arn:aws:iam::123456789012:role/service/bedrock-openhands-role']);
      assert.deepEqual(usedInCluster(calls, renewal), { denied: [], unused: [], undeclared: [] });
    }));
}

test('the CronJob that renews comes and goes with the access: drift is mended, rollback and destroy take it away, and Argo CD sees no difference', () =>
  onStage({ now: new Date() }, async (stage) => {
    const declare = (declaration: string): void => writeFileSync(join(stage.directory, 'bedrock-access.yaml'), declaration);
    const cronJob = async (): Promise<unknown> => stage.kubernetes.get({ apiVersion: 'batch/v1', kind: 'CronJob', ...job });
    const before = session('', administrator);
    const with_ = session('identity: { secret: renewer-aws }', administrator);
    declare(before);
    assert.equal((await stage.run(['apply'])).code, 0);
    assert.equal(await cronJob(), undefined);
    declare(with_);
    const plan = await stage.run(['plan']);
    assert.match(plan.stdout, new RegExp(`\\+ credential-job CronJob ${name}`), plan.stdout + plan.stderr);
    assert.doesNotMatch(plan.stdout, /workload-environment/);
    assert.equal((await stage.run(['apply'])).code, 0);
    assert.match((await stage.run(['permissions'])).stdout, /IAM policy of the CronJob that renews what is used by openhands\/openhands, for the IAM user whose key is in Secret renewer-aws/);
    assert.deepEqual(await filledIn(stage, [...jobObjects(accessOf(with_)).values()]), []);
    await stage.kubernetes.patch({ apiVersion: 'batch/v1', kind: 'CronJob', ...job }, { type: 'merge', body: { spec: { schedule: '0 * * * *' } } });
    assert.match((await stage.run(['plan'])).stdout, /~ credential-job CronJob.*\n.*schedule +0 \* \* \* \* -> \*\/5 \* \* \* \*/);
    assert.equal((await stage.run(['apply', '--only', 'renewal'])).code, 0);
    assert.match((await stage.run(['status'])).stdout, /credential-job +CronJob bedrock-openhands-renewal +in place/);
    assert.equal((await stage.run(['rollback', '--yes', '--name', `${namespace}/openhands`])).code, 0);
    assert.equal((await stage.run(['rollback', '--yes', '--name', `${namespace}/openhands`])).code, 0);
    declare(with_);
    assert.equal((await stage.run(['apply'])).code, 0);
    assert.ok((await cronJob()) !== undefined);
    assert.equal((await stage.run(['destroy', '--yes', '--name', `${namespace}/openhands`])).code, 0);
    for (const { apiVersion, kind, metadata } of jobObjects(accessOf(with_)).values()) assert.equal(await stage.kubernetes.get({ apiVersion, kind, name: metadata.name ?? '', ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) }), undefined, kind);
    assert.deepEqual(stage.sandbox.aws.snapshot(), {});
  }));

test('an access that is suspended goes on being renewed: a session that ends would not leave its workload as it is', () => {
  const suspended = (declaration: string): unknown => Reflect.get(Object(jobObjects(accessOf(declaration.replace('spec:\n', 'spec:\n  suspend: true\n'))).get('cron-job')?.['spec']), 'suspend');
  assert.equal(suspended(session('identity: { secret: renewer-aws }')), false);
});

test('on its way from a session to a short-term API key one CronJob renews both, and may restart the workload', async () => {
  const world = await startEngineWorld({ now: new Date(), externalSecrets: false, objects: [deployment()] });
  try {
    const from = accessOf(session('identity: { secret: renewer-aws }', administrator).replace('client: aws-sdk', 'client: boto3'));
    const to = accessOf(shortTerm('identity: { secret: renewer-aws }', administrator).replace('client: ai-sdk', 'client: boto3'));
    const rules = async (): Promise<readonly string[]> => recordsAt(await world.kubernetes.get({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', ...job }), 'rules').flatMap(({ resources }) => (Array.isArray(resources) ? resources.map(String) : []));
    await done(applyAccess(from, await world.run()));
    assert.deepEqual(await rules(), ['controllerrevisions', 'secrets']);
    const run = await world.run();
    await done(migrateAccess(to.metadata, run, { to, silence: 0, grace: hour }));
    assert.deepEqual(await rules(), ['controllerrevisions', 'secrets', 'deployments']);
    await world.sandbox.clock.advance(60_000);
    await done(migrateAccess(to.metadata, await world.run(), { silence: 0, grace: 0 }));
    assert.deepEqual(await stepsToTake(to, await world.run()), []);
    assert.deepEqual(await rules(), ['controllerrevisions', 'secrets', 'deployments']);
  } finally {
    await world.stop();
  }
});
