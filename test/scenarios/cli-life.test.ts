import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAws } from '../../src/aws/open.ts';
import { declarationText } from '../../src/cli/demo/story.ts';
import { clusterIdOf } from '../../src/engine/index.ts';
import { Secret } from '../../src/secret.ts';
import { onStage, type CliStage } from '../cli/stage.ts';

/** The life of an access at the command line, each command as a person or CI uses it. */
const text = declarationText({ account: '123456789012', model: 'us.anthropic.claude-sonnet-4-6', layout: 'single' });

function declared(stage: CliStage, declaration = text): void {
  writeFileSync(join(stage.directory, 'bedrock-access.yaml'), declaration);
}

const aws = ({ sandbox, clock }: CliStage) => openAws({ environment: sandbox.environment, region: 'us-west-2', clock, random: () => 0.5 });

test('plan answers with 2 for changes and 0 for none, and only when asked', () =>
  onStage({}, async (stage) => {
    declared(stage);
    assert.equal((await stage.run(['plan'])).code, 0);
    assert.equal((await stage.run(['plan', '--detailed-exitcode'])).code, 2);
    assert.equal((await stage.run(['apply'])).code, 0);
    const again = await stage.run(['plan', '--detailed-exitcode']);
    assert.equal(again.code, 0);
    assert.match(again.stdout, /^No changes: all \d+ resources are as declared\.$/m);
  }));

test('plan as JSON and YAML is the same data, without progress or colours', () =>
  onStage({}, async (stage) => {
    declared(stage);
    const json = await stage.run(['plan', '--output', 'json']);
    const { parse } = await import('yaml');
    const yaml = await stage.run(['plan', '--output', 'yaml']);
    assert.deepEqual(parse(yaml.stdout), JSON.parse(json.stdout));
    assert.equal(JSON.parse(json.stdout).plans[0].summary.create, 9);
    assert.equal(json.stderr, '');
  }));

test('apply as JSON is one RunEvent a line, the summary last', () =>
  onStage({}, async (stage) => {
    declared(stage);
    const { code, stdout } = await stage.run(['apply', '--output', 'json']);
    assert.equal(code, 0);
    const events = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.ok(events.every((event) => event.version === 1 && typeof event.at === 'string'));
    assert.equal(events[0].type, 'planned');
    assert.deepEqual([events.at(-1).type, events.at(-1).command, events.at(-1).outcome], ['summary', 'apply', 'done']);
    const done = events.filter((event) => event.type === 'step-done').length;
    assert.equal(events.at(-1).done, done);
  }));

test('a plan file is executed exactly, and a second time changes nothing', () =>
  onStage({}, async (stage) => {
    declared(stage);
    const plan = await stage.run(['plan', '--out', 'a.plan']);
    assert.match(plan.stderr, /Execute exactly this: bedrock-access apply a\.plan/);
    declared(stage, text.replace('claude-sonnet-4-6', 'claude-sonnet-5')); // what is in the file counts, not what lies beside it
    assert.equal((await stage.run(['apply', 'a.plan'])).code, 0);
    const world = JSON.stringify(stage.sandbox.aws.snapshot());
    assert.ok(world.includes('claude-sonnet-4-6') && !world.includes('claude-sonnet-5'));
    assert.equal((await stage.run(['apply', 'a.plan'])).code, 0);
    assert.equal(JSON.stringify(stage.sandbox.aws.snapshot()), world);
  }));

test('--adopt shows what it takes over, takes it, and plans nothing more', () =>
  onStage({}, async (stage) => {
    declared(stage);
    await aws(stage).iam.createUser({ name: 'bedrock-openhands-user', path: '/service/', tags: {} });
    const plan = await stage.run(['plan', '--adopt']);
    assert.equal(plan.code, 0, plan.stderr);
    assert.match(plan.stdout, /^ {2}= iam-user bedrock-openhands-user/m);
    assert.match(plan.stdout, /1 to adopt/);
    assert.equal((await stage.run(['apply', '--adopt'])).code, 0);
    assert.equal((await stage.run(['plan', '--detailed-exitcode'])).code, 0);
  }));

