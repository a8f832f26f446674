import { isCollection, isMap, isPair, isScalar, LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { Place } from '../../finding.ts';
import type { ManifestDocument, ManifestFile, ManifestObject, ManifestProblem } from './types.ts';

/**
 * Reads one YAML file. Never throws: a document that cannot be read is a problem with its place, documents beside it
 * still count. Files that are templates (Helm's `{{ }}` outside quotes) come out as problems too; the caller decides.
 */
export function parseManifestFile(file: string, source: string): ManifestFile {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const lines = new LineCounter();
  const documents: ManifestDocument[] = [];
  const problems: ManifestProblem[] = [];
  const result: ManifestFile = { file, text, documents, problems };
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false, strict: true, logLevel: 'silent' });
  if (!Array.isArray(parsed)) return result;
  for (const document of parsed) {
    for (const error of document.errors) problems.push({ message: /call stack/.test(error.message) ? 'it is nested too deeply' : error.message, place: placeAt(error.pos[0]) });
    if (document.errors.length > 0 && document.errors.some((error) => error.code !== 'DUPLICATE_KEY' && error.code !== 'TAB_AS_INDENT')) continue;
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: 1_000 });
    } catch (error) {
      problems.push({ message: error instanceof Error ? error.message : 'the document could not be read', place: placeAt(document.range[0]) });
      continue;
    }
    const object = toObject(value);
    if (!object) continue;
    documents.push({ file: result, document, object, placeOf: (path, ofKey = false) => placeAt(offsetOf(document, path, ofKey)) });
    if (isRecord(value) && value['kind'] === 'List' && Array.isArray(value['items'])) documents.push(...listItems(value['items'], result, document, placeAt));
  }
  return result;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listItems(items: readonly unknown[], file: ManifestFile, document: Document.Parsed, placeAt: (offset: number) => Place): ManifestDocument[] {
  return items.flatMap((item, index) => {
    const object = toObject(item);
    return object ? [{ file, document, object, placeOf: (path, ofKey = false) => placeAt(offsetOf(document, ['items', index, ...path], ofKey)) }] : [];
  });
}

function toObject(value: unknown): ManifestObject | undefined {
  if (!isRecord(value) || typeof value['kind'] !== 'string') return undefined;
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  return {
    apiVersion: typeof value['apiVersion'] === 'string' ? value['apiVersion'] : '',
    kind: value['kind'],
    name: typeof metadata['name'] === 'string' ? metadata['name'] : '',
    namespace: typeof metadata['namespace'] === 'string' ? metadata['namespace'] : undefined,
    value,
  };
}

/** The offset of the deepest node on the path that exists. */
function offsetOf(document: Document.Parsed, path: readonly (string | number)[], ofKey: boolean): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? document.range[0];
  for (const [position, step] of path.entries()) {
    if (!isCollection(node)) break;
    const found: unknown = isMap(node) ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(step)) : node.items[Number(step)];
    if (found === undefined) break;
    const last = position === path.length - 1;
    if (isPair(found)) {
      const key = rangeStart(found.key);
      const value = rangeStart(found.value);
      offset = (last && ofKey ? key : (value ?? key)) ?? offset;
      node = found.value;
    } else {
      offset = rangeStart(found) ?? offset;
      node = found;
    }
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const range: unknown = node.range;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}
