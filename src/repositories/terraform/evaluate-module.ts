import { evaluate, type Lookup } from '../hcl/evaluate.ts';
import type { Expression, HclBlock, HclBody, HclFile, Span } from '../hcl/syntax.ts';
import { isKnown, isList, isMap, PartialText, Unknown, type Value, type ValueMap } from '../hcl/value.ts';
import { policyDocument } from './policy-document.ts';
import type { TerraformBlock, TerraformModule, TerraformResource, TerraformVariable, Undecided } from './types.ts';

export interface ModuleInput {
  readonly directory: string;
  readonly files: readonly HclFile[];
  /** Values of `terraform.tfvars` and `*.auto.tfvars`, or the arguments of a module call. */
  readonly given: ReadonlyMap<string, Value>;
  /** Path of calls from the root, `module.a.`. */
  readonly addressPrefix?: string;
  /** Opens a local module by its source, evaluated with these arguments. Undefined for one that cannot be had. */
  readonly openModule?: (source: string, given: ReadonlyMap<string, Value>, addressPrefix: string) => TerraformModule | undefined;
}

/** Evaluates one module. Resources are unrolled over `count` and `for_each` where those are known. */
export function evaluateModule(input: ModuleInput): TerraformModule {
  const prefix = input.addressPrefix ?? '';
  const locals = new Map<string, Expression>();
  const declared: { readonly block: HclBlock; readonly file: HclFile }[] = [];
  for (const file of input.files) {
    for (const block of file.body.blocks) {
      if (block.type === 'locals') for (const attribute of block.body.attributes.values()) locals.set(attribute.name, attribute.expression);
      else declared.push({ block, file });
    }
  }
  const undecided: Undecided[] = [];
  const variables = new Map<string, TerraformVariable>();
  const references = collectReferences(input.files);

  for (const { block, file } of declared.filter(({ block }) => block.type === 'variable')) {
    const name = block.labels[0] ?? '';
    const fallback = block.body.attributes.get('default');
    const value = input.given.get(name) ?? (fallback ? evaluate(fallback.expression, nothing) : new Unknown('a variable without a default', `var.${name}`));
    variables.set(name, { name, value, block, file });
  }

  const localValues = new Map<string, Value>();
  const localsInProgress = new Set<string>();
  const localValue = (name: string): Value => {
    const known = localValues.get(name);
    if (known !== undefined) return known;
    const expression = locals.get(name);
    if (!expression) return new Unknown('not declared', `local.${name}`);
    if (localsInProgress.has(name)) return new Unknown('refers to itself', `local.${name}`);
    localsInProgress.add(name);
    const value = evaluate(expression, lookup);
    localsInProgress.delete(name);
    localValues.set(name, value);
    return value;
  };

  const blocksByAddress = Map.groupBy(
    declared.filter(({ block }) => (block.type === 'resource' || block.type === 'data') && block.labels.length === 2),
    ({ block }) => (block.type === 'data' ? 'data.' : '') + block.labels.join('.'),
  );
  const instances = new Map<string, readonly TerraformResource[]>();
  const instancesInProgress = new Set<string>();
  const instancesOf = (address: string): readonly TerraformResource[] | undefined => {
    const known = instances.get(address);
    if (known) return known;
    const found = blocksByAddress.get(address)?.[0];
    if (!found || instancesInProgress.has(address)) return undefined;
    instancesInProgress.add(address);
    const unrolled = unroll(found.block, found.file, address, prefix, lookup, undecided);
    instancesInProgress.delete(address);
    instances.set(address, unrolled);
    return unrolled;
  };

  const modules = new Map<string, TerraformModule>();
  const moduleOf = (name: string): TerraformModule | undefined => {
    if (modules.has(name)) return modules.get(name);
    const call = declared.find(({ block }) => block.type === 'module' && block.labels[0] === name);
    const sourceExpression = call?.block.body.attributes.get('source');
    const source = sourceExpression ? evaluate(sourceExpression.expression, lookup) : undefined;
    if (!call || typeof source !== 'string' || !input.openModule) return undefined;
    const given = new Map([...call.block.body.attributes.values()].filter((attribute) => attribute.name !== 'source').map((attribute) => [attribute.name, evaluate(attribute.expression, lookup)]));
    const opened = input.openModule(source, given, `${prefix}module.${name}.`);
    if (opened) modules.set(name, opened);
    else undecided.push({ what: `module.${name}`, reason: `its source ${JSON.stringify(source)} is not a local folder`, span: call.block.span });
    return opened;
  };

  const providers = declared.filter(({ block }) => block.type === 'provider').map(({ block }) => blockView(block, (root, path) => lookup(root, path)));

  function lookup(root: string, path: readonly string[]): { value: Value; used: number } {
    const [first = '', second = '', third] = path;
    if (root === 'var') return { value: variables.get(first)?.value ?? new Unknown('not declared', `var.${first}`), used: 1 };
    if (root === 'local') return { value: localValue(first), used: 1 };
    if (root === 'path' || root === 'terraform' || root === 'each' || root === 'count' || root === 'self') return { value: new Unknown('known when Terraform runs', [root, ...path].join('.')), used: path.length };
    if (root === 'module') {
      const output = moduleOf(first)?.outputs.get(second);
      return { value: output ?? new Unknown('an output of a module', ['module', ...path].join('.')), used: Math.min(path.length, 2) };
    }
    if (root === 'data') return attributeOf(`data.${first}.${second}`, third, path.slice(2), 2, providers);
    return attributeOf(`${root}.${first}`, second === '' ? undefined : second, path.slice(1), 1, providers);
  }

  function attributeOf(address: string, _attribute: string | undefined, rest: readonly string[], used: number, known: readonly TerraformBlock[]): { value: Value; used: number } {
    const all = instancesOf(address);
    if (!all) return { value: new Unknown('not declared here', [address, ...rest].join('.')), used: used + rest.length };
    const [key, ...afterKey] = rest;
    const keyed = all.some((resource) => resource.instance !== undefined);
    const resource = keyed ? all.find((candidate) => String(candidate.instance) === key) : all[0];
    const attribute = keyed ? afterKey[0] : key;
    const taken = used + (keyed ? 1 : 0);
    if (!resource || attribute === undefined) return { value: new Unknown('a whole resource', [address, ...rest].join('.')), used: used + rest.length };
    const computed = computedAttribute(resource, attribute, known);
    return { value: computed ?? resource.attribute(attribute) ?? new Unknown('known after apply', `${resource.address}.${attribute}`), used: taken + 1 };
  }

  const resources = [...blocksByAddress.keys()].flatMap((address) => instancesOf(address) ?? []);
  for (const { block } of declared) if (block.type === 'module' && block.labels[0] !== undefined) moduleOf(block.labels[0]);
  const outputs = new Map<string, Value>();
  for (const { block } of declared.filter(({ block }) => block.type === 'output')) {
    const value = block.body.attributes.get('value');
    if (block.labels[0] !== undefined && value) outputs.set(block.labels[0], evaluate(value.expression, lookup));
  }
  return { directory: input.directory, files: input.files, problems: input.files.flatMap((file) => file.problems), resources, variables, locals: new Map([...locals.keys()].map((name) => [name, localValue(name)])), outputs, providers, modules, undecided, references };
}

