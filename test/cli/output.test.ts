import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { countBySeverity, renderFinding, renderFindings } from '../../src/cli/output/finding.ts';
import { renderJunit } from '../../src/cli/output/junit.ts';
import { paintFor, wantsColor } from '../../src/cli/output/paint.ts';
import { hasChanges, renderPlan, summaryLine } from '../../src/cli/output/plan.ts';
import { renderProgress, renderSummary } from '../../src/cli/output/progress.ts';
import { table } from '../../src/cli/output/table.ts';
import { displayWidth, printable } from '../../src/cli/output/text.ts';
import { renderCheck, renderVerdict } from '../../src/cli/output/verify.ts';
import type { Plan, RunEvent, Step, VerifyCheck } from '../../src/engine/types.ts';
import type { Finding } from '../../src/finding.ts';
import { assertGolden } from './golden.ts';

const plain = paintFor(false);
const colored = paintFor(true);

const profileRequired: Finding = {
  id: 'profile-required',
  severity: 'error',
  message: 'anthropic.claude-sonnet-4-6 cannot be invoked by its bare id in us-west-2',
  cause: 'The model has no on-demand throughput there; it is called through an inference profile.',
  remedy: 'id: us.anthropic.claude-sonnet-4-6',
  place: { file: 'access.yaml', line: 3, column: 17, field: 'spec.models[0].id' },
};
const source = 'spec:\n  region: us-west-2\n  models: [{ id: anthropic.claude-sonnet-4-6 }] # 既定\n';

function step(action: Step['action'], kind: string, name: string, where: Step['where'], more: Partial<Step> = {}): Step {
  return { id: `${action} ${kind}`, action, kind, key: kind, name, where, differences: [], after: [], before: '', ...more };
}

function planOf(steps: readonly Step[]): Plan {
  const count = (action: Step['action']): number => steps.filter((one) => one.action === action).length;
  return {
    access: { name: 'openhands', namespace: 'openhands' },
    account: '123456789012',
    region: 'us-west-2',
    cluster: 'c1',
    catalogDate: '2026-11-24',
    accessDigest: 'd',
    steps,
    findings: [],
    summary: { create: count('create'), update: count('update'), replace: count('replace'), delete: count('delete'), adopt: count('adopt'), unchanged: count('none') },
  };
}

const everyAction = planOf([
  step('create', 'iam-user', 'bedrock-openhands-user', 'aws', { differences: [{ field: 'path', to: '/service/' }, { field: 'tags', to: 'bedrock-access/name=openhands' }] }),
  step('update', 'managed-policy', 'bedrock-openhands-policy', 'aws', { differences: [{ field: 'policy document', from: '{"Statement":[]}', to: '{"Statement":[{}]}' }] }),
  step('adopt', 'ssm-parameter', 'bedrock-access-key-id', 'aws', { reason: 'not ours yet' }),
  step('none', 'policy-attachment', 'bedrock-openhands-policy', 'aws'),
  step('replace', 'application-inference-profile', 'openhands-default', 'aws', { differences: [{ field: 'copy from', from: 'us.a', to: 'us.b' }] }),
  step('delete', 'external-secret', 'old-credentials', 'kubernetes', { reason: 'not in the declaration any more' }),
  step('create', 'workload-environment', 'Deployment openhands', 'kubernetes', { differences: [{ field: 'env AWS_REGION', to: '(from ConfigMap bedrock-openhands-environment)' }] }),
]);

