import type { Finding } from '../finding.ts';
import type { RepositoryFacts } from './facts.ts';
import { toFinding, type Fix, type Rule, type RuleContext, type RuleFinding } from './rule.ts';
import { suppressionUnused, unusedSuppression } from './rules/suppression-unused.ts';
import { findSuppressions, type Suppression } from './suppressions.ts';

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
  const take = (rule: Rule, found: RuleFinding): void => {
    const finding = toFinding(rule, found);
    const suppression = suppressions.find((candidate) => candidate.rule === rule.id && candidate.file === finding.place?.file && candidate.lines.includes(finding.place?.line ?? 0));
    if (suppression) {
      suppression.used = true;
      suppressed.push(finding);
    } else if (found.undecided === true) undecided.push(finding);
    else findings.push(found.fix ? { ...finding, fix: found.fix } : finding);
  };
  for (const rule of rules) for (const found of rule.check(facts, context)) take(rule, found);
  // Those that suppress this very finding come last: only now is it known whether they are used.
  const own = (suppression: Suppression): boolean => suppression.rule === suppressionUnused.id;
  for (const these of [suppressions.filter((each) => !own(each)), suppressions.filter(own)]) {
    for (const suppression of these.filter(({ used }) => !used)) take(suppressionUnused, unusedSuppression(suppression, rules.some(({ id }) => id === suppression.rule)));
  }
  return { findings: findings.sort(byPlace), undecided: undecided.sort(byPlace), suppressed };
}

function byPlace(a: Finding, b: Finding): number {
  return (a.place?.file ?? '').localeCompare(b.place?.file ?? '') || (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0) || a.id.localeCompare(b.id);
}