test('verify reports as text, JSON and JUnit, and answers with 3 when a link is broken', () =>
  onStage({ workloads: 'processes' }, async (stage) => {
    declared(stage);
    assert.equal((await stage.run(['apply'])).code, 0);
    const whole = await stage.run(['verify']);
    assert.equal(whole.code, 0, whole.stdout);
    assert.match(whole.stdout, /^Verified: 7 passed, 0 failed, 1 skipped\.$/m);
    assert.match((await stage.run(['verify', '--no-call'])).stdout, /^skipped +Call/m);

    const { iam } = aws(stage);
    const [key] = (await iam.listAccessKeys('bedrock-openhands-user')) ?? [];
    await iam.setAccessKeyActive('bedrock-openhands-user', key!.id, false);
    const broken = await stage.run(['verify']);
    assert.equal(broken.code, 3);
    assert.match(broken.stdout, /^FAILED +User and key/m);
    assert.match(broken.stdout, /^ +fix: /m);
    const junit = await stage.run(['verify', '--output', 'junit']);
    assert.equal(junit.code, 3);
    assert.match(junit.stdout, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites tests="8" failures="[1-9]/);
    const json = JSON.parse((await stage.run(['verify', '--output', 'json'])).stdout);
    assert.ok(json.accesses[0].checks.some((check: { outcome: string }) => check.outcome === 'failed'));
  }));

test('list and status show what is there; status answers with 3 when something differs', () =>
  onStage({}, async (stage) => {
    declared(stage);
    assert.match((await stage.run(['list'])).stderr, /^No access here/);
    assert.equal((await stage.run(['apply'])).code, 0);
    assert.match((await stage.run(['list'])).stdout, /^openhands +openhands +this +1 complete .*us\.anthropic\.claude-sonnet-4-6 +bedrock-openhands-user$/m);
    const status = await stage.run(['status', '--name', 'openhands/openhands']);
    assert.equal(status.code, 0, status.stdout);
    assert.match(status.stdout, /^revision +1 complete/m);
    await aws(stage).iam.detachUserPolicy('bedrock-openhands-user', 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
    const drifted = await stage.run(['status', '--name', 'openhands/openhands']);
    assert.equal(drifted.code, 3);
    assert.match(drifted.stdout, /^policy-attachment .* missing/m);
  }));

test('list --all-regions finds parameters whose user and revisions are gone', () =>
  onStage({}, async (stage) => {
    const tags = { 'bedrock-access/cluster': await clusterIdOf(stage.kubernetes), 'bedrock-access/namespace': 'reports', 'bedrock-access/name': 'left' };
    await aws(stage).ssm('eu-west-1').putParameter({ name: 'bedrock-left-credentials', value: new Secret('{}'), description: '', overwrite: false, tags });
    assert.match((await stage.run(['list'])).stderr, /^No access here/);
    const everywhere = await stage.run(['list', '--all-regions']);
    assert.match(everywhere.stderr, /every region/);
    assert.match(everywhere.stdout, /^reports +left +this +- +eu-west-1/m);
  }));

test('rollback returns to the model before', () =>
  onStage({}, async (stage) => {
    declared(stage);
    assert.equal((await stage.run(['apply'])).code, 0);
    declared(stage, text.replace('claude-sonnet-4-6', 'claude-sonnet-5'));
    assert.equal((await stage.run(['apply'])).code, 0);
    const back = await stage.run(['rollback']);
    assert.equal(back.code, 0, back.stderr);
    const environment = await stage.kubernetes.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'openhands', name: 'bedrock-openhands-environment' });
    assert.match(JSON.stringify(environment?.['data']), /claude-sonnet-4-6/);
  }));

test('destroy shows what goes, asks for the name, and goes by it', () =>
  onStage({}, async (stage) => {
    declared(stage);
    assert.equal((await stage.run(['apply'])).code, 0);
    const wrong = await stage.run(['destroy', '--name', 'openhands/openhands'], { terminal: true, answers: ['openhand'], environment: { NO_COLOR: '1' } });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /- iam-user bedrock-openhands-user/);
    assert.match(wrong.stderr, /Type the name of the access \(openhands\) to remove it: /);
    assert.match(wrong.stderr, /confirmation-mismatch.*"openhand" is not "openhands": nothing was removed/);
    const gone = await stage.run(['destroy', '--name', 'openhands/openhands'], { terminal: true, answers: ['openhands'] });
    assert.equal(gone.code, 0, gone.stderr);
    assert.deepEqual(await aws(stage).iam.getUser('bedrock-openhands-user'), undefined);
  }));

