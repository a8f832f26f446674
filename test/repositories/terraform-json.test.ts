/** Terraform's JSON syntax is read as the native one: the same facts, the same findings, each with a place. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse as toJson } from '@cdktn/hcl2json';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { rules } from '../../src/checks/rules/index.ts';
import { runRules } from '../../src/checks/run.ts';
import { manifestFacts } from '../../src/repositories/facts/manifest-facts.ts';
import { terraformFacts } from '../../src/repositories/facts/terraform-facts.ts';
import { hclParser } from '../../src/repositories/hcl/grammar.ts';
import { parseHcl } from '../../src/repositories/hcl/parse.ts';
import { jsonMistake } from '../../src/repositories/hcl/json-mistake.ts';
import { parseTerraformJson } from '../../src/repositories/hcl/parse-json.ts';
import type { HclFile } from '../../src/repositories/hcl/syntax.ts';
import { PartialText } from '../../src/repositories/hcl/value.ts';
import { parseManifestFile } from '../../src/repositories/manifests/parse.ts';
import { evaluateModule } from '../../src/repositories/terraform/evaluate-module.ts';
import { readTerraformModule } from '../../src/repositories/terraform/read-module.ts';
import { seeded } from '../scenarios/engine-world.ts';
import { checkout } from './export/checkout.ts';

const now = new Date('2026-11-24T00:00:00Z');

function findings(terraform: readonly HclFile[], yaml: readonly (readonly [string, string])[]): readonly string[] {
  const facts = terraformFacts(evaluateModule({ directory: 'terraform', files: terraform, given: new Map() }));
  const manifests = manifestFacts(yaml.map(([file, text]) => parseManifestFile(file, text)));
  const found = runRules(rules, { hasTerraform: terraform.length > 0, hasManifests: yaml.length > 0, ...facts, ...manifests, accesses: [] }, { catalog: loadCatalog(), now }, new Map());
  return found.findings.map(({ id, message }) => `${id} ${message}`).sort();
}

describe('Terraform in JSON', () => {
  test('gives for every example of every rule the findings of the native syntax', async () => {
    const parser = await hclParser();
    let compared = 0;
    for (const { id, examples } of rules) {
      for (const [which, example] of Object.entries(examples)) {
        const files = Object.entries(example);
        const native = files.filter(([path]) => path.endsWith('.tf'));
        if (native.length === 0) continue;
        const yaml = files.filter(([path]) => /\.ya?ml$/.test(path));
        const json = await Promise.all(native.map(async ([path, text]) => parseTerraformJson(parser, `${path}.json`, JSON.stringify(await toJson(path, text), undefined, 2))));
        assert.deepEqual(json.flatMap(({ problems }) => problems), [], `${id}, ${which}`);
        assert.deepEqual(findings(json, yaml), findings(native.map(([path, text]) => parseHcl(parser, path, text)), yaml), `${id}, ${which}`);
        compared += 1;
      }
    }
    parser.delete();
    assert.ok(compared > 30, `${compared} examples`);
  });

  test('has templates, references, nested blocks as object or list, comments, variables with their files, and places', async () => {
    const copy = checkout({
      'variables.tf.json': '{ "variable": { "app": { "default": "no ${template} here" }, "region": { "type": "string" } } }\n',
      'terraform.tfvars.json': '{ "region": "us-west-2" }\n',
      'main.tf.json': `{
  "//": "a comment",
  "locals": [{ "prefix": "bedrock-\${lower(\\"APP\\")}" }],
  "provider": { "aws": [{ "region": "\${var.region}" }, { "alias": "tokyo", "region": "ap-northeast-1" }] },
  "data": {
    "aws_iam_policy_document": {
      "d": {
        "statement": [
          { "actions": ["bedrock:InvokeModel"], "resources": ["*"], "condition": { "test": "StringEquals", "variable": "aws:RequestedRegion", "values": ["us-west-2"] } },
          { "actions": ["bedrock:ListFoundationModels"], "resources": ["*"] }
        ]
      }
    }
  },
  "resource": [
    { "aws_iam_user": { "u": { "name": "\${local.prefix}-user", "tags": { "a": "b" } } } },
    {
      "aws_iam_policy": {
        "p": { "name": "p", "policy": "\${data.aws_iam_policy_document.d.json}" }
      },
      "aws_iam_access_key": { "k": { "user": "\${aws_iam_user.u.name}", "//": "nothing" } }
    }
  ]
}
`,
    });
    try {
      const module = await readTerraformModule(copy.directory);
      assert.deepEqual(module.problems, []);
      const resource = (address: string) => module.resources.find((candidate) => candidate.address === address);
      assert.equal(resource('aws_iam_user.u')?.attribute('name'), 'bedrock-app-user');
      assert.deepEqual({ ...Object(resource('aws_iam_user.u')?.attribute('tags')) }, { a: 'b' });
      assert.equal(resource('aws_iam_access_key.k')?.attribute('user'), 'bedrock-app-user');
      assert.equal(module.variables.get('app')?.value, 'no ${template} here');
      assert.deepEqual(module.providers.map(({ attribute }) => attribute('region')), ['us-west-2', 'ap-northeast-1']);
      const [document] = module.resources.filter(({ type }) => type === 'aws_iam_policy_document');
      assert.deepEqual(document?.nested('statement').map((statement) => statement.nested('condition').length), [1, 0]);
      const facts = terraformFacts(module);
      assert.equal(facts.policies.length > 0, true);
      assert.deepEqual(facts.accessKeys.map(({ address, place }) => [address, place.line]), [['aws_iam_access_key.k', 21]]);
      assert.deepEqual([resource('aws_iam_user.u')?.placeOf('name').line, resource('aws_iam_user.u')?.placeOf('name').column], [16, 32]);
      assert.ok(!(resource('aws_iam_policy.p')?.attribute('policy') instanceof PartialText));
    } finally {
      copy.remove();
    }
  });

  test('is suppressed by a comment property on the line before', async () => {
    const parser = await hclParser();
    const text = '{\n  "variable": {\n    "region": {\n      "//": "bedrock-access:ignore unknown-region known",\n      "default": "asia-northeast-1"\n    }\n  }\n}\n';
    const facts = terraformFacts(evaluateModule({ directory: '.', files: [parseTerraformJson(parser, 'main.tf.json', text)], given: new Map() }));
    parser.delete();
    const run = runRules(rules, { hasTerraform: true, hasManifests: false, ...facts, ...manifestFacts([]), accesses: [] }, { catalog: loadCatalog(), now }, new Map([['main.tf.json', text]]));
    assert.deepEqual([run.findings.map(({ id }) => id), run.suppressed.map(({ id }) => id)], [[], ['unknown-region']]);
  });

  test('that is broken is told at its place, and what can be read beside it is', async () => {
    const parser = await hclParser();
    const file = parseTerraformJson(parser, 'main.tf.json', '{\n  "resource": { "aws_iam_user": { "u": { "name": "u" } } },\n  "locals": { "a": tru }\n}\n');
    assert.deepEqual(file.problems.map(({ message, span }) => [message, span.line]), [['it is not JSON here', 3]]);
    assert.deepEqual(file.body.blocks.map(({ type, labels }) => [type, ...labels]), [['resource', 'aws_iam_user', 'u'], ['locals']]);
    const template = parseTerraformJson(parser, 'main.tf.json', '{ "locals": { "a": "${var." } }');
    assert.equal(template.problems.length, 1);
    const deep = parseTerraformJson(parser, 'main.tf.json', `{ "locals": { "a": ${'['.repeat(5000)}${']'.repeat(5000)} } }`);
    assert.deepEqual(deep.problems.map(({ message }) => message), ['it is nested too deeply']);
    parser.delete();
  });

  test('is refused exactly where JSON.parse refuses it', () => {
    const random = seeded(5);
    const pieces = ['{', '}', '[', ']', '"a"', ':', ',', '1', '-0.5e3', 'true', ' ', '-', '0.', '"\\u12"', '"\\n"', 'nul', '\n', '"'];
    for (let index = 0; index < 20_000; index += 1) {
      const text = Array.from({ length: 1 + Math.floor(random() * 7) }, () => pieces[Math.floor(random() * pieces.length)] ?? '').join('');
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      assert.equal(jsonMistake(text) === undefined, valid, text);
    }
  });

  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 100_000));
  test(`that is mutated is read without a crash, every problem has a place, and the rules hold out (SEED=${seed})`, async () => {
    const random = seeded(seed);
    const parser = await hclParser();
    const sources = await Promise.all(rules.flatMap(({ examples }) => [examples.bad, examples.good].flatMap((example) => Object.entries(example))).filter(([path]) => path.endsWith('.tf')).map(async ([path, text]) => JSON.stringify(await toJson(path, text), undefined, 2)));
    const pieces = ['{', '}', '[', ']', '"', ',', ':', '${', '%{', '\\', '\\u12', '//', '&a ', '*a', '- ', '\n', '\t', '\u0000', '日本', 'null', '1e999', "'", '#', '---\n', '"//": {}'];
    for (let index = 0; index < Number(process.env['FUZZ'] ?? 300); index += 1) {
      let text = sources[Math.floor(random() * sources.length)] ?? '';
      for (let edits = 1 + Math.floor(random() * 4); edits > 0; edits -= 1) {
        const place = Math.floor(random() * text.length);
        const length = Math.floor(random() * 20);
        const piece = pieces[Math.floor(random() * pieces.length)] ?? '';
        text = random() < 0.5 ? text.slice(0, place) + piece + text.slice(place) : text.slice(0, place) + text.slice(place + length);
      }
      const file = parseTerraformJson(parser, 'main.tf.json', text);
      for (const { span } of file.problems) assert.ok(span.line >= 1 && span.column >= 1 && span.start <= text.length, text);
      findings([file], []);
    }
    parser.delete();
  });
});
