import { declarationOf, declaredModeOf, isMode, keyCredentialsOf } from '../access/credential-mode.ts';
import type { Access } from '../access/types.ts';
import { declarationFor, migrateAccess, planMigration, type MigrationStatus } from '../credentials/index.ts';
import type { RunContext } from '../engine/types.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import { addressed, addressedAccesses, type AddressedAccess } from './access-names.ts';
import { catalogOf } from './catalog-file.ts';
import type { CommandLine } from './command-line.ts';
import { connect } from './connect.ts';
import { atItsDeclaration, readDeclarations } from './documents.ts';
import type { CommandOptions } from './options.ts';
import type { Paint } from './output/paint.ts';
import { renderPlan } from './output/plan.ts';
import { printStructured } from './output/structured.ts';
import { duration, toldWhenToGoOn, waiting } from './rotate.ts';
import { showRun } from './run-events.ts';

/** Moves a workload from one mode of credentials to another without a failed call, as far as it goes in one run. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const { undo, planOnly, silence, grace } = options.rotation;
  const { to, set } = options.migration;
  if (undo && to !== undefined) throw new AccessError('usage', '--undo goes back to the mode of before, and takes no --to', { cause: 'Each asks for something else.', remedy: 'bedrock-access migrate --undo' });
  if (to === undefined && set.length > 0) throw new AccessError('usage', '--set says what the mode of --to needs', { cause: 'There is no --to.', remedy: 'bedrock-access migrate --to webIdentity --set serviceAccount=openhands' });
  const times = { ...duration('--silence', silence, 'silence'), ...duration('--grace', grace, 'grace') };
  const catalog = await catalogOf(options, commandLine);
  const again = `bedrock-access migrate${addressed(options)}`;
  let worst: number = exitCodes.ok;
  for (const { address, declared, atDeclaration } of await asked(options, commandLine)) {
    const context = await connect(address.region, catalog, options, commandLine);
    const wanted = undo ? undefined : await wantedIn(to, set, declared, address, context);
    const code = await atDeclaration(async () => {
      if (planOnly) return showPlan(await planMigration(address, context, { ...times, ...(wanted === undefined ? {} : { to: wanted }) }), commandLine);
      return showRun(toldWhenToGoOn(migrateAccess(address, context, { ...times, undo, restartNow: options.restartNow, ...(options.image === undefined ? {} : { image: options.image }), ...(wanted === undefined ? {} : { to: wanted }) }), commandLine), commandLine, again);
    });
    if (code === exitCodes.interrupted) return code;
    if (code === exitCodes.ok && to !== undefined && wanted !== undefined && !planOnly && wanted !== declared) await sayNewDeclaration(wanted, declared, commandLine);
    worst = Math.max(worst, code);
  }
  return worst;
}

/** What the declaration has to say from now on, which nobody wrote into it yet. */
async function sayNewDeclaration({ metadata, spec }: Access, declared: Access | undefined, commandLine: CommandLine): Promise<void> {
  const { credentials, names } = spec;
  const { parameter, secret } = names;
  const named = keyCredentialsOf(credentials) !== undefined && (declared === undefined || declared.spec.names.parameter !== parameter || declared.spec.names.secret !== secret);
  const { stringify } = await import('yaml');
  const fields = stringify({ ...(named ? { names: { parameter, secret } } : {}), credentials: { [declaredModeOf(credentials)]: declarationOf(credentials) } }, { lineWidth: 0 }).trimEnd();
  const still = declared === undefined ? `Write into the declaration of ${metadata.namespace}/${metadata.name}` : `The declaration still says ${declaredModeOf(declared.spec.credentials)}. Write into it`;
  commandLine.say(`\n${still}, in place of its credentials:\n${['spec:', ...fields.split('\n').map((line) => `  ${line}`)].join('\n')}`);
}

interface Asked {
  readonly address: AddressedAccess;
  readonly declared?: Access;
  atDeclaration(act: () => Promise<number>): Promise<number>;
}

async function asked(options: CommandOptions, commandLine: CommandLine): Promise<readonly Asked[]> {
  if (options.name !== undefined) return (await addressedAccesses(options, commandLine)).map((address) => ({ address, atDeclaration: (act) => act() }));
  return (await readDeclarations(options, commandLine)).map((declaration) => {
    const { metadata, spec } = declaration.access;
    return { address: { namespace: metadata.namespace, name: metadata.name, region: spec.region }, declared: declaration.access, atDeclaration: (act) => atItsDeclaration(declaration, act) };
  });
}

/** The declaration where it is of the mode that is asked for; else the access as it was applied, in that mode. */
async function wantedIn(mode: string | undefined, set: readonly string[], declared: Access | undefined, address: AddressedAccess, context: RunContext): Promise<Access | undefined> {
  if (mode === undefined) return declared;
  if (!isMode(mode)) throw new AccessError('usage', `--to ${mode} is no mode of credentials`, { cause: 'There are accessKey, webIdentity, podIdentity, rolesAnywhere, apiKey and session.', remedy: 'bedrock-access migrate --to webIdentity' });
  if (declared !== undefined && declaredModeOf(declared.spec.credentials) === mode && set.length === 0) return declared;
  return declarationFor(mode, settings(set), address, context);
}

function settings(set: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    set.map((text) => {
      const [, field, value] = /^([A-Za-z][A-Za-z.]*)=(.*)$/s.exec(text) ?? [];
      if (field === undefined || value === undefined) throw new AccessError('usage', `--set ${text} is not FIELD=VALUE`, { cause: 'It names a field below spec.credentials.MODE.', remedy: '--set serviceAccount=openhands' });
      return [field, value] as const;
    }),
  );
}

async function showPlan(planned: Awaited<ReturnType<typeof planMigration>>, commandLine: CommandLine): Promise<number> {
  if (commandLine.output !== 'text') await printStructured(planned, commandLine);
  else {
    const titles = planned.plans.length > 1 ? ['First, beside what is in use', 'Then, without the earlier variables'] : ['With the workload'];
    for (const [index, plan] of planned.plans.entries()) commandLine.print(`${commandLine.paint.strong(titles[index] ?? '')}\n${renderPlan(plan, commandLine.paint)}\n`);
    commandLine.print([...planned.gaps, renderMigration(planned.status, commandLine.paint)].join('\n'));
  }
  return exitCodes.ok;
}

/** Where it stands, phase by phase. */
export function renderMigration(status: MigrationStatus, paint: Paint): string {
  const signs = { done: 'x', 'at hand': '>', 'to come': ' ' } as const;
  const head = status.to === undefined ? `migration none under way; the mode in use is ${status.from}` : `migration ${status.underWay ? '' : 'to begin, '}${status.back === true ? 'back ' : ''}from ${status.from} to ${status.to}`;
  const lines = status.phases.map(({ title, state }) => `  ${signs[state]} ${state === 'at hand' ? paint.strong(title) : state === 'done' ? paint.faint(title) : title}`);
  return [head, ...lines, ...waiting(status.waitsFor, status.next)].join('\n');
}