test('what destroy says it takes is ours: variables of others stay and are not named', () =>
  onStage({}, async (stage) => {
    declared(stage);
    assert.equal((await stage.run(['apply'])).code, 0);
    const { stdout } = await stage.run(['destroy', '--yes', '--output', 'json']);
    assert.match(stdout, /env BEDROCK_MODEL_ID of openhands/);
    assert.doesNotMatch(stdout, /LOG_ALL_EVENTS/);
  }));

test('nobody answering the question is an interruption, and removes nothing', () =>
  onStage({}, async (stage) => {
    declared(stage);
    assert.equal((await stage.run(['apply'])).code, 0);
    const { code } = await stage.run(['destroy'], { terminal: true, answers: [] });
    assert.equal(code, 130);
    assert.ok(await aws(stage).iam.getUser('bedrock-openhands-user'));
  }));

test('Ctrl-C lets the step at hand finish, says what is done and how to go on; the same command goes on', () =>
  onStage({}, async (stage) => {
    declared(stage);
    const interrupt = new AbortController();
    const clock = {
      now: () => stage.clock.now(),
      // The first wait of the run is for the ExternalSecret: by then some steps are done, and some are not.
      sleep: async (milliseconds: number, signal?: AbortSignal) => {
        interrupt.abort(new Error('interrupted'));
        await stage.clock.sleep(milliseconds, signal);
      },
    };
    const stopped = await stage.run(['apply'], { signal: interrupt.signal, clock });
    assert.equal(stopped.code, 130, stopped.stderr);
    assert.match(stopped.stdout, /^Interrupted: apply: \d+ steps? done/m);
    assert.match(stopped.stdout, /^Not done: .*workload-environment/m);
    assert.match(stopped.stderr, /^Go on with: bedrock-access apply$/m);
    assert.equal((await stage.run(['apply'])).code, 0);
    assert.equal((await stage.run(['plan', '--detailed-exitcode'])).code, 0);
    assert.equal((await aws(stage).iam.listAccessKeys('bedrock-openhands-user'))?.length, 1);
  }));

test('two accesses of one file are applied one after the other', () =>
  onStage({}, async (stage) => {
    await stage.kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'reports' } }, { fieldManager: 'kubectl' });
    const deployment = await stage.kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'openhands', name: 'openhands' });
    await stage.kubernetes.apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'reports', namespace: 'reports' }, spec: deployment?.['spec'] }, { fieldManager: 'kubectl' });
    const other = text.replaceAll('name: openhands', 'name: reports').replace('namespace: openhands', 'namespace: reports').replace(', create: true', '').replace('client: openhands', 'client: aws-sdk');
    declared(stage, `${text}---\n${other}`);
    const { code, stderr } = await stage.run(['apply']);
    assert.equal(code, 0, stderr);
    assert.match((await stage.run(['list'])).stdout, /^reports +reports/m);
  }));

test('what accesses have in common, their store above all, is said once by a plan of them all', () =>
  onStage({}, async (stage) => {
    declared(stage);
    assert.equal((await stage.run(['apply'])).code, 0);
    const others = ['one', 'two'].map((name) => text.replaceAll('name: openhands', `name: ${name}`).replace(', create: true', '').replace('client: openhands', 'client: aws-sdk'));
    declared(stage, others.map((other, index) => other.replace('spec:', `spec:\n  names: { secret: secret-${index} }`)).join('---\n'));
    const { stderr, stdout } = await stage.run(['plan']);
    assert.match(stdout, /^openhands\/one [^]*^openhands\/two /m);
    assert.equal(stderr.match(/info\[secret-store-identity-undecided\]/g)?.length, 1, stderr);
  }));
