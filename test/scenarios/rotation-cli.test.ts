import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { declarationText } from '../../src/cli/demo/story.ts';
import { onStage } from '../cli/stage.ts';

const text = declarationText({ account: '123456789012', model: 'us.anthropic.claude-sonnet-4-6', layout: 'single' }).replace('client: openhands', 'client: aws-sdk');

test('rotate at the command line: plan, now, status, undo, and what waits with its date', () =>
  onStage({}, async (stage) => {
    writeFileSync(join(stage.directory, 'bedrock-access.yaml'), text);
    assert.equal((await stage.run(['apply'])).code, 0);
    const plan = await stage.run(['rotate', '--plan']);
    assert.equal(plan.code, 0, plan.stderr);
    assert.match(plan.stdout, /\+ access-key of bedrock-openhands-user/);
    assert.match(plan.stdout, /\+ key-proof/);
    assert.match(plan.stdout, /rotation {2}none under way/);

    const none = await stage.run(['rotate', '--due']);
    assert.equal(none.code, 0, none.stderr);
    assert.match(none.stdout, /waits for: a person \(`rotate --now`\)/);

    const now = await stage.run(['rotate', '--now']);
    assert.equal(now.code, 0, now.stderr);
    assert.match(now.stdout, /^Done: rotate: \d+ steps done/m);
    assert.match(now.stdout, /^next: after 2026-11-25T/m);

    const status = await stage.run(['status']);
    assert.equal(status.code, 0, status.stdout);
    assert.match(status.stdout, /^rotation {2}from AKIA\w+ to AKIA\w+$/m);
    assert.match(status.stdout, /^ {2}> delete the old key after the grace time$/m);
    const json = JSON.parse((await stage.run(['status', '--output', 'json'])).stdout);
    assert.equal(json.accesses[0].rotation.phase, 'delete');

    const undo = await stage.run(['rotate', '--undo', '--name', 'openhands/openhands']);
    assert.equal(undo.code, 0, undo.stderr);
    assert.equal((await stage.run(['rotate', '--now', '--undo'])).code, 1);
    assert.match((await stage.run(['rotate', '--grace', 'soon'])).stderr, /--grace soon: a duration is needed/);
    const printed = stage.printed();
    assert.ok(stage.sandbox.aws.issuedSecrets().every((secret) => !printed.includes(secret)));
  }));
