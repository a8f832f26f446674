import type { VerifyCheck } from '../../engine/types.ts';
import { renderFinding } from './finding.ts';
import type { Paint } from './paint.ts';
import { printable } from './text.ts';

const words = { passed: 'ok', failed: 'FAILED', skipped: 'skipped' } as const;

/** One check as a line, and what it found below it. */
export function renderCheck(check: VerifyCheck, paint: Paint): string {
  const color = check.outcome === 'passed' ? paint.good : check.outcome === 'failed' ? paint.error : paint.faint;
  const line = `${color(words[check.outcome].padEnd(7))} ${check.title}: ${printable(check.detail)}`;
  return [line, ...check.findings.map((finding) => indented(renderFinding(finding, paint)))].join('\n');
}

/** `Verified: 7 passed, 0 failed, 0 skipped.` */
export function renderVerdict(checks: readonly VerifyCheck[], paint: Paint): string {
  const count = (outcome: VerifyCheck['outcome']): number => checks.filter((check) => check.outcome === outcome).length;
  const failed = count('failed');
  const head = failed === 0 ? paint.good('Verified') : paint.error('Not verified');
  return `${head}: ${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped.`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '        ');
}
