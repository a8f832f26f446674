import { applyAccess, applyPlanFile, readPlanFile } from '../engine/index.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { connect } from './connect.ts';
import { catalogOf } from './catalog-file.ts';
import { readText } from './files.ts';
import { atItsDeclaration, readDeclarations } from './documents.ts';
import type { CommandOptions } from './options.ts';
import { showRun } from './run-events.ts';

/** Makes the world as the declarations say, or carries out exactly a plan file. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const [planFile, more] = options.positionals;
  if (planFile !== undefined) {
    if (options.file.length > 0 || more !== undefined) {
      throw new AccessError('usage', 'apply takes either one plan file or -f, not both', {
        cause: 'A plan file holds its own access.',
        remedy: `bedrock-access apply ${planFile}`,
      });
    }
    return applyPlan(planFile, options, commandLine);
  }
  const catalog = await catalogOf(options, commandLine);
  for (const declared of await readDeclarations(options, commandLine, catalog)) {
    const { access, warnings } = declared;
    const code = await atItsDeclaration(declared, async () => {
      const context = await connect(access.spec.region, catalog, options, commandLine);
      return showRun(applyAccess(access, context), commandLine, `bedrock-access apply${options.file.map((file) => ` -f ${file}`).join('')}`, warnings);
    });
    if (code !== exitCodes.ok) return code;
  }
  return exitCodes.ok;
}

async function applyPlan(file: string, options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const planFile = readPlanFile(await readText(file, commandLine));
  const context = await connect(planFile.access.spec.region, await catalogOf(options, commandLine), options, commandLine);
  return showRun(applyPlanFile(planFile, context), commandLine, `bedrock-access apply ${file}`);
}
