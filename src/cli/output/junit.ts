import type { VerifyCheck } from '../../engine/types.ts';
import { docsAddress } from '../../errors/pages.ts';

/** One access's checks, a suite of the report. */
export interface CheckedAccess {
  readonly name: string;
  readonly checks: readonly VerifyCheck[];
}

/** JUnit XML as CI systems read it (the de facto schema of Jenkins and GitLab): a suite per access, a case per check. */
export function renderJunit(accesses: readonly CheckedAccess[]): string {
  const all = accesses.flatMap((access) => access.checks);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts(all)}>`,
    ...accesses.flatMap(({ name, checks }) => [`  <testsuite name="${escaped(name)}" ${counts(checks)}>`, ...checks.flatMap((check) => testCase(check, name)), '  </testsuite>']),
    '</testsuites>',
  ].join('\n');
}

function counts(checks: readonly VerifyCheck[]): string {
  const count = (outcome: VerifyCheck['outcome']): number => checks.filter((check) => check.outcome === outcome).length;
  return `tests="${checks.length}" failures="${count('failed')}" skipped="${count('skipped')}" time="${seconds(checks.reduce((sum, check) => sum + check.milliseconds, 0))}"`;
}

function testCase(check: VerifyCheck, suite: string): string[] {
  const head = `    <testcase name="${escaped(check.title)}" classname="${escaped(`${suite}.${check.id}`)}" time="${seconds(check.milliseconds)}"`;
  if (check.outcome === 'passed') return [`${head}>`, `      <system-out>${escaped(check.detail)}</system-out>`, '    </testcase>'];
  if (check.outcome === 'skipped') return [`${head}>`, `      <skipped message="${escaped(check.detail)}"/>`, '    </testcase>'];
  const first = check.findings[0];
  const text = check.findings.map((finding) => `${finding.id}: ${finding.message}\ncause: ${finding.cause}\nfix: ${finding.remedy}\ndocs: ${docsAddress(finding.id)}`).join('\n\n');
  return [`${head}>`, `      <failure type="${escaped(first?.id ?? check.id)}" message="${escaped(first?.message ?? check.detail)}">${escaped(text)}</failure>`, '    </testcase>'];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** XML 1.0 has no place for most control characters, not even escaped (section 2.2). */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
