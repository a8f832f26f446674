import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { parse as parseYaml } from 'yaml';
import { rules } from '../../src/checks/rules/index.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { sarifFaults } from './sarif-schema.ts';

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `check` over files written into a folder of their own; the folder's name is taken out of what is printed. */
async function check(files: Readonly<Record<string, string | Uint8Array>>, given: readonly string[] = [], prepare?: (directory: string) => void): Promise<Run & { readonly read: (path: string) => string }> {
  const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-check-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    prepare?.(directory);
    const sides = ['terraform', 'manifests'].filter((side) => existsSync(join(directory, side))).flatMap((side) => [`--${side}`, join(directory, side)]);
    const run = await command(['check', '--now', '2026-11-24', ...sides, ...given.map((word) => word.replace('DIR', directory))], directory);
    const hidden = (text: string): string => text.replaceAll(`${directory}/`, '');
    const contents = Object.fromEntries(Object.keys(files).map((path) => [path, readFileSync(join(directory, path), 'utf8')]));
    return { code: run.code, stdout: hidden(run.stdout), stderr: hidden(run.stderr), read: (path) => contents[path] ?? '' };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function command(argv: readonly string[], directory: string, stdin = ''): Promise<Run> {
  const [out, err]: [string[], string[]] = [[], []];
  const screen = (chunks: string[]) => ({ write: (chunk: string) => void chunks.push(chunk), isTTY: false, columns: 100 });
  const code = await runCommandLine(argv, {
    environment: {},
    directory,
    stdin: { isTTY: false, text: async () => stdin, line: async () => undefined },
    stdout: screen(out),
    stderr: screen(err),
    clock: { now: () => new Date('2026-11-24T00:00:00Z'), sleep: async () => undefined },
    random: () => 0.5,
    signal: new AbortController().signal,
  });
  return { code, stdout: out.join(''), stderr: err.join('') };
}

describe('each rule as a person sees it', () => {
  for (const rule of rules) {
    test(`${rule.id} prints as in test/golden/check/${rule.id}.txt`, async () => {
      const { stdout, stderr } = await check(rule.examples.bad);
      const golden = `test/golden/check/${rule.id}.txt`;
      const text = `${stdout}${stderr}`;
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
      assert.equal(text, readFileSync(golden, 'utf8'));
    });
  }
});

const misspelt = { 'terraform/variables.tf': 'variable "region" {\n  type    = string\n  default = "asia-northeast-1"\n}\n' };

test('a finding of severity error makes exit code 3, warnings alone make 0', async () => {
  assert.equal((await check(misspelt)).code, 3);
  assert.equal((await check({ 'terraform/iam.tf': 'resource "aws_iam_user" "u" {\n  name = "u"\n}\nresource "aws_iam_access_key" "k" {\n  user = aws_iam_user.u.name\n}\n' })).code, 0);
});

test('a repository where nothing concerns Bedrock says so, and exits with 0', async () => {
  const { code, stdout, stderr } = await check({ 'manifests/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n' });
  assert.deepEqual([code, stdout], [0, '']);
  assert.match(stderr, /Nothing in 1 file concerns Bedrock/);
});

test('--output json has the findings with rule, severity, file, line, column, message, cause, remedy and docs', async () => {
  const { findings, undecided } = JSON.parse((await check(misspelt, ['--output', 'json'])).stdout);
  assert.deepEqual(Object.keys(findings[0]), ['rule', 'severity', 'file', 'line', 'column', 'message', 'cause', 'remedy', 'docs']);
  assert.deepEqual([findings[0].rule, findings[0].file, findings[0].line, findings[0].column], ['unknown-region', 'terraform/variables.tf', 3, 13]);
  assert.deepEqual(undecided, []);
});

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly locations?: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region?: object } }[];
}

interface SarifRun {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
  readonly results: readonly SarifResult[];
}

/** The one run of a log that the whole schema allows. */
function sarifRun(stdout: string): SarifRun {
  const log: { readonly runs: readonly SarifRun[] } = JSON.parse(stdout);
  assert.deepEqual(sarifFaults(log), []);
  const [run, ...others] = log.runs;
  assert.ok(run && others.length === 0);
  return run;
}

