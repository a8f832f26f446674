import { planAccess, writePlanFile } from '../engine/index.ts';
import type { Plan } from '../engine/types.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { connect } from './connect.ts';
import { catalogOf } from './catalog-file.ts';
import { atDeclaration, atItsDeclaration, readDeclarations } from './documents.ts';
import { writeText } from './files.ts';
import type { CommandOptions } from './options.ts';
import { renderFindings, unsaid } from './output/finding.ts';
import { hasChanges, renderPlan } from './output/plan.ts';
import { printStructured } from './output/structured.ts';
import { programVersion } from './version.ts';

/** Shows what apply would do; changes nothing. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const catalog = await catalogOf(options, commandLine);
  const declarations = await readDeclarations(options, commandLine, catalog);
  if (options.out !== undefined && declarations.length > 1) {
    throw new AccessError('usage', `--out takes one access, the input has ${declarations.length}`, {
      cause: 'A plan file is for one access.',
      remedy: 'Plan each access by itself.',
    });
  }
  const plans: Plan[] = [];
  const said = declarations.flatMap(({ warnings }) => warnings);
  for (const declared of declarations) {
    const { access } = declared;
    const made = await atItsDeclaration(declared, async () => {
      const { plan } = await planAccess(access, await connect(access.spec.region, catalog, options, commandLine));
      return { ...plan, findings: plan.findings.map((finding) => atDeclaration(finding, declared)) };
    });
    plans.push(made);
    if (options.out !== undefined && impossible(made)) continue; // a file that apply would refuse helps nobody
    if (options.out !== undefined) await writeText(options.out, writePlanFile(made, access, programVersion), commandLine, { overwrite: true, remedy: 'Give another name after --out.' });
  }
  if (commandLine.output !== 'text') await printStructured({ plans }, commandLine);
  else {
    // That nothing is known of the quotas matters to who looks beneath.
    const findings = unsaid(plans.flatMap((made) => made.findings), said).filter(({ id }) => commandLine.debug || id !== 'quotas-not-looked-at');
    if (findings.length > 0) commandLine.say(`${renderFindings(findings, commandLine.progressPaint, (file) => commandLine.sources.get(file))}\n`);
    commandLine.print(plans.map((made) => renderPlan(made, commandLine.paint)).join('\n\n'));
    // The errors stand above the plan, and a long plan pushes them out of sight.
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    if (errors > 0) commandLine.say(`\nNothing of it can be applied before ${errors === 1 ? 'the error above is' : `the ${errors} errors above are`} mended.`);
    if (options.out !== undefined && !plans.some(impossible)) commandLine.say(`\nWritten to ${options.out}. Execute exactly this: bedrock-access apply ${options.out}`);
  }
  if (plans.some(impossible)) return exitCodes.error;
  return options.detailedExitcode && plans.some(hasChanges) ? exitCodes.changes : exitCodes.ok;
}

/** A plan with an error cannot be applied. */
function impossible(made: Plan): boolean {
  return made.findings.some(({ severity }) => severity === 'error');
}