suite('findings', () => {
  test('a finding shows its place, the line with a caret, cause, fix and docs', () => {
    assertGolden('finding.txt', renderFinding(profileRequired, plain, () => source));
  });

  test('the caret stands under its column after tabs and wide characters', () => {
    const lines = renderFinding({ ...profileRequired, place: { file: 'a', line: 1, column: 5 } }, plain, () => '\t名前: x').split('\n');
    assert.deepEqual(lines.slice(2, 4), ['    1 | \t名前: x', '      | \t     ^']);
  });

  test('a long line is cut around its column', () => {
    const lines = renderFinding({ ...profileRequired, place: { file: 'a', line: 1, column: 301 } }, plain, () => `${'x'.repeat(300)}!${'y'.repeat(300)}`).split('\n');
    assert.ok(lines[2]!.length < 140, lines[2]);
    assert.equal(lines[2]![lines[3]!.indexOf('^')], '!');
  });

  test('a file that cannot be read leaves the place without its line', () => {
    assert.match(renderFinding(profileRequired, plain), /^ {2}access\.yaml:3:17 \(spec\.models\[0\]\.id\)\ncause: /m);
  });

  test('several findings end with the errors and a count', () => {
    const findings: Finding[] = [profileRequired, { ...profileRequired, id: 'model-legacy', severity: 'warning' }];
    const text = renderFindings(findings, plain);
    assert.ok(text.indexOf('warning[model-legacy]') < text.indexOf('error[profile-required]'));
    assert.match(text, /\n\n1 error, 1 warning$/);
    assert.equal(countBySeverity([profileRequired, profileRequired]), '2 errors');
  });

  test('control characters of a name cannot rewrite the terminal', () => {
    const text = renderFinding({ ...profileRequired, message: 'name \u001b[2J\u202e evil' }, plain, () => '');
    assert.match(text, /name \\u001b\[2J\\u202e evil/);
    assert.equal(printable('a\tb\nc'), 'a\tb\nc');
  });
});

suite('plans', () => {
  test('each action has its sign, each side its heading, and a line counts', () => assertGolden('plan.txt', renderPlan(everyAction, plain)));

  test('colours add nothing but colours', () => {
    const text = renderPlan(everyAction, colored);
    assert.ok(text.includes('\u001b[32m  +\u001b[39m iam-user'));
    assert.equal(stripVTControlCharacters(text), renderPlan(everyAction, plain));
  });

  test('a long change stands on two lines, from where the two differ; a short one on one', () => {
    const [same, other] = ['Allow bedrock:InvokeModel, bedrock:InvokeModelWithResponseStream on arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.', 'Allow nothing'];
    const lines = (differences: Step['differences']): readonly string[] => renderPlan(planOf([step('update', 'managed-policy', 'p', 'aws', { differences })]), plain).split('\n').slice(4, -2);
    assert.deepEqual(lines([{ field: 'statement A', from: `${same}a, ${same}b`, to: `${same}c` }]), [
      '        statement A',
      `          from  … arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.a, ${same}b`.slice(0, 16 + 157) + '…',
      '          to    … arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.c',
    ]);
    assert.deepEqual(lines([{ field: 'statement A', from: `${same}a`, to: `${other} ${same}` }]).slice(1), [`          from  ${same}a`, `          to    ${other} ${same}`]);
    assert.deepEqual(lines([{ field: 'language', from: 'a', to: 'b' }]), ['        language  a -> b']);
  });

  test('no changes are said in one line', () => {
    const unchanged = planOf([step('none', 'iam-user', 'u', 'aws')]);
    assert.equal(summaryLine(unchanged), 'No changes: the one resource is as declared.');
    const store = { ...step('none', 'secret-store', 's', 'kubernetes'), reason: 'made by others' };
    assert.equal(summaryLine(planOf([step('none', 'iam-user', 'u', 'aws'), step('none', 'iam-user', 'v', 'aws'), store])), 'No changes: all 2 resources are as declared, 1 of others.');
    assert.match(summaryLine(planOf([step('create', 'iam-user', 'u', 'aws'), store])), /: 1 to create, .*, 0 unchanged, 1 of others\.$/);
    assert.equal(hasChanges(unchanged), false);
    assert.equal(hasChanges(everyAction), true);
  });
});

suite('progress', () => {
  const at = '2026-11-24T09:00:00.000Z';
  const events: RunEvent[] = [
    { version: 1, at, type: 'step-done', step: 'create user', action: 'create', kind: 'iam-user', name: 'bedrock-openhands-user', milliseconds: 42 },
    { version: 1, at, type: 'waiting', for: 'Deployment openhands to roll out: 0 of 1 pods ready' },
    { version: 1, at, type: 'step-failed', step: 'create key', action: 'create', kind: 'access-key', name: 'access key', finding: { ...profileRequired, id: 'aws-throttled', message: 'AWS asked to wait' } },
  ];
  test('what is done, awaited and failed is one line each, a failure with its remedy', () => {
    assertGolden('progress.txt', events.map((event) => renderProgress(event, plain)).join('\n'));
  });

  test('the closing line says what was done and what was not', () => {
    const summary = { version: 1, at, type: 'summary', command: 'apply', outcome: 'interrupted', done: 3, failed: 0, left: ['access-key', 'ssm-parameter'], awsCalls: 7 } as const;
    assert.equal(renderSummary(summary, plain), 'Interrupted: apply: 3 steps done, 7 AWS calls.\nNot done: access-key, ssm-parameter.');
    assert.equal(renderSummary({ ...summary, outcome: 'done', done: 1, left: [], awsCalls: 1 }, plain), 'Done: apply: 1 step done, 1 AWS call.');
  });
});

suite('verify', () => {
  const checks: VerifyCheck[] = [
    { id: 'user-and-key', title: 'User and key', outcome: 'passed', detail: 'bedrock-openhands-user has one active key', findings: [], milliseconds: 12 },
    { id: 'call', title: 'Real call', outcome: 'failed', detail: '403 <AccessDenied> & "more"', findings: [profileRequired], milliseconds: 1500 },
    { id: 'streamed-call', title: 'Streamed call', outcome: 'skipped', detail: 'the call before failed', findings: [], milliseconds: 0 },
  ];
  test('text names each check and its findings below it', () => assertGolden('verify.txt', [...checks.map((check) => renderCheck(check, plain)), renderVerdict(checks, plain)].join('\n')));

  test('JUnit has a case per check, escaped', () => assertGolden('verify.junit.xml', renderJunit([{ name: 'openhands/openhands', checks }])));
});

suite('tables and colours', () => {
  test('columns align with wide characters, empty cells are dashes', () => {
    assert.equal(table(['name', 'model'], [['既定', 'a'], ['x', '']], plain), 'NAME  MODEL\n既定  a\nx     -');
    assert.equal(displayWidth('既定é'), 5);
  });

  test('colours follow NO_COLOR, FORCE_COLOR, --no-color, CI and the terminal', () => {
    const terminal = { isTTY: true };
    const pipe = { isTTY: false };
    assert.equal(wantsColor(terminal, {}, true), true);
    assert.equal(wantsColor(pipe, {}, true), false);
    assert.equal(wantsColor(terminal, { NO_COLOR: '1' }, true), false);
    assert.equal(wantsColor(terminal, { NO_COLOR: '' }, true), true);
    assert.equal(wantsColor(terminal, { CI: 'true' }, true), false);
    assert.equal(wantsColor(terminal, { TERM: 'dumb' }, true), false);
    assert.equal(wantsColor(pipe, { FORCE_COLOR: '1' }, true), true);
    assert.equal(wantsColor(terminal, { FORCE_COLOR: '0' }, true), false);
    assert.equal(wantsColor(terminal, { FORCE_COLOR: '1' }, false), false);
  });
});
