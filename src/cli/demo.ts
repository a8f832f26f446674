import { loadCatalog } from '../bedrock/catalog.ts';
import { exitCodes } from '../errors/error.ts';
import { startSandbox } from '../sandbox/start.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { CommandLine } from './command-line.ts';
import { appAnswered, applied, planned, requestDenied, rolledBack, setStage, verified, type Stage } from './demo/chapters.ts';
import { confirmedByAudit, leftBehind } from './demo/evidence.ts';
import { narratorOf } from './demo/narrator.ts';
import { secretsShownIn } from './demo/secret-search.ts';
import { clusterObjects, storyAt } from './demo/story.ts';
import { writeText } from './files.ts';
import { dateOption } from './option-values.ts';
import type { CommandOptions } from './options.ts';

/** The last line of `demo --output json`. */
interface DemoSummary {
  readonly type: 'summary';
  readonly verified: number;
  readonly failed: number;
  readonly leftBehind: number;
  readonly secretsShown: number;
}

/**
 * Tells the whole story in a sandbox. Its summary is not what the program believes but what the sandbox saw: calls from
 * the audit log, leftovers from the world, secrets from every byte that was printed.
 */
export async function run(options: CommandOptions, outer: CommandLine): Promise<number> {
  const catalog = loadCatalog();
  const now = dateOption('--now', options.now) ?? new Date(`${catalog.date}T09:00:00Z`);
  const narrator = narratorOf(outer);
  const { paint } = narrator.commandLine;
  const sandbox = await startSandbox({ now, workloads: 'processes' });
  try {
    const story = storyAt(now, catalog, sandbox.account);
    const stage = await setStage(sandbox, story, catalog, narrator);
    for (const object of clusterObjects()) await stage.context.kubernetes.apply(object, { fieldManager: 'kubectl' });
    await requestDenied(stage);
    const before = worldOf(sandbox);
    await planned(stage);
    await applied(stage);
    const checks = await verified(stage);
    await appAnswered(stage);
    await rolledBack(stage);

    narrator.chapter('What is left');
    const left = leftBehind(before, worldOf(sandbox));
    narrator.show('left', { left }, left.length === 0 ? 'Nothing.' : left.map((path) => `  ${path}`).join('\n'));
    const audit = auditText(stage, left);
    if (options.audit !== undefined) await writeText(options.audit, audit, outer, { overwrite: true, remedy: 'Give another name after --audit.' });
    const summary: DemoSummary = {
      type: 'summary',
      ...confirmedByAudit(checks, sandbox.audit, stage.access.spec.names.user),
      leftBehind: left.length,
      secretsShown: secretsShownIn(narrator.printed() + audit, sandbox.aws.issuedSecrets()),
    };
    const sound = summary.verified > 0 && summary.failed === 0 && summary.leftBehind === 0 && summary.secretsShown === 0;
    narrator.show('summary', { ...summary }, `\n${sound ? paint.good('Done') : paint.error('Not as it should be')}: ${summary.verified} verified, ${summary.failed} failed, ${summary.leftBehind} left behind, ${summary.secretsShown} secrets shown.`);
    if (outer.signal.aborted) return exitCodes.interrupted;
    return sound ? exitCodes.ok : exitCodes.error;
  } finally {
    await sandbox.stop();
  }
}

function worldOf(sandbox: Sandbox): { readonly aws: unknown; readonly kubernetes: unknown } {
  return { aws: sandbox.aws.snapshot(), kubernetes: sandbox.kubernetes.snapshot() };
}

/** The audit log as JSON lines, and the world at the end as its last one. */
function auditText({ sandbox }: Stage, left: readonly string[]): string {
  const end = { at: sandbox.clock.now().toISOString(), service: 'sandbox', action: 'sandbox:Snapshot', left, world: worldOf(sandbox) };
  return [...sandbox.audit, end].map((entry) => `${JSON.stringify(entry)}\n`).join('');
}
