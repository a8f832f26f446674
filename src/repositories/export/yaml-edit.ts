/**
 * Edits of YAML by offset: what is not meant to change stays byte for byte, comments and order too. After each edit the
 * text is read again and compared, object by object, with what was meant; anything else refuses the edit.
 */
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, type Document, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { columnOf, indented, insertLinesAfter, lineEnding, lineStart, nextLine, removeLines, splice } from './lines.ts';
import { changedValue, isRecord, type YamlChange } from './yaml-change.ts';
import { contentEnd, documentsOf, isFlow, itemsOf, nodeAt, pairOf, startOf, UneditableYaml, valueOf, valuesOf, type YamlPath } from './yaml-nodes.ts';
import { blockLines, flowText, scalarText, type YamlStyle } from './yaml-text.ts';

/** @throws UneditableYaml when the text cannot be edited so that only that changes */
export function editYaml(text: string, documentIndex: number, changes: readonly YamlChange[], style: YamlStyle): string {
  if (changes.length === 0) return text;
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const before = text.slice(mark.length);
  const expected = valuesOf(before);
  let after = before;
  for (const change of changes) {
    expected[documentIndex] = changedValue(expected[documentIndex], change);
    after = changedText(after, documentIndex, change, style);
  }
  let found: unknown[];
  try {
    found = valuesOf(after);
  } catch {
    throw new UneditableYaml('the edited text could not be read back');
  }
  if (!isDeepStrictEqual(found, expected)) throw new UneditableYaml('the edited text would mean something else than was meant');
  return mark + after;
}

function changedText(text: string, index: number, change: YamlChange, style: YamlStyle): string {
  switch (change.type) {
    case 'set':
      return setField(text, index, change.path, change.value, change.after ?? [], style);
    case 'add':
      return addItem(text, index, change, style);
    case 'remove':
      return removeField(text, documentAt(text, index), change.path);
  }
}

function documentAt(text: string, index: number): Document.Parsed {
  const document = documentsOf(text)[index];
  if (document === undefined) throw new UneditableYaml('a document of it is not there any more');
  return document;
}

function setField(text: string, index: number, path: YamlPath, value: unknown, after: readonly string[], style: YamlStyle): string {
  const document = documentAt(text, index);
  const key = path.at(-1);
  if (key === undefined) throw new UneditableYaml('a whole document is not replaced');
  const parentPath = path.slice(0, -1);
  const parent = nodeAt(document, parentPath);
  if (isSeq(parent)) {
    const item = itemsOf(parent)[Number(key)];
    if (item === undefined) throw new UneditableYaml(`${path.join('.')} is not there`);
    return isMap(item) && isRecord(value) ? mergeMap(text, index, path, value, style) : replaceItem(text, item, value, style);
  }
  // The nearest map that is there gets the rest as one value.
  if (parent === undefined || isEmpty(parent)) return setField(text, index, parentPath, { [String(key)]: value }, [], style);
  if (!isMap(parent)) throw new UneditableYaml(`${parentPath.join('.')} is no map`);
  const pair = pairOf(parent, String(key));
  if (pair === undefined) return insertPair(text, parent, String(key), value, after, style);
  const node = valueOf(pair);
  return isMap(node) && isRecord(value) && node.items.length > 0 ? mergeMap(text, index, path, value, style) : replacePair(text, parent, pair, String(key), value, style);
}

/** Makes a map into another one, one pair at a time, so that what stays keeps its comments and order. */
function mergeMap(text: string, index: number, path: YamlPath, value: Readonly<Record<string, unknown>>, style: YamlStyle): string {
  const document = documentAt(text, index);
  const map = nodeAt(document, path);
  if (!isMap(map)) throw new UneditableYaml(`${path.join('.')} is no map`);
  const keys = map.items.map((pair) => {
    if (!isScalar(pair.key)) throw new UneditableYaml(`${path.join('.')} has a key that is no text`);
    return String(pair.key.value);
  });
  const again = (changed: string): string => mergeMap(changed, index, path, value, style);
  const lost = map.items.find((_pair, position) => !Object.hasOwn(value, keys[position] ?? ''));
  const added = Object.keys(value).find((key) => !keys.includes(key));
  if (lost !== undefined) return again(added === undefined ? removePair(text, map, lost) : replacePair(text, map, lost, added, value[added], style));
  if (added !== undefined) return again(insertPair(text, map, added, value[added], [], style));
  const differing = map.items.find((pair, position) => !isDeepStrictEqual(plain(document, pair), value[keys[position] ?? '']));
  if (differing === undefined) return text;
  const key = keys[map.items.indexOf(differing)] ?? '';
  return again(setField(text, index, [...path, key], value[key], [], style));
}

