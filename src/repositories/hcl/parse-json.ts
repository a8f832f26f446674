/**
 * Terraform's JSON syntax (`.tf.json`) as the same tree that the native syntax gives (Terraform language, "JSON
 * Configuration Syntax"). Texts are templates; whether an object within a resource is an argument or a nested block only the
 * provider's schema says, so that it can be looked up as either. The YAML reader reads it, for places and for what stands
 * around a mistake: JSON is YAML (YAML 1.2, chapter 1.3).
 */
import type { Parser } from 'web-tree-sitter';
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml';
import { jsonMistake } from './json-mistake.ts';
import { parseHcl } from './parse.ts';
import type { Expression, HclAttribute, HclBlock, HclBody, HclFile, HclProblem, Span, TemplatePart } from './syntax.ts';

/** Labels of a block by its type; none for any other. */
const labelCounts: Readonly<Record<string, number>> = { resource: 2, data: 2, ephemeral: 2, module: 1, provider: 1, variable: 1, output: 1, check: 1, dynamic: 1, provisioner: 1 };

/** Never throws on bad input: what cannot be read is a problem with its place. */
export function parseTerraformJson(parser: Parser, file: string, source: string): HclFile {
  return readJson(file, source, (reader, root) => reader.topLevel(root), parser);
}

/** `*.tfvars.json`: values only, in which nothing is a template. */
export function parseVariablesJson(file: string, source: string): HclFile {
  return readJson(file, source, (reader, root) => reader.body([root]));
}

