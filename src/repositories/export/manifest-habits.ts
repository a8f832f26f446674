/** Which habits the manifests side shows: the app's own first, then the other apps'. */
import { dirname, extname } from 'node:path';
import { isMap, isPair, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { ManifestFacts } from '../facts/manifest-facts.ts';
import type { ManifestFile } from '../manifests/types.ts';
import { lineEnding } from './lines.ts';
import { mostCommon } from './majority.ts';
import type { ExportStyle } from './style.ts';
import { getIn } from './yaml-change.ts';

export type ManifestHabits = Pick<ExportStyle, 'externalSecretVersion' | 'refreshInterval' | 'documents' | 'listIndent' | 'indent' | 'quotes' | 'yamlExtension' | 'lineEndings'> & {
  readonly reloader: boolean;
};

/** @param own files of this app; @param all every file of the repository that was read, the app's too; @param facts theirs */
export function manifestHabits(own: readonly ManifestFile[], all: readonly ManifestFile[], facts: Pick<ManifestFacts, 'operatorVersion' | 'reloader'>): ManifestHabits {
  const secrets = all.flatMap(({ documents }) => documents).filter(({ object }) => object.kind === 'ExternalSecret');
  const forms = (own.length > 0 ? own : all).map(({ text }) => textForm(text));
  const intervals = secrets.map(({ object }) => getIn(object.value, ['spec', 'refreshInterval'])).filter((interval) => typeof interval === 'string');
  const extensions = (own.length > 0 ? own : all).map(({ file }) => extname(file));
  return {
    externalSecretVersion: versionOf(facts.operatorVersion?.version, secrets.map(({ object }) => object.apiVersion)),
    refreshInterval: mostCommon(intervals) ?? '1h',
    documents: documentsHabit(own, all),
    listIndent: mostCommon(forms.flatMap(({ listIndents }) => listIndents)) ?? 2,
    indent: mostCommon(forms.flatMap(({ indents }) => indents)) ?? 2,
    quotes: mostCommon(own.flatMap(({ text }) => quotedValues(text))) ?? 'plain',
    yamlExtension: mostCommon(extensions) === '.yml' ? 'yml' : 'yaml',
    lineEndings: (mostCommon(own.map(({ text }) => lineEnding(text))) ?? '\n') === '\n' ? 'lf' : 'crlf',
    reloader: facts.reloader !== undefined,
  };
}

/** How a text indents its lists and maps; counted once for each list and map. */
export function textForm(text: string): { readonly listIndents: readonly (0 | 2)[]; readonly indents: readonly (2 | 4)[] } {
  const listIndents: (0 | 2)[] = [];
  const indents: (2 | 4)[] = [];
  const columnAt = (offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1);
  const start = (node: unknown): number | undefined => (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : undefined);
  const visit = (node: unknown): void => {
    if (isSeq(node)) node.items.forEach(visit);
    if (!isMap(node) || node.flow === true) return;
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue;
      const [key, value] = [start(pair.key), start(pair.value)];
      if (key !== undefined && value !== undefined && text.slice(key, value).includes('\n')) {
        const deeper = columnAt(value) - columnAt(key);
        if (isSeq(pair.value) && pair.value.flow !== true) listIndents.push(deeper > 0 ? 2 : 0);
        else if (isMap(pair.value) && pair.value.flow !== true && (deeper === 2 || deeper === 4)) indents.push(deeper);
      }
      visit(pair.value);
    }
  };
  const parsed = parseAllDocuments(text, { logLevel: 'silent' });
  if (Array.isArray(parsed)) for (const document of parsed) visit(document.contents);
  return { listIndents, indents };
}

/** The operator's own version decides; else what the newest of the manifests use. */
function versionOf(operator: string | undefined, used: readonly string[]): ExportStyle['externalSecretVersion'] {
  if (operator !== undefined) {
    const [major = 0, minor = 0] = operator.split('.').map(Number);
    // v1 came with 0.16 (external-secrets release notes v0.16.0).
    return major > 0 || minor >= 16 ? 'v1' : 'v1beta1';
  }
  return mostCommon(used) === 'external-secrets.io/v1beta1' ? 'v1beta1' : 'v1';
}

/** An app's own way counts; else whether files of several ExternalSecrets are usual. */
function documentsHabit(own: readonly ManifestFile[], all: readonly ManifestFile[]): ExportStyle['documents'] {
  const counts = (files: readonly ManifestFile[]): readonly number[] => files.map(({ documents }) => documents.filter(({ object }) => object.kind === 'ExternalSecret').length).filter((count) => count > 0);
  const here = counts(own);
  if (here.some((count) => count > 1)) return 'one-file';
  if (here.length > 1) return 'file-each';
  const apps = Map.groupBy(all, ({ file }) => dirname(file));
  let together = 0;
  let apart = 0;
  for (const files of apps.values()) {
    const found = counts(files);
    if (found.some((count) => count > 1)) together += 1;
    else if (found.length > 1) apart += 1;
  }
  return together > apart ? 'one-file' : 'file-each';
}

/** Values of `value:` and of a ConfigMap's data, by how they are quoted. */
function quotedValues(text: string): readonly ExportStyle['quotes'][] {
  return [...text.matchAll(/^\s+(?:value|[A-Z][A-Z0-9_]+): *(["']?)[^\s#|>]/gm)].map(([, quote]) => (quote === '"' ? 'double' : quote === "'" ? 'single' : 'plain'));
}
