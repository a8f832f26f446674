/** The rules that hold repositories to the declaration: facts in, findings out, no I/O. */
export { rules } from './checks/rules/index.ts';
export { runRules, type CheckedFinding, type RuleRun } from './checks/run.ts';
export type * from './checks/facts.ts';
export type { Fix, Rule, RuleContext, RuleExample, RuleFinding } from './checks/rule.ts';
