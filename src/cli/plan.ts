import { planTogether, writePlanFile } from '../engine/index.ts';
import type { Access } from '../access/types.ts';
import type { Plan, RunContext } from '../engine/types.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import type { CommandLine } from './command-line.ts';
import { connect } from './connect.ts';
import { catalogOf } from './catalog-file.ts';
import { atDeclaration, atItsDeclaration, readDeclarations, type Declared } from './documents.ts';
import { writeText } from './files.ts';
import type { CommandOptions } from './options.ts';
import { renderFindings, unsaid } from './output/finding.ts';
import { hasChanges, renderPlan } from './output/plan.ts';
import { printStructured } from './output/structured.ts';
import { programVersion } from './version.ts';
import { keepYoungGenerationSmall } from './young-generation.ts';

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
  const said = declarations.flatMap(({ warnings }) => warnings);
  const plannerOf = planners(declarations, (region) => connect(region, catalog, options, commandLine));
  const outcomes = await inOrder(declarations, (declared) =>
    atItsDeclaration(declared, async () => {
      keepYoungGenerationSmall();
      const plan = await (await plannerOf(declared.access.spec.region))(declared.access);
      const made = { ...plan, findings: plan.findings.map((finding) => atDeclaration(finding, declared)) };
      // A file that apply would refuse helps nobody.
      if (options.out !== undefined && !isImpossible(made)) await writeText(options.out, writePlanFile(made, declared.access, programVersion), commandLine, { overwrite: true, remedy: 'Give another name after --out.' });
      return outcomeOf(made, commandLine);
    }),
  );
  if (commandLine.output !== 'text') await printStructured({ plans: outcomes.map(({ plan }) => plan) }, commandLine);
  else {
    // That nothing is known of the quotas matters to who looks beneath.
    const findings = eachOnce(unsaid(outcomes.flatMap((outcome) => outcome.findings), said)).filter(({ id }) => commandLine.debug || id !== 'quotas-not-looked-at');
    if (findings.length > 0) commandLine.say(`${renderFindings(findings, commandLine.progressPaint, (file) => commandLine.sources.get(file))}\n`);
    commandLine.print(outcomes.map(({ text }) => text).join('\n\n'));
    // The errors stand above the plan, and a long plan pushes them out of sight.
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    if (errors > 0) commandLine.say(`\nNothing of it can be applied before ${errors === 1 ? 'the error above is' : `the ${errors} errors above are`} mended.`);
    if (options.out !== undefined && !outcomes.some(({ impossible }) => impossible)) commandLine.say(`\nWritten to ${options.out}. Execute exactly this: bedrock-access apply ${options.out}`);
  }
  if (outcomes.some(({ impossible }) => impossible)) return exitCodes.error;
  return options.detailedExitcode && outcomes.some(({ changes }) => changes) ? exitCodes.changes : exitCodes.ok;
}

/** What is kept of one plan until all are made: its text, or the plan itself where it is printed as data. */
interface Outcome {
  readonly text: string;
  readonly plan?: Plan;
  readonly findings: readonly Finding[];
  readonly impossible: boolean;
  readonly changes: boolean;
}

function outcomeOf(plan: Plan, { output, paint }: CommandLine): Outcome {
  const { findings } = plan;
  const judged = { findings, impossible: isImpossible(plan), changes: hasChanges(plan) };
  return output === 'text' ? { text: renderPlan(plan, paint), ...judged } : { text: '', plan, ...judged };
}

/** What many accesses have in common, their store above all, is said once. */
function eachOnce(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/** One connection a region, made when its first access is planned. */
function planners(declarations: readonly Declared[], open: (region: string) => Promise<RunContext>): (region: string) => Promise<(access: Access) => Promise<Plan>> {
  const opened = new Map<string, Promise<(access: Access) => Promise<Plan>>>();
  return (region) => {
    const accesses = declarations.map(({ access }) => access).filter(({ spec }) => spec.region === region);
    const planner = opened.get(region) ?? open(region).then((context) => planTogether(accesses, context));
    opened.set(region, planner);
    return planner;
  };
}

/** Accesses planned at a time: enough to hide what the API server takes, few enough to hold only their objects. */
const atOnce = 4;

async function inOrder<Item, Result>(items: readonly Item[], act: (item: Item) => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  let stopped = false;
  const work = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      if (stopped) return;
      try {
        results[index] = await act(item);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return results;
}

/** A plan with an error cannot be applied. */
function isImpossible(made: Plan): boolean {
  return made.findings.some(({ severity }) => severity === 'error');
}
