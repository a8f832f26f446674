import { inspect } from 'node:util';
import { AccessError, exitCodes } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { findingsOf, renderFindings } from './output/finding.ts';

/** Says on stderr what went wrong, why, and what mends it; answers the exit code. */
export async function reportFailure(failure: unknown, commandLine: CommandLine): Promise<number> {
  const error = await accessErrorOf(failure, commandLine.signal);
  commandLine.say(renderFindings(findingsOf(error), commandLine.progressPaint, (file) => commandLine.sources.get(file)));
  if (commandLine.debug) commandLine.say(`\n${beneath(failure)}`);
  return error.details.exitCode ?? exitCodes.error;
}

/** Every failure as an {@link AccessError}; the rooms of AWS and Kubernetes are loaded only for their own errors. */
export async function accessErrorOf(failure: unknown, signal: AbortSignal): Promise<AccessError> {
  if (failure instanceof AccessError) return failure;
  if (failure instanceof Error && failure.name === 'AwsCallError') {
    const { AwsCallError, toAccessError } = await import('../aws/error.ts');
    if (failure instanceof AwsCallError) return toAccessError(failure);
  }
  if (failure instanceof Error && failure.name === 'KubernetesCallError') {
    const { KubernetesCallError, toAccessError } = await import('../kubernetes/error.ts');
    if (failure instanceof KubernetesCallError) return toAccessError(failure);
  }
  if (signal.aborted) {
    return new AccessError('interrupted', 'interrupted before anything was changed', {
      cause: 'Ctrl-C, or a signal that asked the program to end.',
      remedy: 'Run the same command again.',
      exitCode: exitCodes.interrupted,
    });
  }
  return new AccessError('internal-error', failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure), {
    cause: 'A defect of bedrock-access, not of your input.',
    remedy: 'Run the command again with --debug and report what it prints.',
    origin: failure,
  });
}

function beneath(failure: unknown): string {
  const stacks: string[] = [];
  for (let error = failure; error !== undefined && error !== null; error = error instanceof Error ? error.cause : undefined) {
    stacks.push(error instanceof Error ? (error.stack ?? error.message) : inspect(error));
  }
  return stacks.join('\nbeneath: ');
}
