import { planDestroy, rollbackAccess } from '../engine/index.ts';
import { exitCodes } from '../errors/error.ts';
import { addressed, addressedAccesses } from './access-names.ts';
import type { CommandLine } from './command-line.ts';
import { confirmRemoval } from './confirm.ts';
import { connect } from './connect.ts';
import { catalogOf } from './catalog-file.ts';
import type { CommandOptions } from './options.ts';
import { renderPlan } from './output/plan.ts';
import { showRun } from './run-events.ts';

/** Returns to the last complete revision, or with `--all` removes everything, which asks as `destroy` does. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const catalog = await catalogOf(options, commandLine);
  const again = `bedrock-access rollback${addressed(options)}${options.all ? ' --all' : ''}`;
  let worst: number = exitCodes.ok;
  for (const access of await addressedAccesses(options, commandLine)) {
    const context = await connect(access.region, catalog, options, commandLine);
    if (options.all && !options.yes) {
      commandLine.say(`${renderPlan(await planDestroy(access, context), commandLine.progressPaint)}\n`);
      await confirmRemoval(access, options, commandLine, again);
    }
    const code = await showRun(rollbackAccess(access, context, { all: options.all }), commandLine, again);
    if (code === exitCodes.interrupted) return code;
    worst = Math.max(worst, code);
  }
  return worst;
}
