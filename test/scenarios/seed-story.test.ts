import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftBehind } from '../../src/cli/demo/evidence.ts';
import { secretsShownIn } from '../../src/cli/demo/secret-search.ts';
import { declarationText } from '../../src/cli/demo/story.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { onStage, type CliStage } from '../cli/stage.ts';

/**
 * The request that this program comes from, told from its first day to its roll-back: OpenHands in the lolice cluster,
 * Bedrock in us-west-2, two parameters in ap-northeast-1.
 */
const tellings = [
  { when: 'on the day of the request, with Claude 3.7 Sonnet', now: '2025-03-08T09:00:00Z', model: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0' },
  { when: 'today, with Claude Sonnet 4.6', now: '2026-11-24T09:00:00Z', model: 'us.anthropic.claude-sonnet-4-6' },
];

for (const { when, now, model } of tellings) {
  test(`the seed's story ${when}: planned, applied, verified, answered, rolled back, nothing left, no secret seen`, () =>
    onStage({ now: new Date(now), workloads: 'processes' }, async (stage) => {
      writeFileSync(join(stage.directory, 'bedrock-access.yaml'), declarationText({ account: stage.sandbox.account, model, layout: 'pair' }));
      const before = { aws: stage.sandbox.aws.snapshot(), kubernetes: stage.sandbox.kubernetes.snapshot() };

      const plan = await stage.run(['plan', '--detailed-exitcode', '--out', 'first.plan']);
      assert.equal(plan.code, 2, plan.stderr);
      assert.match(plan.stdout, /\+ iam-user bedrock-openhands-user/);
      assert.match(plan.stdout, /Plan: \d+ to create, 0 to update, 0 to replace, 0 to delete/);

      const apply = await stage.run(['apply', 'first.plan']);
      assert.equal(apply.code, 0, apply.stderr);

      await theSeedsNamesAreThere(stage, model);
      const audit = stage.sandbox.audit.length;
      const again = await stage.run(['plan', '--detailed-exitcode']);
      assert.equal(again.code, 0, again.stdout);
      assert.ok(stage.sandbox.audit.slice(audit).every(({ action }) => !/:(Create|Put|Delete|Attach|Detach|Tag)/.test(action)), 'a plan changes nothing');

      const verify = await stage.run(['verify', '--output', 'json']);
      assert.equal(verify.code, 0, verify.stdout);
      const { accesses } = JSON.parse(verify.stdout);
      assert.ok(accesses[0].checks.some((check: { id: string; outcome: string }) => check.id === 'call' && check.outcome === 'passed'));
      assert.ok(called(stage, 'bedrock:InvokeModel') && called(stage, 'bedrock:InvokeModelWithResponseStream'));

      const status = await stage.run(['status']);
      assert.equal(status.code, 0, status.stdout);
      await everySecretIsHidden(stage);

      const rollback = await stage.run(['rollback', '--all', '--yes', '--output', 'json']);
      assert.equal(rollback.code, 0, rollback.stderr + rollback.stdout);
      assert.deepEqual(leftBehind(before, { aws: stage.sandbox.aws.snapshot(), kubernetes: stage.sandbox.kubernetes.snapshot() }), []);
      const list = await stage.run(['list', '--output', 'json']);
      assert.deepEqual(JSON.parse(list.stdout), { accesses: [] });
      await everySecretIsHidden(stage);
    }));
}

function called(stage: CliStage, action: string): boolean {
  return stage.sandbox.audit.some((entry) => entry.action === action && entry.verdict === 'allow' && entry.identity.endsWith(':user/service/bedrock-openhands-user'));
}

/** What section 5 of the request looks at by hand. */
async function theSeedsNamesAreThere({ sandbox, kubernetes }: CliStage, model: string): Promise<void> {
  const aws = JSON.stringify(sandbox.aws.snapshot());
  for (const name of ['bedrock-openhands-user', 'bedrock-openhands-policy', 'bedrock-access-key-id', 'bedrock-secret-access-key']) assert.ok(aws.includes(name), name);
  const secret = await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'openhands', name: 'bedrock-credentials' });
  assert.deepEqual(Object.keys(Object(secret?.['data'])).sort(), ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
  const deployment = await kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'openhands', name: 'openhands' });
  for (const variable of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'BEDROCK_MODEL_ID', 'LLM_MODEL']) {
    assert.ok(JSON.stringify(deployment).includes(`"name":"${variable}"`), variable);
  }
  const environment = await kubernetes.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'openhands', name: 'bedrock-openhands-environment' });
  assert.ok(JSON.stringify(environment?.['data']).includes(model));
}

/** The canaries are the secrets that the sandbox really issued; they may stand in the Secret's data alone. */
async function everySecretIsHidden({ sandbox, kubernetes, directory, printed }: CliStage): Promise<void> {
  const canaries = sandbox.aws.issuedSecrets();
  assert.ok(canaries.length > 1, 'the access key is among them');
  assert.equal(secretsShownIn(printed(), canaries), 0, 'printed');
  for (const file of readdirSync(directory)) assert.equal(secretsShownIn(readFileSync(join(directory, file), 'utf8'), canaries), 0, file);
  assert.equal(secretsShownIn(JSON.stringify(sandbox.audit), canaries), 0, 'audit log');
  assert.equal(secretsShownIn(JSON.stringify(sandbox.aws.snapshot()), canaries), 0, 'AWS: descriptions, tags');
  const kinds = [['v1', 'Secret'], ['v1', 'ConfigMap'], ['v1', 'Event'], ['v1', 'Pod'], ['apps/v1', 'Deployment'], ['apps/v1', 'ReplicaSet'], ['apps/v1', 'ControllerRevision'], ['coordination.k8s.io/v1', 'Lease'], ['external-secrets.io/v1', 'ExternalSecret'], ['external-secrets.io/v1', 'ClusterSecretStore']] as const;
  for (const [apiVersion, kind] of kinds) {
    for (const object of await kubernetes.list(apiVersion, kind)) {
      // Everything but the Secret's data: events, status, managedFields and last-applied annotations too.
      assert.equal(secretsShownIn(JSON.stringify(withoutData(object)), canaries), 0, `${kind} ${object.metadata.name}`);
    }
  }
  for (const pod of await kubernetes.list('v1', 'Pod', { namespace: 'openhands' })) {
    const log = await kubernetes.podLogs('openhands', pod.metadata.name ?? '').catch(() => ''); // none while its container is being made
    assert.equal(secretsShownIn(log, canaries), 0, `log of ${pod.metadata.name}`);
  }
}

function withoutData(object: KubernetesObject): unknown {
  if (object.kind !== 'Secret') return object;
  const { data: _, ...rest } = object;
  return rest;
}
