import type { AccessName } from '../engine/types.ts';
import { AccessError } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { readDeclarations } from './documents.ts';
import type { CommandOptions } from './options.ts';

/** An access that a command works on, by name, and the region in which to look first. */
export interface AddressedAccess extends AccessName {
  readonly region: string;
}

/** The accesses that `--name` or the declarations name. The models are not looked at, so that ended ones do not matter. */
export async function addressedAccesses(options: CommandOptions, commandLine: CommandLine): Promise<readonly AddressedAccess[]> {
  if (options.name === undefined) {
    const declared = await readDeclarations(options, commandLine);
    return declared.map(({ access }) => ({ namespace: access.metadata.namespace, name: access.metadata.name, region: access.spec.region }));
  }
  const match = /^([a-z0-9][-a-z0-9]*)\/([a-z0-9][-a-z0-9.]*)$/.exec(options.name);
  if (match === null) {
    throw new AccessError('name-malformed', `--name ${options.name} is not NAMESPACE/NAME`, {
      cause: 'An access is addressed by its namespace and its name.',
      remedy: 'bedrock-access list shows the names, such as openhands/openhands.',
    });
  }
  return [{ namespace: match[1]!, name: match[2]!, region: regionOf(commandLine) }];
}

/** The region of the environment. Which regions an access uses is marked on its user, so any will do to begin. */
export function regionOf({ environment }: Pick<CommandLine, 'environment'>): string {
  return environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || 'us-east-1';
}

/** How a person says it again: `--name openhands/openhands`, or the files. */
export function addressed(options: CommandOptions): string {
  return options.name === undefined ? options.file.map((file) => ` -f ${file}`).join('') : ` --name ${options.name}`;
}
