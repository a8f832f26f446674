import type { Plan, Step, StepAction } from '../../engine/types.ts';
import type { Paint } from './paint.ts';
import { printable } from './text.ts';

/** The sign in front of a step, padded so that names stand below each other. */
const signs: Readonly<Record<StepAction, string>> = { create: '  +', update: '  ~', delete: '  -', replace: '-/+', adopt: '  =', none: '   ' };

/** What happened to a step, as progress says it when it is done. */
export const pastTense: Readonly<Record<StepAction, string>> = { create: 'created', update: 'updated', delete: 'deleted', replace: 'replaced', adopt: 'adopted', none: 'unchanged' };

/**
 * A plan as text: a line on what it is for, then each side's steps with their differences, then the count.
 * Unchanged resources are counted, not shown.
 */
export function renderPlan(plan: Plan, paint: Paint): string {
  const changes = plan.steps.filter((step) => step.action !== 'none');
  const heading = `${paint.strong(`${plan.access.namespace}/${plan.access.name}`)}  account ${plan.account}, Bedrock in ${plan.region}, catalog of ${plan.catalogDate}`;
  if (changes.length === 0) return `${heading}\n\n${summaryLine(plan)}`;
  const groups = (['aws', 'kubernetes'] as const)
    .map((where) => ({ where, steps: changes.filter((step) => step.where === where) }))
    .filter(({ steps }) => steps.length > 0)
    .map(({ where, steps }) => [paint.faint(where === 'aws' ? `AWS ${plan.account}` : 'Kubernetes'), ...steps.map((step) => renderStep(step, paint))].join('\n'));
  return [heading, ...groups, summaryLine(plan)].join('\n\n');
}

/** `Plan: 9 to create, 0 to update, 0 to replace, 0 to delete, 3 unchanged.` Adoptions, and what others make, are named where there are any. */
export function summaryLine(plan: Plan): string {
  const { create, update, replace, delete: remove, adopt } = plan.summary;
  const same = plan.steps.filter((step) => step.action === 'none');
  // A reason tells that a thing is left to others, or is theirs; or, with `--only`, that it is not asked for.
  const others = same.filter((step) => step.reason !== undefined && plan.only?.includes(step.kind) !== false).length;
  const unchanged = same.length - others;
  const ofOthers = others > 0 ? `, ${others} of others` : '';
  if (create + update + replace + remove + adopt === 0) return `No changes: ${unchanged === 1 ? 'the one resource is' : `all ${unchanged} resources are`} as declared${ofOthers}.`;
  return `Plan: ${create} to create, ${update} to update, ${replace} to replace, ${remove} to delete${adopt > 0 ? `, ${adopt} to adopt` : ''}, ${unchanged} unchanged${ofOthers}.`;
}

export function hasChanges(plan: Plan): boolean {
  return plan.steps.some((step) => step.action !== 'none');
}

function renderStep(step: Step, paint: Paint): string {
  const color = colorOf(step.action, paint);
  const reason = step.reason === undefined ? '' : paint.faint(`  (${printable(step.reason)})`);
  const head = `${color(signs[step.action])} ${step.kind} ${paint.strong(printable(step.name))}${reason}`;
  // What goes as a whole needs no list of what it was.
  const differences = step.action === 'delete' ? [] : step.differences;
  // A few overlong names must not push every value out of sight; statements and variables of a container fit.
  const width = Math.min(48, Math.max(0, ...differences.map((difference) => difference.field.length)));
  // A step that the catalog alone causes says so in its reason, once.
  const catalog = (cause: 'catalog' | undefined): string => (cause === undefined || step.reason?.includes('by the catalog alone') === true ? '' : paint.faint('  (by the catalog alone)'));
  return [head, ...differences.map(({ field, from, to, cause }) => `        ${`${printable(field).padEnd(width)}  ${change(from, to)}`.replace(/ +\n/, '\n')}${catalog(cause)}`)].join('\n');
}

/** On one line; a long change on two below, each cut to where they differ, since side by side nobody finds it. */
function change(from: string | undefined, to: string | undefined): string {
  if (from === undefined || from === '') return shown(to);
  const [before, after] = [oneLine(from), to === undefined ? undefined : oneLine(to)];
  if (before.length + (after ?? '').length <= 160) return `${before} -> ${after ?? '(none)'}`;
  if (after === undefined || after === '') return `${shown(from)} -> (none)`;
  const same = sharedStart(before, after);
  // Some words ahead of the difference, so that it is seen what it belongs to.
  const start = same < 60 ? 0 : before.lastIndexOf(' ', same - 30) + 1;
  const rest = (line: string): string => cut(`${start > 0 ? '… ' : ''}${line.slice(start)}`);
  return `\n          from  ${rest(before)}\n          to    ${rest(after)}`;
}

function sharedStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** On one line, cut where it would fill the screen: a policy document is shown by `policy`, not here. */
function shown(value: string | undefined): string {
  if (value === undefined) return '(none)';
  return cut(oneLine(value));
}

function oneLine(value: string): string {
  return printable(value).replaceAll(/\s*\n\s*/g, ' ');
}

function cut(line: string): string {
  return line.length > 160 ? `${line.slice(0, 157)}…` : line;
}

function colorOf(action: StepAction, paint: Paint): (text: string) => string {
  if (action === 'create' || action === 'adopt') return paint.good;
  if (action === 'delete') return paint.error;
  if (action === 'none') return paint.faint;
  return paint.warning;
}
