/** Where the nodes of a YAML document stand in its text: what edits by offset need to know. */
import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, parseAllDocuments, type Document, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';

export type YamlPath = readonly (string | number)[];

/** A text that cannot be edited so that nothing else changes; `reason` completes "it cannot be edited: …". */
export class UneditableYaml extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'UneditableYaml';
    this.reason = reason;
  }
}

/** Every document of a text without a byte order mark. @throws UneditableYaml on a syntax error */
export function documentsOf(text: string): readonly Document.Parsed[] {
  const parsed = parseAllDocuments(text, { uniqueKeys: true, prettyErrors: false, strict: true, logLevel: 'silent' });
  if (!Array.isArray(parsed)) return [];
  for (const document of parsed) {
    const [error] = document.errors;
    if (error !== undefined) throw new UneditableYaml(`it is no YAML that can be read (${error.message})`);
  }
  return parsed;
}

/** The documents as plain values. @throws UneditableYaml on a syntax error or endless aliases */
export function valuesOf(text: string): unknown[] {
  return documentsOf(text.startsWith('\uFEFF') ? text.slice(1) : text).map((document) => {
    try {
      const value: unknown = document.toJS({ maxAliasCount: 1_000 });
      return value;
    } catch (error) {
      throw new UneditableYaml(error instanceof Error ? error.message : 'its aliases cannot be resolved');
    }
  });
}

/** The node at a path; undefined where it is missing. Never steps through an alias: what it names is shared. */
export function nodeAt(document: Document.Parsed, path: YamlPath): Node | null | undefined {
  let node: Node | null | undefined = document.contents;
  for (const step of path) {
    if (isAlias(node)) throw new UneditableYaml(`${path.join('.')} goes through the alias *${node.source}, and what it names is used elsewhere too`);
    if (isMap(node)) {
      const pair = pairOf(node, String(step));
      if (pair === undefined) return undefined;
      node = valueOf(pair);
    } else if (isSeq(node)) {
      const item: Node | undefined = itemsOf(node)[Number(step)];
      if (item === undefined) return undefined;
      node = item;
    } else return undefined;
  }
  if (isAlias(node)) throw new UneditableYaml(`${path.join('.')} is the alias *${node.source}, and what it names is used elsewhere too`);
  return node;
}

export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

export function valueOf(pair: Pair): Node | null {
  return isNode(pair.value) ? pair.value : null;
}

export function itemsOf(seq: YAMLSeq): readonly Node[] {
  return seq.items.map((item) => {
    if (!isNode(item)) throw new UneditableYaml('a list item stands nowhere');
    return item;
  });
}

export function startOf(node: unknown): number {
  return rangeOf(node)[0];
}

/** Where a node's own text ends: before the comment and the line's end that follow it. */
export function contentEnd(node: unknown): number {
  if (isPair(node)) {
    if (isNode(node.value)) return contentEnd(node.value);
    return rangeOf(node.key)[1];
  }
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return contentEnd(node.items.at(-1));
  return rangeOf(node)[1];
}

export function isFlow(node: unknown): boolean {
  return isCollection(node) && node.flow === true;
}

function rangeOf(node: unknown): readonly [number, number] {
  if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
    const [start, end]: unknown[] = node.range;
    if (typeof start === 'number' && typeof end === 'number') return [start, end];
  }
  throw new UneditableYaml('a part of it has no place in the text');
}

function isNode(value: unknown): value is Node {
  return isAlias(value) || isScalar(value) || isCollection(value);
}
