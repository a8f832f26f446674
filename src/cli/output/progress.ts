import type { RunEvent } from '../../engine/types.ts';
import { renderFinding } from './finding.ts';
import type { Paint } from './paint.ts';
import { pastTense } from './plan.ts';
import { counted, printable } from './text.ts';

/** One event of a run as a line of progress; undefined where there is nothing to say (a plan and a summary are data). */
export function renderProgress(event: RunEvent, paint: Paint): string | undefined {
  switch (event.type) {
    case 'step-started':
    case 'planned':
      return undefined;
    case 'step-done':
      return `${paint.good('done')}    ${event.kind} ${printable(event.name)} ${pastTense[event.action]} ${paint.faint(`(${duration(event.milliseconds)})`)}`;
    case 'step-failed':
      return `${paint.error('failed')}  ${event.kind} ${printable(event.name)} not ${pastTense[event.action]}\n${renderFinding(event.finding, paint)}`;
    case 'waiting':
      return `${paint.faint('waiting')} ${printable(event.for)}`;
    case 'finding':
      return renderFinding(event.finding, paint);
    case 'summary':
      return undefined;
    default:
      return undefined;
  }
}

/** The closing lines of a run: what was done, what was not, what is left. */
export function renderSummary(event: Extract<RunEvent, { type: 'summary' }>, paint: Paint): string {
  const verdict = { done: paint.good('Done'), failed: paint.error('Failed'), interrupted: paint.warning('Interrupted') }[event.outcome];
  const failed = event.failed > 0 ? `, ${event.failed} failed` : '';
  const lines = [`${verdict}: ${event.command}: ${counted(event.done, 'step')} done${failed}, ${counted(event.awsCalls, 'AWS call')}.`];
  if (event.left.length > 0) lines.push(`${event.outcome === 'done' ? 'Left' : 'Not done'}: ${event.left.map(printable).join(', ')}.`);
  return lines.join('\n');
}

export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
