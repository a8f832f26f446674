import type { Finding, Place } from '../../finding.ts';
import { AccessError } from '../../errors/error.ts';
import { docsAddress } from '../../errors/pages.ts';
import type { Paint } from './paint.ts';
import { counted, displayWidth, printable } from './text.ts';

/** The text of a source file by its name as findings give it; undefined where it is not at hand. */
export type Sources = (file: string) => string | undefined;

/**
 * One finding as text:
 *
 *     error[profile-required]: … cannot be invoked by its bare id
 *       access.yaml:7:12 (spec.models[0].id)
 *         7 |   models: [{ id: anthropic.claude-3-7-sonnet-20250219-v1:0 }]
 *           |                  ^
 *     cause: …
 *     fix: …
 *     docs: …
 */
export function renderFinding(finding: Finding, paint: Paint, sources: Sources = () => undefined): string {
  const color = finding.severity === 'error' ? paint.error : finding.severity === 'warning' ? paint.warning : paint.faint;
  const lines = [`${color(paint.strong(`${finding.severity}[${finding.id}]`))}: ${printable(finding.message)}`];
  if (finding.place !== undefined) lines.push(...renderPlace(finding.place, paint, sources));
  lines.push(labelled('cause', finding.cause, paint), labelled('fix', finding.remedy, paint), labelled('docs', docsAddress(finding.id), paint));
  return lines.join('\n');
}

/** Several findings, errors last so that they stay in sight, then how many there are. */
export function renderFindings(findings: readonly Finding[], paint: Paint, sources?: Sources): string {
  const rank = { info: 0, warning: 1, error: 2 };
  const ordered = findings.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
  const text = ordered.map((finding) => renderFinding(finding, paint, sources)).join('\n\n');
  return findings.length < 2 ? text : `${text}\n\n${countBySeverity(findings)}`;
}

/** A plan repeats what the declaration's models gave to say; with its line it was said better. */
export function unsaid(findings: readonly Finding[], said: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => !said.some((other) => other.id === finding.id && other.message === finding.message));
}

export function countBySeverity(findings: readonly Finding[]): string {
  return (['error', 'warning', 'info'] as const)
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => counted(count, severity, severity === 'info' ? 'notes' : `${severity}s`))
    .join(', ');
}

/** An error of the program as findings: its list where it has one, else itself. */
export function findingsOf(error: AccessError): readonly Finding[] {
  if (error.details.findings !== undefined && error.details.findings.length > 0) return error.details.findings;
  const { cause, remedy, place } = error.details;
  return [{ id: error.id, severity: 'error', message: error.message, cause, remedy, ...(place === undefined ? {} : { place }) }];
}

function renderPlace(place: Place, paint: Paint, sources: Sources): string[] {
  const position = place.file === undefined ? undefined : [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
  const what = [place.field, place.resource].filter((part) => part !== undefined && part !== '').join(', ');
  const lines = [`  ${printable(position === undefined ? what : what === '' ? position : `${position} (${what})`)}`];
  const source = place.file === undefined || place.line === undefined ? undefined : sources(place.file)?.split(/\r\n|\r|\n/)[place.line - 1];
  if (source === undefined || place.line === undefined) return lines;
  return [...lines, ...excerpt(source, place.line, place.column, paint)];
}

/** The line of source and a caret beneath its column; a long line is cut around the column. */
function excerpt(source: string, line: number, column: number | undefined, paint: Paint): string[] {
  const number = String(line);
  const before = source.slice(0, (column ?? 1) - 1);
  const cut = displayWidth(before) > 90 ? before.length - 60 : 0;
  const shown = `${cut > 0 ? '…' : ''}${source.slice(cut, cut + 120)}${source.length > cut + 120 ? '…' : ''}`;
  const lines = [`    ${paint.faint(`${number} |`)} ${printable(shown)}`];
  if (column !== undefined) {
    const prefix = printable(`${cut > 0 ? '…' : ''}${source.slice(cut, column - 1)}`);
    const indent = Array.from(prefix, (character) => (character === '\t' ? '\t' : ' '.repeat(displayWidth(character)))).join('');
    lines.push(`    ${paint.faint(`${' '.repeat(number.length)} |`)} ${indent}${paint.error('^')}`);
  }
  return lines;
}

/** `cause: …`, further lines indented beneath. */
function labelled(label: string, text: string, paint: Paint): string {
  return `${paint.strong(`${label}:`)} ${printable(text).replaceAll('\n', `\n${' '.repeat(label.length + 2)}`)}`;
}