test('--output sarif is SARIF 2.1.0 with a rule and a place for each result, whatever the finding and the name of the file', async () => {
  for (const { id, examples } of rules) {
    const run = sarifRun((await check(examples.bad, ['--output', 'sarif'])).stdout);
    assert.ok(run.results.some(({ ruleId }) => ruleId === id), id);
    for (const { ruleId, ruleIndex } of run.results) assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId);
  }
  const oddlyNamed = Object.fromEntries(Object.entries(misspelt).map(([path, content]) => [path.replace('/', '/a "b" #1 100% ü/'), content]));
  const together = sarifRun((await check({ ...oddlyNamed, 'manifests/binary.yaml': new Uint8Array([0]), 'terraform/broken.tf': 'variable "a" {\n' }, ['--output', 'sarif'])).stdout);
  assert.equal(new Set(together.results.map(({ ruleId }) => ruleId)).size, 3, 'a rule, a file that is passed over and one that is broken');
  const found = together.results.find(({ locations }) => locations?.[0]?.physicalLocation.artifactLocation.uri.endsWith('terraform/a%20%22b%22%20%231%20100%25%20%C3%BC/variables.tf') === true);
  assert.deepEqual(found?.locations?.[0]?.physicalLocation.region, { startLine: 3, startColumn: 13 });
  assert.deepEqual(sarifRun((await check({ 'manifests/a.yaml': 'kind: A\n' }, ['--output', 'sarif'])).stdout).results, []);
});

test('the schema of SARIF refuses each way in which a log can be broken', async () => {
  const { stdout } = await check(misspelt, ['--output', 'sarif']);
  const breaks: readonly (readonly [string, string | RegExp, string, RegExp])[] = [
    ['another version', '"version": "2.1.0"', '"version": "2.0.0"', /version/],
    ['no runs', '"runs"', '"rans"', /required property 'runs'/],
    ['a property that there is not', '"ruleId"', '"ruleName"', /additional properties.*"ruleName"/],
    ['a level that there is not', '"level": "error"', '"level": "fatal"', /level must be equal to one of the allowed values/],
    ['a message without text', /"message": \{[^}]*\}/, '"message": {}', /message must/],
    ['a line 0', '"startLine": 3', '"startLine": 0', /startLine must be >= 1/],
    ['a region without a start', /"startLine": 3,\s*/, '', /region must have required property 'startLine'/],
    ['a file that is no reference', 'terraform/variables.tf"', 'terraform/my variables.tf"', /uri must match format "uri-reference"/],
    ['help at no address', /"helpUri": "[^"]*"/, '"helpUri": "unknown-region"', /helpUri must match format "uri"/],
    ['a rule without an id', /"id": "[^"]*",\s*/, '', /required property 'id'/],
    ['no name of the program', /"name": "[^"]*",\s*/, '', /required property 'name'/],
  ];
  assert.deepEqual(sarifFaults(JSON.parse(stdout)), []);
  for (const [what, pattern, replacement, says] of breaks) {
    const broken = stdout.replace(pattern, replacement);
    assert.notEqual(broken, stdout, `${what}: nothing to break`);
    assert.match(sarifFaults(JSON.parse(broken)).join('\n'), says, what);
  }
});

test('--output github is one workflow command a finding, its text escaped', async () => {
  const { stdout } = await check(misspelt, ['--output', 'github']);
  assert.match(stdout, /^::error file=terraform\/variables\.tf,line=3,col=13,title=unknown-region::.*%0A.*\n$/);
});

test('--fix mends what is mechanical and leaves every other byte as it was', async () => {
  const source = '\uFEFF# 日本語のコメント\r\nvariable "region" {\r\n  default = "asia-northeast-1" # here\r\n}';
  const run = await check({ 'terraform/variables.tf': source }, ['--fix']);
  assert.equal(run.code, 0);
  assert.equal(run.read('terraform/variables.tf'), source.replace('asia-', 'ap-'));
});