const nothing: Lookup = (root, path) => ({ value: new Unknown('not allowed here', [root, ...path].join('.')), used: path.length });

/** What a provider works out from the arguments or from its own configuration. */
function computedAttribute(resource: TerraformResource, attribute: string, providers: readonly TerraformBlock[]): Value | undefined {
  if (resource.type === 'aws_iam_policy_document' && (attribute === 'json' || attribute === 'minified_json')) return policyDocument(resource);
  if (resource.type === 'aws_region' && ['name', 'id', 'region'].includes(attribute)) {
    const own = resource.attribute('name') ?? resource.attribute('region');
    const fallback = providers.find((provider) => provider.block.labels[0] === 'aws' && provider.attribute('alias') === undefined)?.attribute('region');
    return own ?? fallback;
  }
  if (resource.mode === 'managed' && resource.type === 'aws_bedrock_inference_profile' && attribute === 'arn') return applicationProfileArn(resource);
  if (resource.mode === 'managed' && attribute === 'id' && ['aws_iam_user', 'aws_iam_role', 'aws_ssm_parameter', 'aws_iam_group'].includes(resource.type)) return resource.attribute('name');
  return undefined;
}

/** AWS chooses the id (Bedrock API reference, CreateInferenceProfile); partition and region are those of what it copies. */
function applicationProfileArn(resource: TerraformResource): Value {
  const copied = resource.nested('model_source')[0]?.attribute('copy_from');
  const written = typeof copied === 'string' ? copied : copied instanceof PartialText ? copied.toString() : '';
  const [, partition = '', region = ''] = /^arn:([a-z-]+):bedrock:([a-z0-9-]+):/.exec(written) ?? [];
  const unknown = (attribute: string): Unknown => new Unknown('known after apply', `${resource.address}.${attribute}`);
  return new PartialText(['arn:', partition === '' ? unknown('partition') : partition, ':bedrock:', region === '' ? unknown('region') : region, ':', unknown('account'), ':application-inference-profile/', unknown('id')]);
}

