import { listAccesses } from '../engine/index.ts';
import { exitCodes } from '../errors/error.ts';
import { regionOf } from './access-names.ts';
import type { CommandLine } from './command-line.ts';
import { connect } from './connect.ts';
import { catalogOf } from './catalog-file.ts';
import type { CommandOptions } from './options.ts';
import { printStructured } from './output/structured.ts';
import { table } from './output/table.ts';

/** Lists every access that has something in this account or this cluster. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const context = await connect(options.region ?? regionOf(commandLine), await catalogOf(options, commandLine), options, commandLine);
  const accesses = await listAccesses(context, { allRegions: options.allRegions });
  if (commandLine.output !== 'text') {
    await printStructured({ accesses }, commandLine);
    return exitCodes.ok;
  }
  if (options.allRegions) commandLine.say('Looked for parameters in every region.');
  if (accesses.length === 0) {
    commandLine.say('No access here. A first one: bedrock-access init');
    return exitCodes.ok;
  }
  const rows = accesses.map((access) => [
    access.namespace,
    access.name,
    access.here ? 'this' : access.cluster,
    access.revision === undefined ? '' : `${access.revision} ${access.state ?? ''}`.trim(),
    access.regions.join(','),
    access.models.join(','),
    access.user ?? access.role ?? '',
  ]);
  commandLine.print(table(['namespace', 'name', 'cluster', 'revision', 'regions', 'models', 'user or role'], rows, commandLine.paint));
  return exitCodes.ok;
}