function readJson(file: string, source: string, read: (reader: JsonReader, root: Node) => HclBody, parser?: Parser): HclFile {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const lines = new LineCounter();
  const whole: Span = { file, start: 0, end: text.length, line: 1, column: 1 };
  const empty: HclBody = { attributes: new Map(), blocks: [], span: whole };
  if (isTooDeep(text)) return { file, text, body: empty, problems: [{ message: 'it is nested too deeply', span: whole }] };
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'silent' });
  const spanAt = (start: number, end = start): Span => {
    const { line, col } = lines.linePos(start);
    return { file, start, end, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: HclProblem[] = [];
  const mistake = jsonMistake(text);
  if (mistake !== undefined) problems.push({ message: mistake.message, span: spanAt(mistake.at) });
  const root = document.contents;
  if (root === null) return { file, text, body: empty, problems };
  const reader = new JsonReader(file, text, spanAt, problems, parser);
  return { file, text, body: read(reader, root), problems };
}

class JsonReader {
  readonly #file: string;
  readonly #text: string;
  readonly #spanAt: (start: number, end?: number) => Span;
  readonly #problems: HclProblem[];
  readonly #parser: Parser | undefined;

  constructor(file: string, text: string, spanAt: (start: number, end?: number) => Span, problems: HclProblem[], parser: Parser | undefined) {
    this.#file = file;
    this.#text = text;
    this.#spanAt = spanAt;
    this.#problems = problems;
    this.#parser = parser;
  }

  /** An object of block types, or a list of such objects. */
  topLevel(root: Node): HclBody {
    const blocks = pairsOf(root).flatMap(({ name, pair, value }) => this.#blocks(name, value, this.#spanOf(pair)));
    return { attributes: new Map(), blocks, span: this.#spanOf(root) };
  }

  /** @param literal nothing in it is a template, as in a variable's default */
  body(nodes: readonly Node[], literal = false): HclBody {
    const attributes = new Map<string, HclAttribute>();
    const blocks: HclBlock[] = [];
    for (const { name, pair, value } of nodes.flatMap(pairsOf)) {
      const span = this.#spanOf(pair);
      if (!attributes.has(name)) attributes.set(name, { name, expression: this.expression(value, literal), span });
      if (objectsIn(value).length > 0) blocks.push(...this.#blocks(name, value, span));
    }
    const [first] = nodes;
    return { attributes, blocks, span: first === undefined ? this.#spanAt(0) : this.#spanOf(first) };
  }

  expression(node: Node | null, literal = false): Expression {
    if (node === null) return { type: 'literal', value: null, span: this.#spanAt(0) };
    const span = this.#spanOf(node);
    if (isSeq(node)) return { type: 'tuple', elements: node.items.filter(isNode).map((item) => this.expression(item, literal)), span };
    if (isMap(node)) {
      return { type: 'object', entries: pairsOf(node).map(({ name, pair, value }) => ({ key: { type: 'literal', value: name, span: this.#spanOf(pair) }, value: this.expression(value, literal) })), span };
    }
    if (!isScalar(node)) return { type: 'unreadable', span };
    const { value } = node;
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) return { type: 'literal', value, span };
    if (typeof value !== 'string') return { type: 'unreadable', span };
    const text = this.#string(node, value);
    return literal ? { type: 'literal', value: text, span } : this.#template(text, span);
  }

  /** The value as JSON means it: YAML knows more escapes. */
  #string(node: Node, value: string): string {
    const [start = 0, end = 0] = node.range ?? [];
    try {
      const parsed: unknown = JSON.parse(this.#text.slice(start, end));
      return typeof parsed === 'string' ? parsed : value;
    } catch {
      return value;
    }
  }

  /** Read by the native grammar, as a heredoc: there quotes and line breaks are themselves. */
  #template(text: string, span: Span): Expression {
    if (this.#parser === undefined || !/[$%]\{/.test(text)) return { type: 'literal', value: text, span };
    let mark = 'TEXT';
    while (text.includes(mark)) mark += 'T';
    const { body, problems } = parseHcl(this.#parser, this.#file, `text = <<${mark}\n${text}\n${mark}\n`);
    const written = body.attributes.get('text')?.expression;
    if (problems.length > 0 || written === undefined) {
      this.#problems.push({ message: `the template ${JSON.stringify(text.slice(0, 40))} cannot be read`, span });
      return { type: 'unreadable', span };
    }
    if (written.type === 'literal') return { type: 'literal', value: withoutLastLine(String(written.value)), span };
    if (written.type !== 'template') return { type: 'unreadable', span };
    const parts = written.parts.map((part, index): TemplatePart => (typeof part !== 'string' ? relocated(part, span) : index === written.parts.length - 1 ? withoutLastLine(part) : part)).filter((part) => part !== '');
    const [only] = parts;
    return parts.length === 1 && typeof only === 'object' ? only : { type: 'template', parts, span };
  }

  /** Below a block's type come its labels, each level an object or a list of objects; then its body. */
  #blocks(type: string, value: Node | null, span: Span, labels: readonly string[] = []): readonly HclBlock[] {
    const objects = objectsIn(value);
    if (labels.length === (labelCounts[type] ?? 0)) {
      return objects.map((object) => ({ type, labels, body: this.body([object], type === 'variable'), span: objects.length === 1 ? span : this.#spanOf(object) }));
    }
    return objects.flatMap(pairsOf).flatMap(({ name, pair, value: inner }) => this.#blocks(type, inner, this.#spanOf(pair), [...labels, name]));
  }

  #spanOf(node: Node | Pair): Span {
    const [start, end] = isPair(node) ? [rangeOf(node.key)?.[0], rangeOf(node.value)?.[1] ?? rangeOf(node.key)?.[1]] : [node.range?.[0], node.range?.[1]];
    return this.#spanAt(start ?? 0, end ?? start ?? 0);
  }
}

interface Property {
  readonly name: string;
  readonly pair: Pair;
  readonly value: Node | null;
}

/** `//` is a comment ("JSON Configuration Syntax", comment properties). */
function pairsOf(node: Node | null): readonly Property[] {
  return objectsIn(node).flatMap((object) =>
    object.items.flatMap((pair) => {
      const name = isScalar(pair.key) ? String(pair.key.value) : undefined;
      return name === undefined || name === '//' ? [] : [{ name, pair, value: isNode(pair.value) ? pair.value : null }];
    }),
  );
}

function objectsIn(node: Node | null): readonly YAMLMap[] {
  if (isMap(node)) return [node];
  return isSeq(node) && node.items.length > 0 && node.items.every((item) => isMap(item)) ? node.items.filter((item) => isMap(item)) : [];
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || (typeof value === 'object' && value !== null && 'range' in value);
}

function rangeOf(value: unknown): readonly number[] | undefined {
  return isNode(value) ? (value.range ?? undefined) : undefined;
}

/** As for the native syntax: within any stack, and far beyond what is written. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (depth > 200) return true;
  }
  return false;
}

function withoutLastLine(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** An expression within a text stands where the text stands. */
function relocated<Shape>(value: Shape, span: Span): Shape;
function relocated(value: unknown, span: Span): unknown {
  if (Array.isArray(value)) return value.map((item) => relocated(item, span));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === 'span' ? span : relocated(inner, span)]));
}
