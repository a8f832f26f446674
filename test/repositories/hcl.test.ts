import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse as secondOpinion } from '@cdktn/hcl2json';
import { hclParser } from '../../src/repositories/hcl/grammar.ts';
import { parseHcl } from '../../src/repositories/hcl/parse.ts';
import { PartialText, Unknown, type Value } from '../../src/repositories/hcl/value.ts';
import { readTerraformModule } from '../../src/repositories/terraform/read-module.ts';
import type { TerraformModule } from '../../src/repositories/terraform/types.ts';

async function moduleOf(files: Readonly<Record<string, string>>): Promise<TerraformModule> {
  const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-hcl-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(directory, path, '..'), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return await readTerraformModule(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The value of a local called `it`, through a parameter whose name is that local. */
async function valueOf(expression: string, rest = ''): Promise<Value | undefined> {
  const module = await moduleOf({ 'main.tf': `${rest}\nresource "test" "it" {\n  value = ${expression}\n}\n` });
  return module.resources.find((resource) => resource.address === 'test.it')?.attribute('value');
}

const decided: readonly (readonly [expression: string, value: unknown, rest?: string])[] = [
  ['"plain"', 'plain'],
  ['"a${1 + 2}b"', 'a3b'],
  ['"\\"quoted\\" \\n \\u00e9 $${literal} %%{x}"', '"quoted" \n é ${literal} %{x}'],
  ['<<-EOT\n    two\n      lines ${"in"}\n    EOT', 'two\n  lines in\n'],
  ['[for s in ["a", "", "b"] : upper(s) if s != ""]', ['A', 'B']],
  ['{ for k, v in { a = 1, b = 2 } : k => v * 2 }', { a: 2, b: 4 }],
  ['{ for v in ["x", "x"] : v => 1... }', { x: [1, 1] }],
  ['true && !false ? "yes" : "no"', 'yes'],
  ['-1 + 2 * 3 == 5', true],
  ['join("-", ["a", "b"])', 'a-b'],
  ['format("%s-%d%%", "a", 3)', 'a-3%'],
  ['merge({ a = 1 }, { b = 2 })["b"]', 2],
  ['[{ id = 1 }, { id = 2 }][*].id', [1, 2]],
  ['[{ id = 1 }, { id = 2 }].*.id', [1, 2]],
  ['try(local.missing, "fallback")', 'fallback'],
  ['concat([1], [2, 3]...)', undefined],
  ['var.region', 'us-west-2', 'variable "region" {\n  default = "us-west-2"\n}'],
  ['local.b', 'us-west-2-x', 'locals {\n  a = "us-west-2"\n  b = "${local.a}-x"\n}'],
  ['aws_iam_user.u.name', 'someone', 'resource "aws_iam_user" "u" {\n  name = "someone"\n}'],
  ['aws_ssm_parameter.p["k"].name', 'p-k', 'resource "aws_ssm_parameter" "p" {\n  for_each = toset(["k"])\n  name = "p-${each.key}"\n}'],
  ['jsonencode({ Statement = [{ Effect = "Allow" }] })', { Statement: [{ Effect: 'Allow' }] }],
  ['data.aws_region.current.name', 'ap-northeast-1', 'provider "aws" {\n  region = "ap-northeast-1"\n}\ndata "aws_region" "current" {}'],
];

describe('an expression that can be decided without a run', () => {
  for (const [expression, expected, rest] of decided.filter(([, value]) => value !== undefined)) {
    test(`${expression.split('\n')[0]} is ${JSON.stringify(expected)}`, async () => {
      assert.deepEqual(JSON.parse(JSON.stringify(await valueOf(expression, rest))), expected);
    });
  }
});

describe('what only a run knows', () => {
  test('a computed attribute keeps its reference', async () => {
    const value = await valueOf('aws_iam_user.u.arn', 'resource "aws_iam_user" "u" {\n  name = "u"\n}');
    assert.ok(value instanceof Unknown);
    assert.equal(value.reference, 'aws_iam_user.u.arn');
  });

  test('a text with an unknown piece keeps what is known around it', async () => {
    const value = await valueOf('"arn:aws:iam::${data.aws_caller_identity.current.account_id}:user/x"', 'data "aws_caller_identity" "current" {}');
    assert.ok(value instanceof PartialText);
    assert.equal(String(value), 'arn:aws:iam::${data.aws_caller_identity.current.account_id}:user/x');
  });

  test('locals that refer to each other in a circle are undecided, not endless', async () => {
    assert.ok((await valueOf('local.a', 'locals {\n  a = local.b\n  b = local.a\n}')) instanceof Unknown);
  });

  test('resources that refer to each other in a circle are undecided, not endless', async () => {
    const module = await moduleOf({ 'main.tf': 'resource "a" "a" {\n  value = b.b.value\n}\nresource "b" "b" {\n  value = a.a.value\n}\n' });
    assert.ok(module.resources.every((resource) => resource.attribute('value') instanceof Unknown));
  });

  test('a count that is not known leaves one instance and says so', async () => {
    const module = await moduleOf({ 'main.tf': 'variable "on" {}\nresource "a" "a" {\n  count = var.on ? 1 : 0\n}\n' });
    assert.equal(module.resources.length, 1);
    assert.match(module.undecided[0]!.reason, /count/);
  });
});

test('terraform.tfvars goes over defaults, *.auto.tfvars over both, in the order of their names', async () => {
  const module = await moduleOf({
    'main.tf': 'variable "a" {\n  default = "default"\n}\nvariable "b" {\n  default = "default"\n}\n',
    'terraform.tfvars': 'a = "tfvars"\nb = "tfvars"\n',
    'x.auto.tfvars': 'b = "auto"\n',
  });
  assert.deepEqual([...module.variables.values()].map(({ value }) => value), ['tfvars', 'auto']);
});

test('a local module is evaluated with the arguments of its call, and its outputs come back', async () => {
  const module = await moduleOf({
    'main.tf': 'module "m" {\n  source = "./inner"\n  name   = "x"\n}\nresource "test" "it" {\n  value = module.m.full\n}\n',
    'inner/main.tf': 'variable "name" {}\nresource "aws_iam_user" "u" {\n  name = "user-${var.name}"\n}\noutput "full" {\n  value = aws_iam_user.u.name\n}\n',
  });
  assert.equal(module.resources[0]!.attribute('value'), 'user-x');
  assert.equal(module.modules.get('m')!.resources[0]!.address, 'module.m.aws_iam_user.u');
});

test('a module that calls itself does not read for ever', async () => {
  const module = await moduleOf({ 'main.tf': 'module "m" {\n  source = "./inner"\n}\n', 'inner/main.tf': 'module "back" {\n  source = "../inner"\n}\n' });
  assert.equal(module.modules.size, 1);
});

test('a dynamic block is unrolled into the blocks that it makes', async () => {
  const module = await moduleOf({ 'main.tf': 'data "aws_iam_policy_document" "d" {\n  dynamic "statement" {\n    for_each = ["a", "b"]\n    content {\n      actions   = ["bedrock:${statement.value}"]\n      resources = ["*"]\n    }\n  }\n}\nresource "aws_iam_policy" "p" {\n  policy = data.aws_iam_policy_document.d.json\n}\n' });
  const policy = module.resources.find(({ type }) => type === 'aws_iam_policy')!.attribute('policy');
  assert.deepEqual(JSON.parse(JSON.stringify(policy)).Statement.map((statement: { Action: string[] }) => statement.Action), [['bedrock:a'], ['bedrock:b']]);
});

test('a broken block is a problem with its place, and the blocks around it are still read', async () => {
  const module = await moduleOf({ 'main.tf': 'resource "aws_iam_user" "a" {\n  name = "a"\n}\nresource "aws_iam_user" "b" {\n  name = "b" "c"\n}\nresource "aws_iam_user" "c" {\n  name = "c"\n}\n' });
  assert.ok(module.problems.length > 0);
  assert.equal(module.problems[0]!.span.line, 5);
  assert.deepEqual(module.resources.map(({ name }) => name).filter((name) => name !== 'b'), ['a', 'c']);
});

/** Writes literal configurations in many layouts and compares with HashiCorp's own parser (through wasm). */
test('literal values agree with the parser of HashiCorp', async () => {
  const text = `# comment
variable "one" {
  type        = string # trailing
  description = "with \\"quotes\\", \\t tab and é"
  default     = "x"
}
resource "aws_iam_user" "u" {
  name = "bedrock-openhands-user"
  path = "/service/" // another
  tags = { a = "1", "b:c" = "2" }
  /* block */
  list = ["x", "y",]
  number = 1.5
  yes    = true
}
`;
  const theirs: { variable: { one: { description: string }[] }; resource: { aws_iam_user: { u: Record<string, unknown>[] } } } = JSON.parse(JSON.stringify(await secondOpinion('main.tf', text)));
  const parser = await hclParser();
  const ours = parseHcl(parser, 'main.tf', text);
  parser.delete();
  assert.deepEqual(ours.problems, []);
  const module = await moduleOf({ 'main.tf': text });
  const [resource] = module.resources;
  for (const [name, value] of Object.entries(theirs.resource.aws_iam_user.u[0]!)) assert.deepEqual(JSON.parse(JSON.stringify(resource!.attribute(name))), value, name);
  const description = ours.body.blocks[0]!.body.attributes.get('description')!.expression;
  assert.equal(description.type === 'literal' ? description.value : undefined, theirs.variable.one[0]!.description);
});
