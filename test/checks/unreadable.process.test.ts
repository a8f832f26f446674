/** Files that this user may not read. Where the tests run as root, who may read everything, the program runs as root without that privilege. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { declarationFor, tfactionRepositories } from '../repositories/export/repositories.ts';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
/** `setpriv` of util-linux takes from root what lets it pass over modes; the program is still read by who owns it, wherever it lies. */
const overModes = '-dac_override,-dac_read_search';
const plain = [process.execPath, main] as const;
const [command, ...before] = process.getuid?.() === 0 ? (['setpriv', `--inh-caps=${overModes}`, `--bounding-set=${overModes}`, ...plain] as const) : plain;

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** In a folder of its own with files, of which some get another mode. */
function inFolder(files: Readonly<Record<string, string>>, modes: Readonly<Record<string, number>>, work: (run: (...argv: readonly string[]) => Run, directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-unreadable-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    for (const [path, mode] of Object.entries(modes)) chmodSync(join(directory, path), mode);
    const run = (...argv: readonly string[]): Run => {
      const { error, ...ran } = spawnSync(command, [...before, ...argv], { cwd: directory, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: directory } });
      assert.ifError(error);
      return ran;
    };
    const { status, stderr } = run('--version');
    assert.equal(status, 0, stderr);
    work(run, directory);
  } finally {
    for (const path of Object.keys(modes)) if (existsSync(join(directory, path))) chmodSync(join(directory, path), 0o755);
    rmSync(directory, { recursive: true, force: true });
  }
}

test('check passes over files and folders that this user may not read, says so, and checks the rest', () => {
  inFolder(
    {
      'terraform/a.tf': 'variable "region" {\n  default = "us-west-2"\n}\n',
      'terraform/b.tf': 'variable "bedrock_region" {\n  default = "asia-northeast-1"\n}\n',
      'terraform/c.tf.json': '{}\n',
      'terraform/closed/d.tf': 'locals {}\n',
      'manifests/a.yaml': 'kind: A\n',
    },
    { 'terraform/a.tf': 0, 'terraform/c.tf.json': 0, 'terraform/closed': 0, 'manifests/a.yaml': 0 },
    (run) => {
      const { status, stdout, stderr } = run('check', '--terraform', 'terraform', '--manifests', 'manifests', '--output', 'json');
      assert.equal(status, 3, stderr);
      const { findings }: { findings: { rule: string; severity: string; file: string; cause: string }[] } = JSON.parse(stdout);
      assert.deepEqual(
        findings.filter(({ rule }) => rule === 'file-unreadable').map(({ severity, file, cause }) => `${severity} ${file}: ${cause}`).sort(),
        ['manifests/a.yaml', 'terraform/a.tf', 'terraform/c.tf.json', 'terraform/closed'].map((file) => `warning ${file}: this user may not read it`),
      );
      assert.deepEqual(findings.filter(({ rule }) => rule !== 'file-unreadable').map(({ rule, file }) => `${rule} ${file}`), ['unknown-region terraform/b.tf']);
    },
  );
});

test('check of a folder or a declaration that may not be read at all is an error', () => {
  inFolder({ 'terraform/a.tf': 'locals {}\n', 'access.yaml': declarationFor('openhands') }, { terraform: 0, 'access.yaml': 0 }, (run) => {
    const { status, stdout } = run('check', '--terraform', 'terraform', '-f', 'access.yaml');
    assert.equal(status, 3);
    assert.match(stdout, /error\[file-unreadable\]: terraform was passed over\n.*\ncause: this user may not read it/);
    assert.match(stdout, /error\[file-unreadable\]: access\.yaml was passed over\n.*\ncause: this user may not read it/);
  });
});

test('export refuses what this user may not read or write, and writes nothing', () => {
  const places = ['--terraform', 'infra/terraform/aws/openhands', '--manifests', 'cluster/argoproj/openhands'];
  const files = { ...tfactionRepositories, 'access.yaml': declarationFor('openhands') };
  inFolder(files, { 'cluster/argoproj/openhands/deployment.yaml': 0 }, (run, directory) => {
    const { status, stderr } = run('export', '-f', 'access.yaml', ...places);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^error\[export-unreadable\]: cannot take in .*deployment\.yaml\n[^]*This user may not read it\./m);
    assert.equal(existsSync(join(directory, 'infra/terraform/aws/openhands')), false);
  });
  inFolder(files, { 'cluster/argoproj/openhands': 0o555 }, (run, directory) => {
    const { status, stderr } = run('export', '-f', 'access.yaml', ...places);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^error\[export-unwritable\]: /m);
    assert.equal(existsSync(join(directory, 'infra/terraform/aws/openhands')), false);
  });
});
