/** The declaration as JSON Schema, draft 2020-12: for editors and other programs. Shorthands are in it. */
import { z } from 'zod';
import { accessSchema } from '../schema/index.ts';

/** A part of a JSON Schema, as far as this program looks into it. */
export interface SchemaNode {
  type?: string;
  description?: string;
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
  additionalProperties?: boolean | SchemaNode;
  [keyword: string]: unknown;
}

export function accessJsonSchema(): SchemaNode {
  const { $schema, ...schema } = longForm();
  withShorthands(schema);
  return {
    $schema,
    $id: 'https://bedrock-access.dev/schema/access.schema.json',
    title: 'BedrockAccess',
    ...schema,
  };
}

/** Without shorthands: what the CRD is made of. */
export function longForm(): SchemaNode {
  const schema: unknown = z.toJSONSchema(accessSchema, { io: 'input', target: 'draft-2020-12' });
  if (!isSchemaNode(schema)) throw new TypeError('zod made no schema');
  return schema;
}

export function isSchemaNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The node below by property names; `[]` is the items of a list. */
export function schemaAt(schema: SchemaNode, path: readonly string[]): SchemaNode {
  return path.reduce((node, name) => {
    const next = name === '[]' ? node.items : node.properties?.[name];
    if (next === undefined) throw new TypeError(`the schema has no ${path.join('.')}`);
    return next;
  }, schema);
}

const storePattern = '^((ClusterSecretStore|SecretStore)/)?[^/@\\s]+@[^@\\s]+$';

/** Where a string may stand for an object, deepest first, and the form that it has. */
const shorthands: readonly { readonly path: readonly string[]; readonly string: SchemaNode }[] = [
  ...['accessKey', 'apiKey'].flatMap((mode) => [
    {
      path: ['spec', 'credentials', mode, 'secretStore'],
      string: { type: 'string', pattern: storePattern, description: 'Short form: name@region, or Kind/name@region.' },
    },
    {
      path: ['spec', 'credentials', mode],
      string: { type: 'string', pattern: storePattern, description: 'Short form: the store as name@region.' },
    },
  ]),
  { path: ['spec', 'models', '[]'], string: { type: 'string', minLength: 1, description: 'Short form: the id.' } },
  { path: ['spec', 'workloads', '[]'], string: { type: 'string', pattern: '^[A-Za-z]+/[^/:\\s]+(:[a-z0-9-]+)?$', description: 'Short form: Kind/name or Kind/name:client.' } },
  { path: ['spec', 'endpoint'], string: { type: 'string', description: 'Short form: the url.' } },
  { path: ['spec', 'budget'], string: { type: 'string', description: 'Short form: the monthly amount.' } },
];

function withShorthands(schema: SchemaNode): void {
  for (const { path, string } of shorthands) {
    const holder = schemaAt(schema, path.slice(0, -1));
    const name = path.at(-1)!;
    const object = schemaAt(holder, [name]);
    const { description, ...rest } = object;
    const either: SchemaNode = { ...(description === undefined ? {} : { description }), anyOf: [rest, string] };
    if (name === '[]') holder.items = either;
    else holder.properties![name] = either;
  }
}
