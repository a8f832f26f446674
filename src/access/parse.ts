import { nearest } from '../bedrock/nearest.ts';
import type { Finding, Place } from '../finding.ts';
import { accessFinding, shown } from './access-finding.ts';
import { declaredMode, normalise } from './defaults.ts';
import { explainIssue, type ExplainedIssue } from './explain-issue.ts';
import { checkRules } from './rules/index.ts';
import { checkTogether } from './rules/together.ts';
import { accessSchema, apiVersion, kind } from './schema/index.ts';
import { expandShorthands } from './shorthand.ts';
import { isRecord, readDocuments, type SourceDocument } from './source/documents.ts';
import { sourceText } from './source/text.ts';
import type { Access } from './types.ts';

export interface ParsedAccess {
  readonly access: Access;
  /** Where a field stands in the source; the nearest enclosing field for one that is not written. */
  readonly place: (field: string) => Place;
  readonly sourceText: string;
}

export interface ParseResult {
  /** The accesses without an error of their own. */
  readonly accesses: ParsedAccess[];
  /** All problems, each with file (where given), line, column and field; `info` for documents that were skipped. */
  readonly findings: Finding[];
}

/**
 * Reads a file of YAML (or JSON) documents. Every `BedrockAccess` is validated and normalised; documents of other kinds
 * are skipped with an `info` finding, since a repository may keep them side by side. Nothing throws: bad input is a finding.
 * Bytes are taken as UTF-8.
 */
export function parseAccess(source: string | Uint8Array, { file }: { readonly file?: string } = {}): ParseResult {
  return parseAccessFiles([{ source, ...(file === undefined ? {} : { file }) }]);
}

/** {@link parseAccess} for several files, whose accesses may not share a name either. */
export function parseAccessFiles(sources: readonly { readonly source: string | Uint8Array; readonly file?: string }[]): ParseResult {
  const results = sources.map(({ source, file }) => parseSource(source, file));
  const accesses = results.flatMap((result) => result.accesses);
  const shared = checkTogether(accesses);
  return {
    accesses,
    findings: results.flatMap(({ findings }, index) => foremost([...findings, ...shared.filter(({ place }) => place?.file === sources[index]?.file)])),
  };
}

function parseSource(source: string | Uint8Array, file: string | undefined): ParseResult {
  const decoded = sourceText(source, file);
  if ('finding' in decoded) return { accesses: [], findings: [decoded.finding] };
  const { text } = decoded;
  const { documents, findings } = readDocuments(text, file);
  const accesses: ParsedAccess[] = [];
  let declared = 0;
  for (const document of documents) {
    const other = otherKind(document);
    if (other !== undefined) {
      findings.push(other);
      if (other.severity === 'error') declared += 1;
      continue;
    }
    declared += 1;
    const result = readAccess(document);
    findings.push(...result.findings);
    if (result.access !== undefined) accesses.push({ access: result.access, place: document.place, sourceText: text });
  }
  if (declared === 0 && !findings.some(({ severity }) => severity === 'error')) findings.push(noAccess(text, file));
  return { accesses, findings };
}

/** An access from an object that is no text: one that the API server returned, or a program made. */
export function accessFromObject(object: unknown): { readonly access: Access | undefined; readonly findings: Finding[] } {
  const place = (field: string): Place => ({ field });
  return readAccess({ value: object, place, key: place, written: () => undefined });
}

function readAccess(source: SourceDocument): { readonly access: Access | undefined; readonly findings: Finding[] } {
  const document = expandShorthands(source.value);
  const result = accessSchema.safeParse(document);
  if (!result.success) {
    // A value that is too long is often malformed too; one finding for a field is enough.
    const issues = result.error.issues.filter((issue, index, all) => issue.code === 'unrecognized_keys' || all.findIndex((other) => other.code !== 'unrecognized_keys' && samePath(other.path, issue.path)) === index);
    return { access: undefined, findings: withoutMisspelt(issues.flatMap((issue) => explainIssue(issue, document, source))) };
  }
  const findings = checkRules(result.data, source);
  const mode = declaredMode(result.data);
  if (mode === undefined || findings.some(({ severity }) => severity === 'error')) return { access: undefined, findings };
  return { access: normalise(result.data, mode), findings };
}

function samePath(one: readonly PropertyKey[], other: readonly PropertyKey[]): boolean {
  return one.length === other.length && one.every((segment, index) => segment === other[index]);
}

/** A field that is there under a misspelt name is not reported as missing too. */
function withoutMisspelt(issues: readonly ExplainedIssue[]): Finding[] {
  const meant = new Set(issues.map((issue) => issue.meant).filter((field) => field !== undefined));
  return issues.map(({ finding }) => finding).filter(({ id, place }) => id !== 'field-missing' || place?.field === undefined || !meant.has(place.field));
}

/** Why a document is no BedrockAccess, as a finding: another manifest is passed over, a mistyped one is an error. */
function otherKind({ value, place }: SourceDocument): Finding | undefined {
  if (!isRecord(value)) {
    return accessFinding('document-not-object', `The document is ${shown(value)}; a declaration is an object with apiVersion, kind, metadata and spec.`, place(''));
  }
  if (value.kind === kind && value.apiVersion === apiVersion) return undefined;
  const group = typeof value.apiVersion === 'string' ? value.apiVersion.split('/')[0]! : undefined;
  if (value.kind === kind) {
    return accessFinding('api-version-unknown', value.apiVersion === undefined ? 'apiVersion is missing.' : `apiVersion is ${shown(value.apiVersion)}; this version reads ${apiVersion}.`, place('apiVersion'));
  }
  if (typeof value.kind !== 'string') {
    return accessFinding('kind-unknown', value.kind === undefined ? 'kind is missing.' : `kind is ${shown(value.kind)}; it must be ${kind}.`, place('kind'));
  }
  const mistyped = value.kind !== `${kind}Class` && nearest(value.kind.slice(0, 64), [kind], 1)[0] !== undefined && value.kind.length > kind.length / 2;
  if (mistyped || (group === apiVersion.split('/')[0] && value.kind !== `${kind}Class`)) {
    return accessFinding('kind-unknown', `kind is ${shown(value.kind)}; did you mean ${kind}?`, place('kind'));
  }
  return accessFinding('document-skipped', `A document of kind ${shown(value.kind)} is passed over.`, place('kind'), { severity: 'info' });
}

/** More than anybody reads; a file of another kind can give thousands. */
const mostFindings = 100;

function foremost(findings: Finding[]): Finding[] {
  const sorted = findings.sort(byPlace);
  if (sorted.length <= mostFindings) return sorted;
  const kept = [...sorted.filter(({ severity }) => severity === 'error'), ...sorted.filter(({ severity }) => severity !== 'error')].slice(0, mostFindings).sort(byPlace);
  const left = sorted.length - mostFindings;
  return [...kept, accessFinding('problems-left-out', `${left} more problems of this source are not shown.`, kept.at(-1)?.place ?? {}, { severity: 'info' })];
}

function byPlace(a: Finding, b: Finding): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0);
}

function noAccess(text: string, file: string | undefined): Finding {
  const place = { ...(file === undefined ? {} : { file }), line: 1, column: 1 };
  return accessFinding('no-access-found', text.trim() === '' ? 'The source is empty.' : `The source holds no ${kind}.`, place);
}
