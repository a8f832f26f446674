import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parseAccess } from '../../src/access/parse.ts';
import { declaration } from './declaration.ts';
import { assertGolden } from './golden.ts';
import { runCli } from './run-cli.ts';

suite('policy', () => {
  test('one access gives a document that is nothing but JSON', async () => {
    const { code, stdout } = await runCli(['policy', '-f', '-'], { stdin: declaration() });
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout).Version, '2012-10-17');
  });

  test('--explain says which statement serves which model', async () => {
    const { code, stdout } = await runCli(['policy', '--explain', '-f', '-'], { stdin: declaration() });
    assert.equal(code, 0);
    assertGolden('policy-explain.txt', stdout.trimEnd());
  });

  test('structured output names the access of each document', async () => {
    const { stdout } = await runCli(['policy', '-f', '-', '--output', 'json'], { stdin: declaration() });
    const { policies } = JSON.parse(stdout);
    assert.deepEqual(policies[0].access, { name: 'openhands', namespace: 'openhands' });
    assert.equal(policies[0].documents.length, 1);
    assert.equal(policies[0].serves, undefined);
  });
});

suite('init', () => {
  const inFolder = async (run: (directory: string) => Promise<void>): Promise<void> => {
    const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-init-'));
    try {
      await run(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

  test('what it writes is a declaration without a problem, for any name', async () => {
    for (const name of ['openhands', 'reports']) {
      const { code, stdout } = await runCli(['init', '--out', '-', '--name', name, '--region', 'us-east-1']);
      assert.equal(code, 0);
      const { accesses, findings } = parseAccess(stdout);
      assert.deepEqual(findings.filter(({ severity }) => severity === 'error'), []);
      assert.deepEqual(accesses[0]!.access.metadata, { name, namespace: name });
    }
  });

  test('the file that other commands read by default is written, and never overwritten unasked', () =>
    inFolder(async (directory) => {
      const first = await runCli(['init'], { directory });
      assert.equal(first.code, 0);
      assert.match(first.stderr, /^Written to bedrock-access\.yaml\. Next: bedrock-access plan/);
      const before = readFileSync(join(directory, 'bedrock-access.yaml'), 'utf8');
      const second = await runCli(['init', '--name', 'other'], { directory });
      assert.equal(second.code, 1);
      assert.match(second.stderr, /^error\[file-unwritable\]: cannot write bedrock-access\.yaml\ncause: It exists already\.\nfix: .*--force/);
      assert.equal(readFileSync(join(directory, 'bedrock-access.yaml'), 'utf8'), before);
      assert.equal((await runCli(['init', '--name', 'other', '--force'], { directory })).code, 0);
      assert.equal((await runCli(['policy'], { directory })).code, 0);
    }));
});
