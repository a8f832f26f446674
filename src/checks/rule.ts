import type { Catalog } from '../bedrock/types.ts';
import type { Finding, Place, Severity } from '../finding.ts';
import type { RepositoryFacts } from './facts.ts';

/**
 * One rule: a pure function of facts. Its `id` has a page in `errors/checks-pages.ts`; its examples are run as tests
 * and become the page's good and bad example.
 */
export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** One line: what it looks for. */
  readonly summary: string;
  check(facts: RepositoryFacts, context: RuleContext): Iterable<RuleFinding>;
  readonly examples: { readonly bad: RuleExample; readonly good: RuleExample };
}

export interface RuleContext {
  readonly catalog: Catalog;
  readonly now: Date;
}

export interface RuleFinding {
  readonly message: string;
  readonly cause: string;
  readonly remedy: string;
  readonly place: Place;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
  /** A mechanical mend. */
  readonly fix?: Fix;
  /** The rule cannot tell: reported beside the findings, with what is missing. */
  readonly undecided?: boolean;
}

/** Replaces `length` characters at the place by `text`. */
export interface Fix {
  readonly place: Place;
  readonly find: string;
  readonly text: string;
}

/** Files of a small repository, by path: `.tf` below `terraform/`, YAML below `manifests/`. */
export type RuleExample = Readonly<Record<string, string>>;

export function toFinding(rule: Rule, found: RuleFinding): Finding {
  return { id: rule.id, severity: found.severity ?? rule.severity, message: found.message, cause: found.cause, remedy: found.remedy, place: found.place };
}
