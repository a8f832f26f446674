import type { RunEvent } from '../engine/types.ts';
import { exitCodes, permissionIds } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import type { CommandLine } from './command-line.ts';
import { renderFindings, unsaid } from './output/finding.ts';
import { hasChanges, renderPlan } from './output/plan.ts';
import { renderProgress, renderSummary } from './output/progress.ts';

/**
 * Shows a run as it goes: text with progress on stderr, or every event as a JSON line on stdout.
 * Answers the exit code that the run's end means. Warnings that were `said` already are not repeated.
 */
export async function showRun(events: AsyncIterable<RunEvent>, commandLine: CommandLine, goOn: string, said: readonly Finding[] = []): Promise<number> {
  let code: number = exitCodes.error;
  let denied = false;
  for await (const event of events) {
    if (commandLine.output === 'text') showEvent(event, commandLine, said);
    else commandLine.print(JSON.stringify(event));
    if (event.type === 'step-failed' && permissionIds.has(event.finding.id)) denied = true;
    if (event.type === 'summary') {
      code = { done: exitCodes.ok, failed: denied ? exitCodes.permission : exitCodes.error, interrupted: exitCodes.interrupted }[event.outcome];
      if (event.outcome !== 'done') commandLine.say(`Go on with: ${goOn}`);
    }
  }
  return code;
}

function showEvent(event: RunEvent, commandLine: CommandLine, said: readonly Finding[]): void {
  if (event.type === 'planned') {
    // Its errors are thrown, its notes are for `plan`.
    const warnings = unsaid(event.plan.findings, said).filter(({ severity }) => severity === 'warning');
    if (warnings.length > 0) commandLine.say(`${renderFindings(warnings, commandLine.progressPaint)}\n`);
    commandLine.print(`${renderPlan(event.plan, commandLine.paint)}${hasChanges(event.plan) ? '\n' : ''}`);
  } else if (event.type === 'summary') commandLine.print(`\n${renderSummary(event, commandLine.paint)}`);
  else {
    const line = renderProgress(event, commandLine.progressPaint);
    if (line !== undefined) commandLine.say(line);
  }
}
