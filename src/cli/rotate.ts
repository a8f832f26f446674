import { milliseconds } from '../access/duration.ts';
import { planRotation, rotateAccess, type RotationStatus } from '../credentials/index.ts';
import type { RotationTimes } from '../credentials/types.ts';
import type { RunEvent } from '../engine/types.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import { addressed, addressedAccesses } from './access-names.ts';
import type { CommandLine } from './command-line.ts';
import { connect } from './connect.ts';
import { catalogOf } from './catalog-file.ts';
import type { CommandOptions } from './options.ts';
import type { Paint } from './output/paint.ts';
import { renderPlan } from './output/plan.ts';
import { printStructured } from './output/structured.ts';
import { showRun } from './run-events.ts';

/** Changes the access key without a failed call, as far as it goes in one run; what has to wait is said, with its date. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const { rotateNow, due, undo, compromised, planOnly, layout, key } = options.rotation;
  if ([rotateNow, due, undo, compromised].filter(Boolean).length > 1) {
    throw new AccessError('usage', 'only one of --now, --due, --undo and --compromised can be meant', { cause: 'Each asks for something else.', remedy: 'bedrock-access rotate --now' });
  }
  if (key !== undefined && !compromised) throw new AccessError('usage', '--key says which key has leaked', { cause: 'There is no --compromised.', remedy: `bedrock-access rotate --compromised --key ${key}` });
  const times = { ...duration('--silence', options.rotation.silence, 'silence'), ...duration('--grace', options.rotation.grace, 'grace') };
  const catalog = await catalogOf(options, commandLine);
  const again = `bedrock-access rotate${addressed(options)}`;
  let worst: number = exitCodes.ok;
  for (const access of await addressedAccesses(options, commandLine)) {
    const context = await connect(access.region, catalog, options, commandLine);
    if (planOnly) {
      const planned = await planRotation(access, context, times);
      if (commandLine.output !== 'text') await printStructured(planned, commandLine);
      else {
        if (planned.plan !== undefined) commandLine.print(`${renderPlan(planned.plan, commandLine.paint)}\n`);
        commandLine.print([...planned.gaps, renderRotation(planned.status, commandLine.paint)].join('\n'));
      }
      continue;
    }
    const events = rotateAccess(access, context, { ...times, restartNow: options.restartNow, begin: rotateNow || layout !== undefined ? 'now' : 'due', undo, compromised, ...(key === undefined ? {} : { key }), ...(layout === 'single' || layout === 'pair' ? { layout } : {}) });
    const code = await showRun(toldWhenToGoOn(events, commandLine), commandLine, again);
    if (code === exitCodes.interrupted) return code;
    worst = Math.max(worst, code);
  }
  return worst;
}

/** Where it stands, phase by phase. */
export function renderRotation(status: RotationStatus, paint: Paint): string {
  const signs = { done: 'x', 'at hand': '>', 'to come': ' ' } as const;
  const head = status.underWay
    ? `rotation  from ${status.from ?? ''} to ${status.keyId === status.from || status.keyId === undefined ? 'a new key' : status.keyId}`
    : `rotation  none under way${status.dueAt === undefined ? ', none due by rotateAfter' : `, due ${status.dueAt}`}`;
  const lines = status.phases.map(({ title, state }) => `  ${signs[state]} ${state === 'at hand' ? paint.strong(title) : state === 'done' ? paint.faint(title) : title}`);
  return [head, ...lines, ...waiting(status.waitsFor, status.next)].join('\n');
}

/** After the summary, when to go on. */
export async function* toldWhenToGoOn(events: AsyncIterable<RunEvent>, commandLine: CommandLine): AsyncGenerator<RunEvent> {
  for await (const event of events) {
    yield event;
    if (event.type !== 'summary' || commandLine.output !== 'text') continue;
    const { waitsFor, next } = event;
    const lines = waiting(typeof waitsFor === 'string' ? waitsFor : undefined, typeof next === 'string' ? next : undefined);
    if (lines.length > 0) commandLine.print(lines.join('\n'));
  }
}

/** What it waits for, and until when. */
export function waiting(waitsFor: string | undefined, next: string | undefined): readonly string[] {
  return [...(waitsFor === undefined ? [] : [`waits for: ${waitsFor}`]), ...(next === undefined ? [] : [`next: after ${next}`])];
}

/** @throws AccessError `usage` where the text is no duration */
export function duration<Name extends keyof RotationTimes>(option: string, text: string | undefined, name: Name): { readonly [name in Name]?: number } {
  const found: { [name in Name]?: number } = {};
  if (text === undefined) return found;
  const value = milliseconds(text);
  if (value === undefined) throw new AccessError('usage', `${option} ${text}: a duration is needed, 30m, 24h or 1d`, { cause: 'The value is of another form.', remedy: `${option} 24h` });
  found[name] = value;
  return found;
}
