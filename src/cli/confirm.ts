import { AccessError, exitCodes } from '../errors/error.ts';
import type { AccessName } from '../engine/types.ts';
import type { CommandLine } from './command-line.ts';
import type { CommandOptions } from './options.ts';

/**
 * Asks for the access's name before it is removed. `--yes` answers for CI; where nobody can be asked, and it was not
 * given, the removal is refused.
 */
export async function confirmRemoval(access: AccessName, options: CommandOptions, commandLine: CommandLine, again: string): Promise<void> {
  if (options.yes) return;
  if (!commandLine.stdin.isTTY || (commandLine.environment['CI'] ?? '') !== '') {
    throw new AccessError('confirmation-required', `removing ${access.namespace}/${access.name} needs a confirmation`, {
      cause: 'Nobody can be asked here: the input is not a terminal.',
      remedy: `${again} --yes`,
    });
  }
  commandLine.stderr.write(`Type the name of the access (${access.name}) to remove it: `);
  const answer = await commandLine.stdin.line();
  if (answer === undefined || commandLine.signal.aborted) {
    throw new AccessError('interrupted', 'interrupted before anything was removed', { cause: 'No answer was given.', remedy: again, exitCode: exitCodes.interrupted });
  }
  if (answer.trim() !== access.name) {
    throw new AccessError('confirmation-mismatch', `"${answer.trim()}" is not "${access.name}": nothing was removed`, {
      cause: 'The name must be typed exactly, so that the wrong access is not removed.',
      remedy: again,
    });
  }
}
