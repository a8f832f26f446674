/**
 * YAML text as plain values, each with its place. Own walk instead of `toJS`, because every finding needs line and
 * column, and because aliases must not let a small file grow without bound.
 */
import { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser, type Document, type ParsedNode, type YAMLError } from 'yaml';
import type { Finding, Place } from '../../finding.ts';
import { accessFinding, withoutSecrets } from '../access-finding.ts';
import { enclosingField, fieldName, type FieldPath } from './field.ts';

/** One document of the source, or one item of a `kind: List` in it. */
export interface SourceDocument {
  readonly value: unknown;
  /** Where a field stands; the nearest enclosing field where it is not written. */
  readonly place: (field: string) => Place;
  /** Where the name of a field stands, for a field that should not be there. */
  readonly key: (field: string) => Place;
  /** Scalars as they are written: a number's leading zeros, `yes` for what is not a boolean. */
  readonly written: (field: string) => string | undefined;
}

/** Values in one source, aliases expanded. A declaration has a few hundred at most. */
const mostValues = 20_000;
const deepest = 64;

export function readDocuments(text: string, file: string | undefined): { documents: SourceDocument[]; findings: Finding[] } {
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { ...(file === undefined ? {} : { file }), line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const findings: Finding[] = [];
  const documents: SourceDocument[] = [];
  const budget = { left: mostValues };
  const names = new Map<string, string>();
  for (const document of parsed(text, lines, findings, at)) {
    findings.push(...document.errors.map((error) => syntaxFinding(error, at)), ...document.warnings.map((warning) => syntaxFinding(warning, at)));
    if (document.errors.length > 0 || document.warnings.length > 0 || document.contents === null) continue;
    try {
      const walk = new Walk(document.contents.range[0], at, budget, names);
      const value = walk.readWhole(document.contents);
      findings.push(...walk.findings);
      if (walk.findings.length === 0 && value !== null) documents.push(...items(value, walk));
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      findings.push(accessFinding('declaration-too-large', error.message, at(error.offset)));
    }
  }
  return { documents, findings };
}

/** One after the other: the parser's tokens of a document are let go before the next is read. */
function* parsed(text: string, lines: LineCounter, findings: Finding[], at: (offset: number) => Place): Generator<Document.Parsed> {
  const composer = new Composer({ prettyErrors: false, stringKeys: true, uniqueKeys: false, logLevel: 'silent' });
  try {
    yield* composer.compose(new Parser(lines.addNewLine).parse(text));
  } catch (error) {
    // The parser descends by recursion: a source of nothing but brackets exhausts the stack.
    if (!(error instanceof RangeError)) throw error;
    findings.push(accessFinding('declaration-too-large', 'The source is nested too deeply to be read.', at(0)));
  }
}

function syntaxFinding(error: YAMLError, at: (offset: number) => Place): Finding {
  const place = at(error.pos[0]);
  const message = withoutSecrets(error.message.split('\n')[0]!.replace(/:$/, ''));
  if (error.code === 'TAB_AS_INDENT') return accessFinding('yaml-syntax', message, place, { remedy: 'Indent with spaces: YAML takes no tabs there.' });
  if (error.code === 'RESOURCE_EXHAUSTION') return accessFinding('declaration-too-large', message, place);
  return accessFinding('yaml-syntax', message, place);
}

/** `kubectl get -o yaml` of several objects gives one document, a List. */
function items(value: unknown, walk: Walk): SourceDocument[] {
  if (isRecord(value) && typeof value.kind === 'string' && /^(BedrockAccess)?List$/.test(value.kind) && Array.isArray(value.items)) {
    return value.items.map((item: unknown, index) => walk.document(item, `items[${index}]`));
  }
  return [walk.document(value, '')];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class TooLarge extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

class Walk {
  readonly #start: number;
  readonly #at: (offset: number) => Place;
  readonly #budget: { left: number };
  readonly #names: Map<string, string>;
  readonly #offsets = new Map<string, number>();
  readonly #anchors = new Map<string, ParsedNode>();
  readonly #keys = new Map<string, number>();
  readonly #written = new Map<string, string>();
  readonly findings: Finding[] = [];

  /**
   * Offsets are kept and no node: what tells the places of a thousand declarations must stay small.
   * @param names of fields, which the documents of one source have in common
   */
  constructor(start: number, at: (offset: number) => Place, budget: { left: number }, names: Map<string, string>) {
    this.#start = start;
    this.#at = at;
    this.#budget = budget;
    this.#names = names;
  }

  #name(path: FieldPath): string {
    const name = fieldName(path);
    const known = this.#names.get(name);
    if (known === undefined) this.#names.set(name, name);
    return known ?? name;
  }

  readWhole(contents: ParsedNode): unknown {
    try {
      return this.#read(contents, []);
    } finally {
      this.#anchors.clear();
    }
  }

  /** Reads a node and remembers where it stands: a scalar by itself, a collection by its key. */
  #read(node: ParsedNode | null, path: FieldPath, keyOffset?: number): unknown {
    const offset = node?.range[0] ?? keyOffset ?? 0;
    if ((this.#budget.left -= 1) < 0) throw new TooLarge(`The source has more than ${mostValues} values, aliases expanded.`, offset);
    if (path.length > deepest) throw new TooLarge(`The source is nested more than ${deepest} levels deep, or an alias holds itself.`, offset);
    const field = this.#name(path);
    const scalar = node === null || isScalar(node) || isAlias(node);
    if (!this.#offsets.has(field)) this.#offsets.set(field, scalar && !(isScalar(node) && node.value === null) ? offset : (keyOffset ?? offset));
    if (node === null) return null;
    if (!isAlias(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isAlias(node)) {
      // `Alias.resolve` searches the whole document each time.
      const target = this.#anchors.get(node.source);
      if (target !== undefined) return this.#read(target, path, offset);
      this.findings.push(accessFinding('yaml-syntax', `The alias *${node.source} has no anchor before it.`, this.#at(offset)));
      return null;
    }
    if (isScalar(node)) {
      if (typeof node.source === 'string') this.#written.set(field, node.source);
      return node.value;
    }
    if (isSeq(node)) return node.items.map((item, index) => this.#read(parsedNode(item), [...path, index]));
    if (isMap(node)) {
      const value: Record<string, unknown> = {};
      for (const pair of node.items) {
        const keyNode = parsedNode(pair.key);
        const key = isScalar(keyNode) ? String(keyNode.value) : '';
        const childField = this.#name([...path, key]);
        if (Object.hasOwn(value, key)) {
          this.findings.push(accessFinding('field-duplicate', `${childField} stands twice.`, { ...this.#at(keyNode?.range[0] ?? offset), field: childField }));
        }
        if (keyNode !== null && !this.#keys.has(childField)) this.#keys.set(childField, keyNode.range[0]);
        const child = this.#read(parsedNode(pair.value), [...path, key], keyNode?.range[0] ?? offset);
        // A key such as `__proto__` becomes a field like any other.
        Object.defineProperty(value, key, { value: child, enumerable: true, configurable: true, writable: true });
      }
      return value;
    }
    return null;
  }

  document(value: unknown, prefix: string): SourceDocument {
    const full = (field: string): string => (prefix === '' || field === '' ? prefix + field : `${prefix}.${field}`);
    const place = (field: string): Place => {
      for (let at: string | undefined = full(field); at !== undefined; at = enclosingField(at)) {
        const offset = this.#offsets.get(at);
        if (offset !== undefined) return { ...this.#at(offset), field };
      }
      return { ...this.#at(this.#start), field };
    };
    const key = (field: string): Place => {
      const offset = this.#keys.get(full(field));
      return offset === undefined ? place(field) : { ...this.#at(offset), field };
    };
    return { value, place, key, written: (field) => this.#written.get(full(field)) };
  }
}

/** The library's types leave open that an item was made by hand; what it parsed has a range. */
function parsedNode(node: unknown): ParsedNode | null {
  return isParsedNode(node) ? node : null;
}

function isParsedNode(node: unknown): node is ParsedNode {
  return (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) && Array.isArray(node.range);
}
