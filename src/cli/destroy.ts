import { destroyAccess, planDestroy } from '../engine/index.ts';
import { exitCodes } from '../errors/error.ts';
import { addressed, addressedAccesses } from './access-names.ts';
import type { CommandLine } from './command-line.ts';
import { confirmRemoval } from './confirm.ts';
import { connect } from './connect.ts';
import { catalogOf } from './catalog-file.ts';
import type { CommandOptions } from './options.ts';
import { renderPlan } from './output/plan.ts';
import { showRun } from './run-events.ts';

/** Removes everything that the accesses own, after showing it and asking for the name. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const catalog = await catalogOf(options, commandLine);
  const again = `bedrock-access destroy${addressed(options)}`;
  let worst: number = exitCodes.ok;
  for (const access of await addressedAccesses(options, commandLine)) {
    const context = await connect(access.region, catalog, options, commandLine);
    if (!options.yes) {
      commandLine.say(`${renderPlan(await planDestroy(access, context), commandLine.progressPaint)}\n`);
      await confirmRemoval(access, options, commandLine, again);
    }
    const code = await showRun(destroyAccess(access, context), commandLine, again);
    if (code === exitCodes.interrupted) return code;
    worst = Math.max(worst, code);
  }
  return worst;
}
