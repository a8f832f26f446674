import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import { isRecord, type SourceDocument } from '../source/documents.ts';

const modesNotBuilt: Readonly<Record<string, string>> = {
  session: 'short-lived session credentials',
};

/** What the declaration may say one day and this version cannot do: refused by name, before the schema is asked. */
export function notBuilt(document: unknown, { key }: Pick<SourceDocument, 'key'>): Finding[] {
  if (!isRecord(document) || !isRecord(document.spec)) return [];
  const findings: Finding[] = [];
  const { credentials } = document.spec;
  if (isRecord(credentials)) {
    for (const [mode, words] of Object.entries(modesNotBuilt)) {
      if (!Object.hasOwn(credentials, mode)) continue;
      findings.push(accessFinding('credentials-mode-not-built', `spec.credentials.${mode}: ${words} is not built yet.`, key(`spec.credentials.${mode}`)));
    }
  }
  return findings;
}
