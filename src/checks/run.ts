import type { Finding } from '../finding.ts';
import type { RepositoryFacts } from './facts.ts';
import { toFinding, type Fix, type Rule, type RuleContext } from './rule.ts';
import { findSuppressions } from './suppressions.ts';

export interface RuleRun {
  /** In the order of files and lines. */
  readonly findings: readonly CheckedFinding[];
  /** Rules that could not tell, with what is missing. */
  readonly undecided: readonly Finding[];
  readonly suppressed: readonly Finding[];
}

export interface CheckedFinding extends Finding {
  readonly fix?: Fix;
}

/** Runs rules over facts and takes off what the files' own comments suppress. Pure. */
export function runRules(rules: readonly Rule[], facts: RepositoryFacts, context: RuleContext, texts: ReadonlyMap<string, string>): RuleRun {
  const findings: CheckedFinding[] = [];
  const undecided: Finding[] = [];
  const suppressed: Finding[] = [];
  const suppressions = findSuppressions(texts);
  for (const rule of rules) {
    for (const found of rule.check(facts, context)) {
      const finding = toFinding(rule, found);
      const suppression = suppressions.find((candidate) => candidate.rule === rule.id && candidate.file === finding.place?.file && candidate.lines.includes(finding.place?.line ?? 0));
      if (suppression) {
        suppression.used = true;
        suppressed.push(finding);
      } else if (found.undecided === true) undecided.push(finding);
      else findings.push(found.fix ? { ...finding, fix: found.fix } : finding);
    }
  }
  for (const suppression of suppressions.filter(({ used }) => !used)) {
    findings.push({
      id: 'suppression-unused',
      severity: 'warning',
      message: rules.some(({ id }) => id === suppression.rule) ? `nothing here is ${suppression.rule}` : `there is no rule ${suppression.rule}`,
      cause: 'What it suppressed is mended, or stands on another line: a comment that suppresses nothing hides the next defect.',
      remedy: 'Remove the comment.',
      place: { file: suppression.file, line: suppression.line, column: suppression.column },
    });
  }
  return { findings: findings.sort(byPlace), undecided: undecided.sort(byPlace), suppressed };
}

function byPlace(a: Finding, b: Finding): number {
  return (a.place?.file ?? '').localeCompare(b.place?.file ?? '') || (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0) || a.id.localeCompare(b.id);
}