test('a baseline hides what it holds and nothing else, wherever the repository lies and the program is started', async () => {
  const files = { ...misspelt, 'manifests/binary.yaml': new Uint8Array([0]), 'baseline.json': '{}' };
  const hold = async (prepare?: (directory: string) => void): Promise<void> => {
    const held = (await check(files, ['--write-baseline', 'baseline.json'], prepare)).read('baseline.json');
    assert.equal(JSON.parse(held).findings.length, 2);
    // Each check works in a new folder, so that the names as given differ.
    const holding = { ...files, 'baseline.json': held };
    assert.deepEqual(await check(holding, ['--baseline', 'baseline.json'], prepare).then(({ code, stdout }) => [code, stdout]), [0, '']);
    const more = await check({ ...holding, 'terraform/more.tf': 'variable "aws_region" {\n  default = "us-west-9"\n}\n' }, ['--baseline', 'baseline.json'], prepare);
    assert.equal(more.code, 3);
    assert.doesNotMatch(more.stdout, /asia-northeast-1/);
  };
  await hold();
  await hold((directory) => mkdirSync(join(directory, '.git')));
  assert.equal((await check(files, ['--baseline', 'baseline.json'])).code, 1);
});

test('a baseline names files from the root of their repository', async () => {
  const files = { ...misspelt, 'baseline.json': '{}' };
  const held = (await check(files, ['--write-baseline', 'baseline.json'], (directory) => mkdirSync(join(directory, '.git')))).read('baseline.json');
  assert.deepEqual(JSON.parse(held).findings.map(({ file }: { file: string }) => file), ['terraform/variables.tf']);
});

test('rendered manifests are read from stdin', async () => {
  const { code, stdout } = await command(['check', '--manifests', '-', '--output', 'json'], tmpdir(), 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { template: { spec: { containers: [{ name: a, image: a, env: [{ name: AWS_REGION, value: us-west-3 }] }] } } }\n');
  assert.equal(code, 3);
  assert.equal(JSON.parse(stdout).findings[0].rule, 'unknown-region');
});

test('--changed-since tells only what stands in lines that were added or changed since then', async () => {
  const git = (directory: string, ...argv: readonly string[]): void => void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...argv], { cwd: directory, stdio: 'ignore' });
  const { code, stdout } = await check({ ...misspelt, 'manifests/a.yaml': regionOf('us-west-2') }, ['--changed-since', 'HEAD'], (directory) => {
    git(directory, 'init', '-q');
    git(directory, 'add', '.');
    git(directory, 'commit', '-q', '-m', 'a');
    // Another line of the file that was wrong before, and a line of another file.
    writeFileSync(join(directory, 'terraform/variables.tf'), `# changed\n${misspelt['terraform/variables.tf']}`);
    writeFileSync(join(directory, 'manifests/a.yaml'), regionOf('us-west-3'));
  });
  assert.equal(code, 3);
  assert.match(stdout, /\[unknown-region\][^\n]*us-west-3/);
  assert.doesNotMatch(stdout, /asia-northeast-1/);
});

test('--changed-since a revision that git does not know is an error with its own id', async () => {
  const { code, stderr } = await check(misspelt, ['--changed-since', 'nowhere']);
  assert.equal(code, 1);
  assert.match(stderr, /error\[revision-unknown\]/);
});

const regionOf = (region: string): string => `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { template: { spec: { containers: [{ name: a, image: a, env: [{ name: AWS_REGION, value: ${region} }] }] } } }\n`;

