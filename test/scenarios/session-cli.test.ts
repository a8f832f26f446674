import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { declarationText } from '../../src/cli/demo/story.ts';
import { onStage } from '../cli/stage.ts';

const administrator = 'arn:aws:iam::123456789012:user/sandbox/administrator';

const text = declarationText({ account: '123456789012', model: 'us.anthropic.claude-sonnet-4-6', layout: 'single' })
  .replace('client: openhands', 'client: aws-sdk')
  .replace(/ {4}accessKey:\n(?: {6}.*\n)+/, `    session: { renewer: "${administrator}", delivery: credential-process }\n`);

test('a session at the command line: applied, renewed when it is due or asked for, seen in status and list, and never shown', () =>
  // Sessions end by the wall clock, so the world's is set by it.
  onStage({ now: new Date() }, async (stage) => {
    writeFileSync(join(stage.directory, 'bedrock-access.yaml'), text);
    const early = await stage.run(['session', 'renew']);
    assert.notEqual(early.code, 0);
    assert.match(early.stderr, /^error\[session-mode-missing\]/m);

    const plan = await stage.run(['plan']);
    assert.match(plan.stdout, /\+ session-secret bedrock-openhands-session/, plan.stdout + plan.stderr);
    const apply = await stage.run(['apply']);
    assert.equal(apply.code, 0, apply.stderr);

    const left = await stage.run(['session', 'renew', '--name', 'openhands/openhands']);
    assert.equal(left.code, 0, left.stderr);
    assert.match(left.stdout, /^openhands\/openhands: more than half of it is left, until .*; due /m);
    const now = await stage.run(['session', 'renew', '--now', '--output', 'json']);
    assert.equal(now.code, 0, now.stderr);
    const { sessions } = JSON.parse(now.stdout);
    assert.deepEqual([sessions.length, sessions[0].namespace, sessions[0].name, sessions[0].renewed], [1, 'openhands', 'openhands', true]);
    assert.equal(Date.parse(sessions[0].endsAt) - Date.parse(sessions[0].dueAt), 1_800_000);

    const verify = await stage.run(['verify']);
    assert.equal(verify.code, 0, verify.stdout + verify.stderr);
    assert.match(verify.stdout, /Secret openhands\/bedrock-openhands-session holds a session for \d+ more minutes/);
    const status = await stage.run(['status']);
    assert.equal(status.code, 0, status.stdout);
    assert.match(status.stdout, /session-secret +bedrock-openhands-session +in place/);
    assert.match((await stage.run(['list'])).stdout, /bedrock-openhands-role/);
    const permissions = await stage.run(['permissions']);
    assert.match(permissions.stdout, /sts:AssumeRole/);
    assert.match(permissions.stdout, /bedrock-openhands-session/);

    const printed = stage.printed();
    const elsewhere = JSON.stringify(Object.entries(stage.sandbox.kubernetes.snapshot()).filter(([name]) => !name.startsWith('Secret/')));
    const encoded = (secret: string): readonly string[] => [secret, Buffer.from(secret).toString('base64').slice(0, -4)];
    assert.ok(stage.sandbox.aws.issuedSecrets().flatMap(encoded).every((secret) => !printed.includes(secret) && !elsewhere.includes(secret)));

    assert.match((await stage.run(['session', 'dance'])).stderr, /dance is nothing that can be done with a session/);
    assert.match((await stage.run(['session', 'serve'])).stderr, /needs --session-file and --token-file/);
    assert.match((await stage.run(['session', 'serve', '--session-file', 'a', '--token-file', 'b', '--port', 'x'])).stderr, /--port x is no port/);
    const gone = await stage.run(['destroy', '--name', 'openhands/openhands', '--yes']);
    assert.equal(gone.code, 0, gone.stderr);
    assert.deepEqual(stage.sandbox.aws.snapshot(), {});
  }));

test('a short-term API key at the command line is named apiKey, as its declaration has it: by the plan of a migration, in its words and as what --to asks for', () =>
  onStage({ now: new Date() }, async (stage) => {
    const times = ['--silence', '0m', '--name', 'openhands/openhands'];
    writeFileSync(join(stage.directory, 'bedrock-access.yaml'), declarationText({ account: '123456789012', model: 'us.anthropic.claude-sonnet-4-6', layout: 'single' }).replace('client: openhands', 'client: boto3'));
    assert.equal((await stage.run(['apply'])).code, 0);
    const short = ['--to', 'apiKey', '--set', 'term=short', '--set', `renewer=${administrator}`];
    const plan = await stage.run(['migrate', ...short, '--plan', ...times]);
    assert.match(plan.stdout, /migration to begin, from accessKey to apiKey$/m, plan.stderr);
    const moved = await stage.run(['migrate', ...short, ...times, '--grace', '0m']);
    assert.equal(moved.code, 0, moved.stderr);
    assert.match(moved.stderr, /spec:\n {2}credentials:\n {4}apiKey:\n {6}term: short\n {6}renewer: arn:aws:iam/);
    assert.match((await stage.run(['migrate', '--to', 'apiKey', '--plan', ...times])).stdout, /none under way; the mode in use is apiKey$/m);
    assert.match((await stage.run(['rotate', '--name', 'openhands/openhands'])).stderr, /of the mode apiKey \(term: short\), and/);
    assert.match((await stage.run(['apply'])).stderr, /error\[mode-changed\].*with credentials of the mode apiKey, and the declaration now says accessKey/);
    assert.equal((await stage.run(['migrate', '--to', 'accessKey', ...times])).code, 0);
    assert.match((await stage.run(['status', '--name', 'openhands/openhands'])).stdout, /^migration from apiKey to accessKey$/m);
    assert.match((await stage.run(['plan'])).stderr, /on its way from apiKey to accessKey/);
    assert.equal((await stage.run(['migrate', '--undo', ...times])).code, 0);
    const said = stage.printed();
    assert.doesNotMatch(said, /from session|to session|mode session/);
  }));
