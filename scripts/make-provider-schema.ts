/**
 * Makes `test/conformance/terraform/provider-schema.json`: what Terraform's AWS provider says of the types that export writes.
 *
 *   npm pack @cdktn/provider-aws && tar xzf cdktn-provider-aws-*.tgz && node scripts/make-provider-schema.ts package
 *
 * That package (MPL-2.0) is generated from `terraform providers schema -json`, and its JavaScript keeps of each attribute its name, type and
 * whether it is required, optional or computed, and of each block how it nests. Kept here are those facts. It does not tell how many blocks
 * of a kind there may be, nor the provider's own rules for values.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const resources = ['bedrock-inference-profile', 'eks-pod-identity-association', 'iam-access-key', 'iam-openid-connect-provider', 'iam-policy', 'iam-role', 'iam-role-policy-attachment', 'iam-user', 'iam-user-policy-attachment', 'rolesanywhere-profile', 'secretsmanager-secret', 'secretsmanager-secret-version', 'ssm-parameter'];
const dataSources = ['aws-caller-identity', 'aws-iam-openid-connect-provider', 'aws-iam-policy-document', 'aws-partition'];
/** The provider's 250 addresses of services, and what Terraform itself reads of every provider. */
const leftOut = new Set(['endpoints', 'alias']);

type Type = string | readonly [string, Type] | readonly ['object', Readonly<Record<string, Type>>];
interface Attribute {
  readonly type: Type;
  readonly required?: true;
  readonly optional?: true;
  readonly computed?: true;
}
interface Block {
  readonly attributes: Record<string, Attribute>;
  readonly blocks: Record<string, Block & { readonly nesting: string; readonly required?: true }>;
}

const [, , folder] = process.argv;
if (folder === undefined) {
  console.error('usage: node scripts/make-provider-schema.ts PATH/TO/package');
  process.exit(2);
}
const manifest: { name: string; version: string } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const textOf = (place: string): string => readFileSync(join(folder, 'lib', place, 'index.js'), 'utf8');
const first = (pattern: RegExp, text: string, what: string): string => pattern.exec(text)?.[1] ?? fail(what);
const schemas = (places: readonly string[], form: RegExp): Record<string, Block> => Object.fromEntries(places.map((place) => [first(/tfResourceType = "(\w+)"/, textOf(place), place), topLevel(textOf(place), form)]));
const written = {
  source: `npm package ${manifest.name} ${manifest.version}, generated from hashicorp/aws ${first(/providerVersion: '([\d.]+)'/, textOf('iam-user'), 'version')}`,
  provider: topLevel(textOf('provider'), /class (\w+) extends cdktn\.TerraformProvider/),
  resources: schemas(resources, /class (\w+) extends cdktn\.TerraformResource/),
  dataSources: schemas(dataSources.map((name) => `data-${name}`), /class (\w+) extends cdktn\.TerraformDataSource/),
};
writeFileSync('test/conformance/terraform/provider-schema.json', `${JSON.stringify(written, null, 1).replaceAll(/\{\s+("type": (?:"\w+"|\[\s+"\w+",\s+"\w+"\s+\])(?:,\s+"\w+": true)*)\s+\}/g, (_all, inner: string) => `{ ${inner.replaceAll(/\s+/g, ' ')} }`)}\n`);

function topLevel(text: string, form: RegExp): Block {
  const name = first(form, text, String(form));
  const body = classBody(text, name);
  return blockOf(text, body, body.slice(body.indexOf('synthesizeHclAttributes()')));
}

/** `told` is the code that writes the block as HCL: it knows type and nesting of everything that can be written. */
function blockOf(text: string, body: string, told: string): Block {
  const block: Block = { attributes: {}, blocks: {} };
  for (const [, name = '', computed, optional, required, code = ''] of body.matchAll(/\/\/ (\w+) - computed: (\w+), optional: (\w+), required: (\w+)\n([^]*?)(?=\n {4}\/\/ \w|$)/g)) {
    if (leftOut.has(name)) continue;
    const [, isBlock, kind = '', storage = ''] = new RegExp(`^ +${name}: \\{\\n.*\\n +isBlock: (\\w+),\\n +type: "(\\w+)",\\n +storageClassType: "(\\w+)"`, 'm').exec(told) ?? [];
    if (isBlock === 'true') {
      const inner = storage.replace(/List$/, '');
      block.blocks[name] = { nesting: kind === 'struct' ? 'single' : kind, ...(required === 'true' ? { required: true } : {}), ...nested(text, inner) };
      continue;
    }
    const type = kind === '' ? computedType(text, code, name) : writtenType(kind, storage, name);
    block.attributes[name] = { type, ...(required === 'true' ? { required: true } : {}), ...(optional === 'true' ? { optional: true } : {}), ...(computed === 'true' ? { computed: true } : {}) };
  }
  return block;
}

function nested(text: string, name: string): Block {
  const told = functionBody(text, `${name[0]?.toLowerCase()}${name.slice(1)}ToHclTerraform`);
  if (text.includes(`class ${name}OutputReference `)) return blockOf(text, classBody(text, `${name}OutputReference`), told);
  // The provider's own blocks are never referred to, so that only the code that writes them is there; its types say the rest.
  const attributes = [...told.matchAll(/^ +(\w+): \{\n.*\n +isBlock: false,\n +type: "(\w+)",\n +storageClassType: "(\w+)"/gm)].map(([, attribute = '', kind = '', storage = '']): [string, Attribute] => [attribute, { type: writtenType(kind, storage, attribute), optional: true }]);
  return { attributes: Object.fromEntries(attributes), blocks: {} };
}

function writtenType(kind: string, storage: string, name: string): Type {
  const element = /^(string|boolean|number)(List|Map)?$/.exec(storage)?.[1] ?? fail(`type of ${name}`);
  const simple = element === 'boolean' ? 'bool' : element;
  return kind === 'simple' ? simple : [kind, simple];
}

/** Of what only AWS tells: by how it is read. */
function computedType(text: string, code: string, name: string): Type {
  const simple = /this\.get(String|Boolean|Number)Attribute\(/.exec(code)?.[1];
  if (simple !== undefined) return { String: 'string', Boolean: 'bool', Number: 'number' }[simple] ?? fail(name);
  if (/cdktn\.StringMap\(|getStringMapAttribute/.test(code)) return ['map', 'string'];
  if (/getListAttribute\(/.test(code)) return [code.includes('tolist') ? 'set' : 'list', 'string'];
  const [, list, fromSet] = /= new (\w+)List\(this, "\w+", (true|false)\)/.exec(code) ?? [];
  if (list === undefined) return fail(`type of ${name}`);
  const inner = blockOf(text, classBody(text, `${list}OutputReference`), '');
  return [fromSet === 'true' ? 'set' : 'list', ['object', Object.fromEntries(Object.entries(inner.attributes).map(([key, { type }]) => [key, type]))]];
}

function classBody(text: string, name: string): string {
  return first(new RegExp(`^class ${name} [^]*?\\{\\n([^]*?)^\\}`, 'm'), text, name);
}

function functionBody(text: string, name: string): string {
  return first(new RegExp(`^function ${name}\\(\\w+\\) \\{\\n([^]*?)^\\}`, 'm'), text, name);
}

function fail(what: string): never {
  throw new Error(`not found: ${what}`);
}
