import { run as apply } from './apply.ts';
import type { CommandLine } from './command-line.ts';
import type { CommandOptions } from './options.ts';

/** `apply --adopt`: takes over what exists, of a cluster that is no more where one is named, else what carries no mark. */
export function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  return apply({ ...options, adopt: options.fromCluster === undefined }, commandLine);
}