function unroll(block: HclBlock, file: HclFile, address: string, prefix: string, outer: Lookup, undecided: Undecided[]): readonly TerraformResource[] {
  const make = (lookup: Lookup, instance?: string | number): TerraformResource => {
    const view = blockView(block, lookup);
    const suffix = instance === undefined ? '' : `[${JSON.stringify(instance)}]`;
    return {
      mode: block.type === 'data' ? 'data' : 'managed',
      type: block.labels[0]!,
      name: block.labels[1]!,
      ...(instance === undefined ? {} : { instance }),
      address: `${prefix}${address}${suffix}`,
      block,
      file,
      attribute: view.attribute,
      nested: view.nested,
      placeOf: (name) => (name === undefined ? undefined : block.body.attributes.get(name)?.span) ?? block.span,
    };
  };
  const count = block.body.attributes.get('count');
  const forEach = block.body.attributes.get('for_each');
  if (count) {
    const value = evaluate(count.expression, outer);
    if (typeof value === 'number' && value >= 0 && value <= 1_000) return Array.from({ length: value }, (_, index) => make(withRoot(outer, 'count', { index }), index));
    undecided.push({ what: address, reason: 'its count is known only when Terraform runs', span: count.span });
    return [make(outer)];
  }
  if (forEach) {
    const value = evaluate(forEach.expression, outer);
    const entries = isList(value) ? value.filter((key) => typeof key === 'string').map((key) => [key, key] as const) : isMap(value) ? Object.entries(value) : undefined;
    if (entries) return entries.map(([key, each]) => make(withRoot(outer, 'each', { key, value: each }), key));
    undecided.push({ what: address, reason: 'its for_each is known only when Terraform runs', span: forEach.span });
    return [make(outer)];
  }
  return [make(outer)];
}

function withRoot(outer: Lookup, name: string, value: ValueMap): Lookup {
  return (root, path) => (root === name ? { value, used: 0 } : outer(root, path));
}

function blockView(block: HclBlock, lookup: Lookup): TerraformBlock {
  const values = new Map<string, Value>();
  const attribute = (name: string): Value | undefined => {
    const written = block.body.attributes.get(name);
    if (!written) return undefined;
    let value = values.get(name);
    if (value === undefined) {
      values.set(name, new Unknown('refers to itself', name));
      value = evaluate(written.expression, lookup);
      values.set(name, value);
    }
    return value;
  };
  return { block, attribute, nested: (type) => nestedBlocks(block.body, type, lookup) };
}

function nestedBlocks(body: HclBody, type: string, lookup: Lookup): readonly TerraformBlock[] {
  return body.blocks.flatMap((inner) => {
    if (inner.type === type) return [blockView(inner, lookup)];
    if (inner.type !== 'dynamic' || inner.labels[0] !== type) return [];
    const content = inner.body.blocks.find((candidate) => candidate.type === 'content');
    const forEach = inner.body.attributes.get('for_each');
    const iterator = inner.body.attributes.get('iterator');
    const name = iterator?.expression.type === 'reference' ? iterator.expression.root : type;
    if (!content || !forEach) return [];
    const collection = evaluate(forEach.expression, lookup);
    const entries: readonly (readonly [Value, Value])[] = isList(collection) ? collection.map((value, index) => [index, value] as const) : isMap(collection) ? Object.entries(collection) : [[new Unknown('a collection that is not known'), new Unknown('a collection that is not known')]];
    return entries.map(([key, value]) => blockView(content, withRoot(lookup, name, { key, value })));
  });
}

/** Every `var.x` and `local.x` in the module's expressions. */
function collectReferences(files: readonly HclFile[]): ReadonlyMap<string, readonly Span[]> {
  const found = new Map<string, Span[]>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (node instanceof Map) {
      for (const value of node.values()) visit(value);
      return;
    }
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if ('type' in node && node.type === 'reference' && 'root' in node && 'steps' in node && 'span' in node && Array.isArray(node.steps)) {
      const [step]: { type?: string; name?: string }[] = node.steps;
      const span: unknown = node.span;
      if (step?.type === 'attribute' && isSpan(span)) {
        const name = `${String(node.root)}.${step.name}`;
        found.set(name, [...(found.get(name) ?? []), span]);
      }
    }
    for (const [key, value] of Object.entries(node)) if (key !== 'span') visit(value);
  };
  for (const file of files) visit(file.body);
  return found;
}

function isSpan(value: unknown): value is Span {
  return typeof value === 'object' && value !== null && 'line' in value && 'file' in value;
}

/** Is a value decided, or which reference keeps it open? */
export function openReference(value: Value): string | undefined {
  if (isKnown(value)) return undefined;
  if (value instanceof Unknown) return value.reference ?? value.reason;
  if (value instanceof PartialText) return openReference(value.parts.find((part) => part instanceof Unknown) ?? null);
  if (isList(value)) return value.map(openReference).find((reference) => reference !== undefined);
  if (isMap(value)) return Object.values(value).map(openReference).find((reference) => reference !== undefined);
  return undefined;
}
