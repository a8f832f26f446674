/**
 * The CustomResourceDefinition, from the same schema. A structural schema (Kubernetes, "Extend the Kubernetes API with
 * CustomResourceDefinitions", section "Specifying a structural schema") has no `$ref`, no `type` inside `anyOf`, no
 * `additionalProperties: false` beside `properties`; every list, map and string needs its limit, or the CEL rules
 * exceed their cost budget and the API server refuses the whole definition.
 */
import { accessStatus } from './crd-status.ts';
import { crdRules } from './crd-rules.ts';
import { isSchemaNode, longForm, schemaAt, type SchemaNode } from './json-schema.ts';

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

export function accessCrd(): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'bedrockaccesses.bedrock-access.dev' },
    spec: {
      group: 'bedrock-access.dev',
      scope: 'Namespaced',
      names: { kind: 'BedrockAccess', listKind: 'BedrockAccessList', plural: 'bedrockaccesses', singular: 'bedrockaccess', shortNames: ['bra'], categories: ['bedrock'] },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
            { name: 'Model', type: 'string', jsonPath: '.spec.models[0].id' },
            { name: 'Region', type: 'string', jsonPath: '.spec.region' },
            { name: 'Account', type: 'string', jsonPath: '.spec.account', priority: 1 },
            { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', priority: 1 },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          schema: { openAPIV3Schema: openApiSchema() },
        },
      ],
    },
  };
}

function openApiSchema(): SchemaNode {
  const schema = structural(longForm());
  // The API server knows apiVersion, kind and metadata itself and takes no constraints on them here.
  schema.properties = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, spec: schemaAt(schema, ['spec']), status: accessStatus };
  schema.required = ['spec'];
  for (const { path, rules } of crdRules) schemaAt(schema, path)['x-kubernetes-validations'] = rules;
  for (const list of [['spec', 'models'], ['spec', 'workloads'], ['spec', 'workloads', '[]', 'containers'], ['spec', 'endpoint', 'sourceIp']]) {
    schemaAt(schema, list)['x-kubernetes-list-type'] = 'atomic';
  }
  return schema;
}

/** Keywords that a structural schema has no place for; what they say is said by a CEL rule where it matters. */
const foreign: ReadonlySet<string> = new Set(['$schema', '$id', 'propertyNames', 'const', 'title']);

function structural(node: SchemaNode): SchemaNode {
  const result: SchemaNode = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (foreign.has(keyword) || (keyword === 'additionalProperties' && value === false)) continue;
    if (keyword === 'properties' && isSchemaNode(value)) {
      result.properties = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, isSchemaNode(child) ? structural(child) : {}]));
    } else {
      result[keyword] = isSchemaNode(value) && keyword !== 'default' ? structural(value) : value;
    }
  }
  return result;
}
