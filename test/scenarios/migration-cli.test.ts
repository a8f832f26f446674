import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { declarationText } from '../../src/cli/demo/story.ts';
import { onStage } from '../cli/stage.ts';

const withKey = declarationText({ account: '123456789012', model: 'us.anthropic.claude-sonnet-4-6', layout: 'single' }).replace('client: openhands', 'client: aws-sdk');
const issuer = 'https://oidc.lolice.example';

test('migrate at the command line: apply points to it, --plan shows the way, --to takes what the cluster says, status, --undo', () =>
  onStage({ issuer }, async (stage) => {
    const file = join(stage.directory, 'bedrock-access.yaml');
    writeFileSync(file, withKey);
    assert.equal((await stage.run(['apply'])).code, 0);
    await stage.kubernetes.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'openhands', name: 'default' } }).catch(() => undefined);

    const plan = await stage.run(['migrate', '--to', 'webIdentity', '--plan']);
    assert.equal(plan.code, 0, plan.stderr);
    assert.match(plan.stdout, /First, beside what is in use[\s\S]*\+ iam-role bedrock-openhands-role[\s\S]*Then, without the earlier variables[\s\S]*AWS_ACCESS_KEY_ID/);
    assert.equal(plan.stdout.split('+ iam-role bedrock-openhands-role').length, 2, 'what is made first is not shown again');
    assert.match(plan.stdout, /migration to begin, from accessKey to webIdentity/);

    const moved = await stage.run(['migrate', '--to', 'webIdentity', '--silence', '0m']);
    assert.equal(moved.code, 0, moved.stderr + moved.stdout);
    assert.match(moved.stdout, /^waits for: the grace time to end/m);
    assert.match(moved.stderr, /The declaration still says accessKey\. Write into it, in place of its credentials:\nspec:\n {2}credentials:\n {4}webIdentity:\n {6}issuer: https:\/\/oidc\.lolice\.example\n/);

    const status = await stage.run(['status', '--name', 'openhands/openhands']);
    assert.equal(status.code, 0, status.stdout);
    assert.match(status.stdout, /^migration from accessKey to webIdentity$[\s\S]*> remove what only the earlier mode needs/m);
    assert.match((await stage.run(['apply'])).stderr, /migration-under-way/);

    const undo = await stage.run(['migrate', '--undo', '--silence', '0m', '--name', 'openhands/openhands']);
    assert.equal(undo.code, 0, undo.stderr);
    assert.equal((await stage.run(['plan', '--detailed-exitcode'])).code, 0);

    writeFileSync(file, readFileSync(file, 'utf8').replace(/ {2}credentials:[\s\S]*$/, `  credentials: { webIdentity: { issuer: "${issuer}", serviceAccount: default } }\n`));
    assert.match((await stage.run(['apply'])).stderr, /mode-changed[\s\S]*bedrock-access migrate/);
    assert.equal((await stage.run(['migrate', '--grace', '0m', '--silence', '0m'])).code, 0);
    assert.equal((await stage.run(['plan', '--detailed-exitcode'])).code, 0);

    assert.equal((await stage.run(['migrate', '--to', 'accessKey', '--grace', '0m', '--silence', '0m'])).code, 0, 'as an earlier revision had it');
    const bearer = await stage.run(['migrate', '--to', 'apiKey', '--grace', '0m', '--silence', '0m', '--name', 'openhands/openhands']);
    assert.equal(bearer.code, 0, bearer.stderr);
    assert.match(bearer.stderr, /Write into the declaration of openhands\/openhands, in place of its credentials:\nspec:\n {2}names:\n {4}parameter: bedrock-openhands-api-key\n {4}secret: bedrock-api-key\n {2}credentials:\n {4}apiKey:\n/);
    assert.ok(await stage.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'openhands', name: 'bedrock-api-key' }));
    assert.equal(await stage.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'openhands', name: 'bedrock-credentials' }), undefined);

    writeFileSync(join(stage.directory, 'before.yaml'), withKey);
    const printed = await stage.run(['permissions', '-f', 'before.yaml', '--migrate-to', 'bedrock-access.yaml', '--output', 'json']);
    const { permissions } = JSON.parse(printed.stdout);
    assert.equal(permissions.length, 1);
    const text = JSON.stringify(permissions[0].policies);
    assert.ok(text.includes('iam:CreateAccessKey') && text.includes('iam:CreateRole'));

    assert.match((await stage.run(['migrate', '--to', 'nothing'])).stderr, /--to nothing is no mode/);
    assert.match((await stage.run(['migrate', '--set', 'issuer=x'])).stderr, /--set says what the mode of --to needs/);
    assert.match((await stage.run(['migrate', '--to', 'accessKey', '--set', 'secretStore'])).stderr, /is not FIELD=VALUE/);
    const all = stage.printed();
    assert.ok(stage.sandbox.aws.issuedSecrets().every((secret) => !all.includes(secret)));
  }));