describe('bad input is told with its place, and the rest is still checked', () => {
  test('broken HCL', async () => {
    const { code, stdout } = await check({ ...misspelt, 'terraform/broken.tf': 'resource "a" "b" {\n  name = \n}\nresource "c" {{{\n' });
    assert.equal(code, 3);
    assert.match(stdout, /error\[hcl-syntax\][^\n]*\n {2}terraform\/broken\.tf:3:1/);
    assert.match(stdout, /error\[unknown-region\]/);
  });

  test('broken YAML, tabs included', async () => {
    const { stdout } = await check({ 'manifests/broken.yaml': 'kind: A\nmetadata:\n\tname: x\n', 'manifests/good.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { template: { spec: { containers: [{ name: a, image: a, env: [{ name: AWS_REGION, value: us-west-3 }] }] } } }\n' });
    assert.match(stdout, /error\[yaml-syntax\][^\n]*\n {2}manifests\/broken\.yaml:3/);
    assert.match(stdout, /error\[unknown-region\]/);
  });

  test('binary files, huge files, links in a circle and links to nowhere are passed over', async () => {
    const { code, stdout } = await check({ 'manifests/binary.yaml': new Uint8Array([0, 1, 2, 0]), 'manifests/huge.yaml': `a: ${'x'.repeat(3_000_000)}\n`, 'manifests/sub/a.yaml': 'kind: A\n' }, [], (directory) => {
      symlinkSync(join(directory, 'manifests'), join(directory, 'manifests/sub/loop'));
      symlinkSync(join(directory, 'nowhere.yaml'), join(directory, 'manifests/dangling.yaml'));
    });
    assert.equal(code, 0);
    assert.match(stdout, /warning\[file-unreadable\][^\n]*binary\.yaml/);
    assert.match(stdout, /warning\[file-unreadable\][^\n]*huge\.yaml/);
  });

  test('a folder that does not exist is an error, since a check of nothing must not pass, and the other side is still checked', async () => {
    const { code, stdout } = await check({ 'manifests/a.yaml': regionOf('us-west-3') }, ['--terraform', 'DIR/nowhere']);
    assert.equal(code, 3);
    assert.match(stdout, /error\[file-unreadable\]: nowhere was passed over\n.*\ncause: it does not exist/);
    assert.match(stdout, /error\[unknown-region\]/);
  });

  test('Terraform in UTF-16 is not left out in silence, and Terraform in JSON is read', async () => {
    const { code, stdout } = await check({ 'terraform/a.tf': Buffer.from('variable "region" {}\n', 'utf16le'), 'terraform/b.tf.json': '{\n  "variable": { "region": { "default": "asia-northeast-1" } }\n}\n', 'terraform/c.tf.json': '{ "variable": }' });
    assert.equal(code, 3);
    assert.match(stdout, /warning\[file-unreadable\]: terraform\/a\.tf was passed over\n.*\ncause: binary/);
    assert.match(stdout, /\[unknown-region\][^\n]*\n {2}terraform\/b\.tf\.json:2:40/);
    assert.match(stdout, /error\[hcl-syntax\][^\n]*\n {2}terraform\/c\.tf\.json:1:15/);
  });

  test('files nested too deeply for any stack', async () => {
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    const { stdout } = await check({ ...misspelt, 'terraform/deep.tf': `locals {\n  a = ${deep}\n}\n`, 'terraform/open.tf': `locals {\n  a = ${'('.repeat(5000)}\n`, 'terraform/chain.tf': `locals {\n  a = ${'!'.repeat(5000)}true\n  b = 1${' + 1'.repeat(5000)}\n}\n`, 'manifests/deep.yaml': `kind: A\na: ${deep}\n` });
    assert.match(stdout, /error\[hcl-syntax\]: the file cannot be read whole: it is nested too deeply\n {2}terraform\/deep\.tf:2:/);
    assert.match(stdout, /nested too deeply\n {2}terraform\/chain\.tf:/);
    assert.match(stdout, /error\[hcl-syntax\][^\n]*\n {2}terraform\/open\.tf:/);
    assert.match(stdout, /error\[yaml-syntax\]: the file cannot be read whole: it is nested too deeply\n {2}manifests\/deep\.yaml:2:/);
    assert.match(stdout, /error\[unknown-region\]/);
  });

  test('nothing to check', async () => {
    assert.equal((await check({ 'x.txt': '' })).code, 1);
  });

  test('carriage returns, a byte order mark and no final newline', async () => {
    const { stdout } = await check({ 'terraform/a.tf': '\uFEFFvariable "region" {\r\n  default = "asia-northeast-1"\r\n}', 'manifests/a.yaml': '\uFEFFapiVersion: v1\r\nkind: ConfigMap\r\nmetadata: { name: a }' });
    assert.match(stdout, /terraform\/a\.tf:2:13/);
    assert.doesNotMatch(stdout, /syntax/);
  });
});

test('the files of the GitHub workflow and the pre-commit hook in the guide are valid YAML', () => {
  for (const [, block] of readFileSync('docs/guides/check.md', 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)) assert.equal(typeof parseYaml(block!), 'object');
});
