import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { commands } from '../../src/cli/commands.ts';
import { errorPages } from '../../src/errors/pages.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { runCli } from './run-cli.ts';

suite('the command line', () => {
  test('--help lists every command on stdout', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const { name } of commands) assert.match(stdout, new RegExp(`^  ${name}\\b`, 'm'));
  });

  test('--version prints the version and nothing else', async () => {
    assert.deepEqual(await runCli(['--version']), { code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });

  test('no command prints the help', async () => {
    const { code, stdout, stderr } = await runCli([]);
    assert.equal(code, 1);
    assert.match(stdout + stderr, /^Usage: bedrock-access/m);
  });

  test('an unknown command is an error with the nearest, exit code 1', async () => {
    assert.deepEqual(await runCli(['aply']), {
      code: 1,
      stdout: '',
      stderr: `error[usage]: unknown command 'aply'\ncause: Did you mean apply?\nfix: bedrock-access --help\ndocs: https://github.com/bedrock-access/bedrock-access/blob/main/docs/errors/usage.md\n`,
    });
  });

  test("an unknown option points to that command's help", async () => {
    const { code, stdout, stderr } = await runCli(['plan', '--bogus']);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^error\[usage\]: unknown option '--bogus'\n.*\nfix: bedrock-access plan --help\n/s);
  });

  test('shared options stand before or after the command', async () => {
    const before = await runCli(['--output', 'json', 'explain', 'usage']);
    const after = await runCli(['explain', 'usage', '--output', 'json']);
    assert.equal(before.stdout, after.stdout);
    assert.equal(JSON.parse(before.stdout).id, 'usage');
  });
});

suite('explain', () => {
  test('an id gives cause, fix and page', async () => {
    const { code, stdout } = await runCli(['explain', 'confirmation-required']);
    assert.equal(code, 0);
    assert.match(stdout, /^confirmation-required\n.*\ncause: .*\nfix: .*\nlies with: .*\ndocs: https/s);
  });

  test('the id may be pasted as the error shows it', async () => {
    assert.equal((await runCli(['explain', 'error[usage]:'])).stdout, (await runCli(['explain', 'usage'])).stdout);
  });

  test('without an id all are listed', async () => {
    const { stdout } = await runCli(['explain']);
    for (const id of Object.keys(errorPages)) assert.match(stdout, new RegExp(`^${id} `, 'm'));
  });

  test('an unknown id names the nearest', async () => {
    const { code, stderr } = await runCli(['explain', 'file-unreadble']);
    assert.equal(code, 1);
    assert.match(stderr, /^error\[unknown-id\]: no error has the id file-unreadble\ncause: Did you mean file-unreadable/);
  });
});

suite('completion', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    test(`${shell} knows every command`, async () => {
      const { code, stdout } = await runCli(['completion', shell]);
      assert.equal(code, 0);
      for (const { name } of commands) assert.match(stdout, new RegExp(`\\b${name}\\b`));
    });
  }

  test('another shell is refused', async () => {
    const { code, stderr } = await runCli(['completion', 'tcsh']);
    assert.equal(code, 1);
    assert.match(stderr, /^error\[usage\]: no completion for tcsh\n/);
  });
});

suite('models', () => {
  test('--region shows what can be called from there, as text and as JSON', async () => {
    const { code, stdout } = await runCli(['models', '--region', 'us-west-2', '--lifecycle', 'active', '--output', 'json']);
    assert.equal(code, 0);
    const { models } = JSON.parse(stdout);
    assert.ok(models.some((model: { id: string }) => model.id === 'us.anthropic.claude-sonnet-4-6'));
    assert.ok(models.every((model: { lifecycle: string; sourceRegions: string[] }) => model.lifecycle === 'ACTIVE' && model.sourceRegions.includes('us-west-2')));
    assert.match((await runCli(['models', '--region', 'us-west-2'])).stdout, /^ID .*LIFECYCLE/);
  });

  test('an ended model is listed with its date', async () => {
    assert.match((await runCli(['models', '--lifecycle', 'ended'])).stdout, /^us\.anthropic\.claude-3-7-sonnet-20250219-v1:0 +ENDED +2026-04-28/m);
  });

  test('YAML is what JSON is', async () => {
    const { parse } = await import('yaml');
    const [yaml, json] = await Promise.all([runCli(['models', '--output', 'yaml']), runCli(['models', '--output', 'json'])]);
    assert.deepEqual(parse(yaml.stdout), JSON.parse(json.stdout));
  });

  test('a region that does not exist is refused with the nearest', async () => {
    const { code, stderr } = await runCli(['models', '--region', 'asia-northeast-1']);
    assert.equal(code, 1);
    assert.match(stderr, /^error\[unknown-region\]: asia-northeast-1 is not an AWS region\ncause: Did you mean ap-northeast-1\?\nfix: bedrock-access models --region ap-northeast-1\n/);
  });
});
