import { listModels } from '../bedrock/models-table.ts';
import { nearestRegion, partitionOf } from '../bedrock/regions.ts';
import type { LifecycleState } from '../bedrock/types.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { catalogOf } from './catalog-file.ts';
import type { CommandOptions } from './options.ts';
import { printStructured } from './output/structured.ts';
import { table } from './output/table.ts';
import { counted } from './output/text.ts';

const states: Readonly<Record<string, LifecycleState>> = { active: 'ACTIVE', legacy: 'LEGACY', ended: 'ENDED' };

/** Lists every id that works as `models[].id`, by region and lifecycle. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const { region } = options;
  if (region !== undefined && partitionOf(region) === undefined) throw unknownRegion(region);
  const catalog = await catalogOf(options, commandLine);
  if (options.refresh) return (await import('./refresh-models.ts')).refreshModels(catalog, options, commandLine);
  const lifecycle = states[options.lifecycle ?? ''];
  const rows = listModels(catalog, {
    now: commandLine.clock.now(),
    ...(region === undefined ? {} : { region }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
  });
  if (commandLine.output !== 'text') {
    await printStructured({ catalogDate: catalog.date, models: rows }, commandLine);
    return exitCodes.ok;
  }
  const columns = ['id', 'lifecycle', 'ends', 'in/out usd', region === undefined ? 'from' : 'goes to', 'routing'];
  commandLine.print(
    table(
      columns,
      rows.map((row) => [
        row.id,
        row.lifecycle,
        row.endOfLifeDate ?? '',
        row.price === undefined ? '' : `${row.price.input} / ${row.price.output}`,
        row.kind === 'global-profile' ? 'any region' : short(region === undefined ? row.sourceRegions : row.destinationRegions),
        row.certainty.verified ? 'verified' : 'unverified',
      ]),
      commandLine.paint,
    ),
  );
  commandLine.say(`\n${counted(rows.length, 'id')}, catalog of ${catalog.date}. Prices per million tokens.`);
  return exitCodes.ok;
}

function short(regions: readonly string[]): string {
  const shown = regions.slice(0, 4).join(' ');
  return regions.length > 4 ? `${shown} +${regions.length - 4}` : shown;
}

function unknownRegion(region: string): AccessError {
  const near = nearestRegion(region);
  return new AccessError('unknown-region', `${region} is not an AWS region`, {
    cause: near === undefined ? 'No region has a name like it.' : `Did you mean ${near}?`,
    remedy: `bedrock-access models --region ${near ?? 'us-west-2'}`,
  });
}