function replaceItem(text: string, node: Node, value: unknown, style: YamlStyle): string {
  if (isScalar(node) && !isObject(value)) return splice(text, startOf(node), contentEnd(node), scalarText(value, quoting(node)));
  if (isFlow(node)) return splice(text, startOf(node), contentEnd(node), flowText(value, style));
  const [first = '', ...rest] = blockLines(value, style);
  return splice(text, startOf(node), contentEnd(node), [first, ...indented(rest, columnOf(text, startOf(node)))].join(lineEnding(text)));
}

function replacePair(text: string, map: YAMLMap, pair: Pair, key: string, value: unknown, style: YamlStyle): string {
  const node = valueOf(pair);
  const start = startOf(pair.key);
  const sameKey = isScalar(pair.key) && String(pair.key.value) === key;
  if (sameKey && isScalar(node) && !isObject(value) && contentEnd(node) > startOf(node)) return splice(text, startOf(node), contentEnd(node), scalarText(value, quoting(node)));
  const end = pairEnd(text, pair);
  if (isFlow(map)) return splice(text, start, end, flowText({ [key]: value }, style).replace(/^\{\s*/, '').replace(/\s*\}$/, ''));
  const [first = '', ...rest] = blockLines({ [key]: value }, style);
  // Below a key that had nothing, so that a comment on its line stays there.
  if (sameKey && rest.length > 0 && first.endsWith(':') && end === keyEnd(text, pair)) return insertLinesAfter(text, end, indented(rest, columnOf(text, start)));
  const lines = [first, ...indented(rest, columnOf(text, start))].join(lineEnding(text));
  // A block scalar's text ends with its newline.
  return splice(text, start, end, text[end - 1] === '\n' ? lines + lineEnding(text) : lines);
}

function insertPair(text: string, map: YAMLMap, key: string, value: unknown, after: readonly string[], style: YamlStyle): string {
  if (isFlow(map)) {
    const inside = flowText({ [key]: value }, style).replace(/^\{\s*/, '').replace(/\s*\}$/, '');
    const last = map.items.at(-1);
    if (last === undefined) return splice(text, startOf(map), contentEnd(map), `{ ${inside} }`);
    const end = pairEnd(text, last);
    return splice(text, end, end, `, ${inside}`);
  }
  const [first] = map.items;
  if (first === undefined) throw new UneditableYaml('a map is empty');
  const anchor = map.items.findLast((pair) => isScalar(pair.key) && after.includes(String(pair.key.value))) ?? map.items.at(-1) ?? first;
  return insertLinesAfter(text, pairEnd(text, anchor), indented(blockLines({ [key]: value }, style), columnOf(text, startOf(first.key))));
}

function addItem(text: string, index: number, change: Extract<YamlChange, { type: 'add' }>, style: YamlStyle): string {
  const document = documentAt(text, index);
  const seq = nodeAt(document, change.path);
  if (seq === undefined || isEmpty(seq)) return setField(text, index, change.path, [change.item], change.after ?? [], style);
  if (!isSeq(seq)) throw new UneditableYaml(`${change.path.join('.')} is no list`);
  const items = itemsOf(seq);
  const [first] = items;
  if (first === undefined) return emptyListFilled(text, document, change, seq, style);
  const next = change.before === undefined ? undefined : items[change.before];
  if (isFlow(seq)) {
    const inside = flowText(change.item, style);
    if (next !== undefined) return splice(text, startOf(next), startOf(next), `${inside}, `);
    const end = contentEnd(items.at(-1));
    return splice(text, end, end, `, ${inside}`);
  }
  const { dash, gap } = dashOf(text, first);
  const lines = blockLines(change.item, style);
  const written = [`${' '.repeat(dash)}-${' '.repeat(gap)}${lines[0] ?? ''}`, ...indented(lines.slice(1), dash + 1 + gap)];
  if (next === undefined) return insertLinesAfter(text, contentEnd(items.at(-1)), written);
  const at = lineStart(text, startOf(next));
  return splice(text, at, at, written.map((line) => line + lineEnding(text)).join(''));
}

