import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { crdRules } from '../../src/access/published/crd-rules.ts';
import { accessCrd } from '../../src/access/published/crd.ts';
import { publishedFiles } from '../../src/access/published/files.ts';
import { accessJsonSchema, isSchemaNode, schemaAt, type SchemaNode } from '../../src/access/published/json-schema.ts';
import { accessSchema } from '../../src/access/schema/index.ts';

for (const { path, content } of publishedFiles()) {
  test(`${path} is what the schema gives; \`npm run generate\` writes it anew`, () => {
    assert.equal(readFileSync(path, 'utf8'), content);
  });
}

/** Every node of a schema with its path, those in `anyOf` and the like too. */
function* nodes(node: SchemaNode, path = 'schema'): Generator<{ node: SchemaNode; path: string }> {
  yield { node, path };
  for (const [name, child] of Object.entries(node.properties ?? {})) yield* nodes(child, `${path}.${name}`);
  if (node.items !== undefined) yield* nodes(node.items, `${path}[]`);
  if (isSchemaNode(node.additionalProperties)) yield* nodes(node.additionalProperties, `${path}{}`);
  for (const keyword of ['anyOf', 'oneOf', 'allOf'] as const) {
    const branches = node[keyword];
    if (Array.isArray(branches)) for (const branch of branches) if (isSchemaNode(branch)) yield* nodes(branch, `${path}|${keyword}`);
  }
}

function openApiSchema(): SchemaNode {
  const crd: { spec: { versions: { schema: { openAPIV3Schema: SchemaNode } }[] } } = parse(publishedFiles().find(({ path }) => path === 'deploy/crd.yaml')!.content);
  return crd.spec.versions[0]!.schema.openAPIV3Schema;
}

test('the schema of the CRD is structural', () => {
  for (const { node, path } of nodes(openApiSchema())) {
    for (const keyword of ['$ref', '$schema', 'const', 'propertyNames', 'patternProperties', 'definitions', 'dependencies', 'anyOf', 'oneOf', 'allOf', 'not']) assert.equal(keyword in node, false, `${path} has ${keyword}`);
    assert.equal(typeof node.type, 'string', `${path} has no type`);
    assert.ok(!(node.properties !== undefined && 'additionalProperties' in node), `${path} has properties and additionalProperties`);
    assert.notEqual(node.additionalProperties, false, path);
  }
});

test('every text, list and map of the spec has its limit, without which CEL rules cost too much', () => {
  for (const { node, path } of nodes(openApiSchema())) {
    if (!path.startsWith('schema.spec')) continue;
    if (node.type === 'string' && node.enum === undefined) assert.equal(typeof node.maxLength, 'number', path);
    if (node.type === 'array') assert.equal(typeof node.maxItems, 'number', path);
    if (isSchemaNode(node.additionalProperties)) assert.equal(typeof node.maxProperties, 'number', path);
  }
});

test('the patterns of the CRD need nothing that RE2 lacks', () => {
  for (const { node, path } of nodes(openApiSchema())) {
    if (typeof node.pattern === 'string') assert.doesNotMatch(node.pattern, /\(\?[=!<]|\\[1-9]|\\k/, path);
  }
});

test('every field of the declaration is in the CRD, with the same required ones', () => {
  const spec = schemaAt(openApiSchema(), ['spec']);
  assert.deepEqual(Object.keys(spec.properties ?? {}), Object.keys(accessSchema.shape.spec.shape));
  assert.deepEqual(spec.required, ['account', 'region', 'models', 'workloads', 'credentials']);
});

test('the CRD has a status subresource with conditions, columns and a short name', () => {
  const version = parse(JSON.stringify(accessCrd())).spec.versions[0];
  assert.deepEqual(version.subresources, { status: {} });
  assert.deepEqual(version.additionalPrinterColumns.map(({ name }: { name: string }) => name), ['Ready', 'Model', 'Region', 'Account', 'Reason', 'Age']);
  const conditions = schemaAt(openApiSchema(), ['status', 'conditions']);
  assert.deepEqual([conditions['x-kubernetes-list-type'], conditions['x-kubernetes-list-map-keys']], ['map', ['type']]);
  assert.deepEqual(accessCrd().spec['names'], { kind: 'BedrockAccess', listKind: 'BedrockAccessList', plural: 'bedrockaccesses', singular: 'bedrockaccess', shortNames: ['bra'], categories: ['bedrock'] });
});

test('exactly one credentials mode is a CEL rule that names every mode', () => {
  const credentials = schemaAt(openApiSchema(), ['spec', 'credentials']);
  const rules: unknown = credentials['x-kubernetes-validations'];
  for (const mode of Object.keys(credentials.properties ?? {})) assert.ok(JSON.stringify(rules).includes(`has(self.${mode})`), mode);
});

test('each place of the CRD has its CEL rules from one entry: a second one would take the place of the first', () => {
  const paths = crdRules.map(({ path }) => path.join('.'));
  assert.deepEqual(paths, [...new Set(paths)]);
});

test('what is said of the rotation of one sort of key in CEL is said of the other', () => {
  const identity = (mode: string, work: string): unknown => schemaAt(openApiSchema(), ['spec', 'credentials', mode, work, 'identity'])['x-kubernetes-validations'];
  for (const [mode, work] of [['apiKey', 'rotation'], ['apiKey', 'renewal'], ['session', 'renewal']] as const) assert.deepEqual(identity(mode, work), identity('accessKey', 'rotation'));
  for (const mode of ['accessKey', 'apiKey']) assert.match(JSON.stringify(schemaAt(openApiSchema(), ['spec', 'credentials', mode])['x-kubernetes-validations']), /!has\(self\.rotation\) \|\| has\(self\.rotateAfter\)/);
});

test('the JSON Schema takes the short forms, the CRD does not', () => {
  const schema = accessJsonSchema();
  assert.equal(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema');
  for (const path of [['spec', 'models', '[]'], ['spec', 'workloads', '[]'], ['spec', 'credentials', 'accessKey'], ['spec', 'endpoint'], ['spec', 'budget']]) {
    assert.ok(Array.isArray(schemaAt(schema, path).anyOf), path.join('.'));
    assert.equal(schemaAt(openApiSchema(), path).anyOf, undefined);
  }
});

test('every field is described', () => {
  for (const { node, path } of nodes(schemaAt(openApiSchema(), ['spec']), 'spec')) {
    if (/\[\]$|\{\}$|sourceIp|issuer\.|rotateAfter|apiKey/.test(path)) continue;
    assert.equal(typeof node.description, 'string', path);
  }
});
