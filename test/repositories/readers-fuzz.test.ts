import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rules } from '../../src/checks/rules/index.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { runRules } from '../../src/checks/run.ts';
import { manifestFacts } from '../../src/repositories/facts/manifest-facts.ts';
import { terraformFacts } from '../../src/repositories/facts/terraform-facts.ts';
import { hclParser } from '../../src/repositories/hcl/grammar.ts';
import { parseHcl } from '../../src/repositories/hcl/parse.ts';
import { parseManifestFile } from '../../src/repositories/manifests/parse.ts';
import { evaluateModule } from '../../src/repositories/terraform/evaluate-module.ts';
import { seeded } from '../scenarios/engine-world.ts';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 100_000));
const count = Number(process.env['FUZZ'] ?? 600);
const pieces = ['{', '}', '[', ']', '"', '${', '%{', '\n', '\t', ':', '- ', '&a ', '*a', '<<-EOT\n', '=', '\u0000', '\r\n', '日本', '---\n', '#', '|', '>', 'for x in y : x', '...', '?', "'"];

/** Cuts, doubles, swaps and inserts pieces at random places. */
function mutated(text: string, random: () => number): string {
  let result = text;
  for (let edits = 1 + Math.floor(random() * 4); edits > 0; edits -= 1) {
    const at = Math.floor(random() * result.length);
    const length = Math.floor(random() * 20);
    const piece = pieces[Math.floor(random() * pieces.length)]!;
    const kind = Math.floor(random() * 3);
    result = kind === 0 ? result.slice(0, at) + result.slice(at + length) : kind === 1 ? result.slice(0, at) + piece + result.slice(at) : result.slice(0, at + length) + result.slice(at);
  }
  return result;
}

const sources = rules.flatMap(({ examples }) => [examples.bad, examples.good].flatMap((example) => Object.entries(example)));

test(`mutated Terraform is read without a crash, every problem has a place, and the rules hold out (SEED=${seed})`, async () => {
  const random = seeded(seed);
  const parser = await hclParser();
  const texts = sources.filter(([path]) => path.endsWith('.tf')).map(([, text]) => text);
  for (let index = 0; index < count; index += 1) {
    const text = mutated(texts[Math.floor(random() * texts.length)]!, random);
    const file = parseHcl(parser, 'main.tf', text);
    for (const { span } of file.problems) assert.ok(span.line >= 1 && span.column >= 1);
    const facts = terraformFacts(evaluateModule({ directory: '.', files: [file], given: new Map() }));
    const empty = manifestFacts([]);
    runRules(rules, { hasTerraform: true, hasManifests: false, ...facts, ...empty, accesses: [] }, { catalog: loadCatalog(), now: new Date('2026-11-24') }, new Map([['main.tf', text]]));
  }
  parser.delete();
});

test(`mutated manifests are read without a crash, every problem has a place, and the rules hold out (SEED=${seed})`, () => {
  const random = seeded(seed);
  const texts = sources.filter(([path]) => path.endsWith('.yaml')).map(([, text]) => text);
  for (let index = 0; index < count; index += 1) {
    const text = mutated(texts[Math.floor(random() * texts.length)]!, random);
    const file = parseManifestFile('a.yaml', text);
    for (const { place } of file.problems) assert.ok((place.line ?? 0) >= 1 && (place.column ?? 0) >= 1);
    const none = { policies: [], principals: [], accessKeys: [], parameters: [], applicationProfiles: [], regions: [] };
    runRules(rules, { hasTerraform: false, hasManifests: true, ...none, ...manifestFacts([file]), accesses: [] }, { catalog: loadCatalog(), now: new Date('2026-11-24') }, new Map([['a.yaml', text]]));
  }
});