/** `env: []` becomes a list below its key; what follows on the line, a comment, stays there. */
function emptyListFilled(text: string, document: Document.Parsed, change: Extract<YamlChange, { type: 'add' }>, seq: YAMLSeq, style: YamlStyle): string {
  const parent = nodeAt(document, change.path.slice(0, -1));
  const key = String(change.path.at(-1));
  const pair = isMap(parent) ? pairOf(parent, key) : undefined;
  if (!isMap(parent) || pair === undefined || isFlow(parent)) return splice(text, startOf(seq), contentEnd(seq), `[${flowText(change.item, style)}]`);
  const column = columnOf(text, startOf(pair.key));
  const emptied = splice(text, keyEnd(text, pair), contentEnd(seq), '');
  return insertLinesAfter(emptied, keyEnd(text, pair), indented(blockLines({ [key]: [change.item] }, style).slice(1), column));
}

function removeField(text: string, document: Document.Parsed, path: YamlPath): string {
  const key = path.at(-1);
  const parent = nodeAt(document, path.slice(0, -1));
  if (isMap(parent)) {
    const pair = pairOf(parent, String(key));
    if (pair === undefined) throw new UneditableYaml(`${path.join('.')} is not there`);
    return parent.items.length === 1 && path.length > 1 ? removeField(text, document, path.slice(0, -1)) : removePair(text, parent, pair);
  }
  if (!isSeq(parent)) throw new UneditableYaml(`${path.join('.')} is not there`);
  const items = itemsOf(parent);
  const index = Number(key);
  const item = items[index];
  if (item === undefined) throw new UneditableYaml(`${path.join('.')} is not there`);
  if (items.length === 1) return removeField(text, document, path.slice(0, -1));
  if (isFlow(parent)) return removeFromFlow(text, items, index);
  dashOf(text, item);
  return removeLines(text, lineStart(text, startOf(item)), afterContent(text, contentEnd(item)));
}

function removePair(text: string, map: YAMLMap, pair: Pair): string {
  const index = map.items.indexOf(pair);
  if (isFlow(map)) return removeFromFlow(text, map.items.map((item) => ({ range: [startOf(item.key), pairEnd(text, item)] })), index);
  const start = startOf(pair.key);
  const next = map.items[index + 1];
  // The first pair of a list item shares its line with the dash: the next pair moves up to it.
  if (text.slice(lineStart(text, start), start).trim() !== '') {
    if (next === undefined) throw new UneditableYaml('a list item would become empty');
    return splice(text, start, startOf(next.key), '');
  }
  return removeLines(text, lineStart(text, start), afterContent(text, pairEnd(text, pair)));
}

function removeFromFlow(text: string, items: readonly unknown[], index: number): string {
  const previous = items[index - 1];
  const next = items[index + 1];
  if (previous !== undefined) return splice(text, contentEnd(previous), contentEnd(items[index]), '');
  if (next === undefined) throw new UneditableYaml('a flow collection would become empty');
  return splice(text, startOf(items[index]), startOf(next), '');
}

function afterContent(text: string, end: number): number {
  return end > 0 && text[end - 1] === '\n' ? end : nextLine(text, end);
}

/** Where the dash of a block list stands, and how far its items are from it. */
function dashOf(text: string, item: Node): { readonly dash: number; readonly gap: number } {
  const dash = lineStart(text, startOf(item));
  const match = /^( *)-( *)$/.exec(text.slice(dash, startOf(item)));
  if (match === null) throw new UneditableYaml('a list item does not stand on a line of its own');
  return { dash: match[1]?.length ?? 0, gap: Math.max(match[2]?.length ?? 1, 1) };
}

/** Behind the key and its colon. */
function keyEnd(text: string, pair: Pair): number {
  const colon = text.indexOf(':', contentEnd(pair.key));
  if (colon < 0 || text.slice(contentEnd(pair.key), colon).trim() !== '') throw new UneditableYaml('a key is written in a form that is not edited');
  return colon + 1;
}

function pairEnd(text: string, pair: Pair): number {
  const node = valueOf(pair);
  if (node === null || isEmpty(node)) return keyEnd(text, pair);
  return Math.max(contentEnd(node), keyEnd(text, pair));
}

/** Nothing is written there: `env:`, with or without a comment. */
function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && contentEnd(node) === startOf(node));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function quoting(node: { readonly type?: unknown }): 'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE' {
  return node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE' ? node.type : 'PLAIN';
}

function plain(document: Document.Parsed, pair: Pair): unknown {
  const node = valueOf(pair);
  return node === null ? null : node.toJS(document, { maxAliasCount: 1_000 });
}
