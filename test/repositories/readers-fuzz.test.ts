import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rules } from '../../src/checks/rules/index.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { runRules } from '../../src/checks/run.ts';
import { manifestFacts } from '../../src/repositories/facts/manifest-facts.ts';
import { terraformFacts } from '../../src/repositories/facts/terraform-facts.ts';
import { hclParser } from '../../src/repositories/hcl/grammar.ts';
import { parseHcl } from '../../src/repositories/hcl/parse.ts';
import { renderKustomizations } from '../../src/repositories/manifests/kustomize.ts';
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
    const none = { policies: [], principals: [], accessKeys: [], parameters: [], applicationProfiles: [], issuers: [], regions: [] };
    runRules(rules, { hasTerraform: false, hasManifests: true, ...none, ...manifestFacts([file]), accesses: [] }, { catalog: loadCatalog(), now: new Date('2026-11-24') }, new Map([['a.yaml', text]]));
  }
});

const kustomizations: Readonly<Record<string, string>> = {
  'base/kustomization.yaml': 'namePrefix: base-\nresources:\n- app.yaml\nsecretGenerator:\n- name: keys\n  literals: [A=1]\n',
  'base/app.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: app }\nspec:\n  template:\n    spec:\n      serviceAccountName: app\n      containers:\n      - name: app\n        envFrom: [{ secretRef: { name: keys } }]\n        env:\n        - { name: A, valueFrom: { secretKeyRef: { name: keys, key: A } } }\n',
  'prod/kustomization.yaml': 'namespace: prod\nnameSuffix: -z\nresources: [../base]\ncomponents: [../region]\nconfigMapGenerator:\n- name: settings\n  behavior: merge\n  envs: [none.env]\npatches:\n- path: patch.yaml\n- target: { kind: Deployment, name: ".*" }\n  patch: |-\n    - { op: add, path: /spec/template/spec/containers/0/env/-, value: { name: B, value: b } }\n',
  'prod/patch.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: app }\nspec: { template: { spec: { containers: [{ name: app, env: [{ name: A, $patch: delete }] }] } } }\n',
  'region/kustomization.yaml': 'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nnamePrefix: r-\npatchesStrategicMerge: [../prod/patch.yaml]\n',
};

test(`mutated kustomizations render without a crash, each object with a name and a place (SEED=${seed})`, () => {
  const random = seeded(seed);
  const written = Object.entries(kustomizations).map(([file, text]) => [file, `${file.endsWith('kustomization.yaml') && !text.startsWith('kind:') ? 'kind: Kustomization\n' : ''}${text}`] as const);
  const whole = written.map(([file, text]) => parseManifestFile(file, text));
  for (let index = 0; index < count; index += 1) {
    const broken = Math.floor(random() * written.length);
    const files = whole.map((file, position) => (position === broken ? parseManifestFile(file.file, mutated(file.text, random)) : file));
    for (const document of renderKustomizations(files)) {
      assert.equal(typeof document.object.name, 'string');
      assert.ok((document.placeOf(['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'name']).line ?? 0) >= 1);
    }
  }
});
