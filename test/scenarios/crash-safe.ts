/** A run that is killed at one of its calls, before it is carried out or after, and a new run that goes on. */
import assert from 'node:assert/strict';
import { accessStatus, applyAccess, destroyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { RunContext, RunEvent } from '../../src/engine/types.ts';
import { Secret } from '../../src/secret.ts';
import { always as dangerous, isChange, kill, killsOf, type KillPoint } from './engine-kill.ts';
import { access, declared, type ScenarioWorld } from './engine-world.ts';
import { done } from './outcomes.ts';

export const commands = ['apply', 'rollback', 'destroy', 'rollback --all'] as const;
export type Command = (typeof commands)[number];

/** Where the call is one of this command. */
export interface CommandPoint extends KillPoint {
  readonly command: Command;
}

/** Where a key could be lost is tried each time; of the other calls a seeded few (`npm run test:long` tries them all). */
export const always: readonly CommandPoint[] = dangerous.map((point) => ({ command: 'apply', ...point }));

const before = declared({ models: [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }] });
export const now = declared();

function carriedOut(command: Command, context: RunContext): AsyncIterable<RunEvent> {
  if (command === 'apply') return applyAccess(now, context);
  return command === 'destroy' ? destroyAccess(access, context) : rollbackAccess(access, context, { all: command === 'rollback --all' });
}

/** Things of others of like names, and what the command begins from. */
async function begun(world: ScenarioWorld, command: Command): Promise<void> {
  const { aws } = await world.run();
  await aws.iam.createUser({ name: 'bedrock-openhands-user-2', path: '/service/', tags: { team: 'platform' } });
  await aws.iam.createAccessKey('bedrock-openhands-user-2');
  await aws.ssm('ap-northeast-1').putParameter({ name: 'bedrock-access-key-id-2', value: new Secret('theirs'), description: 'by hand', overwrite: false });
  if (command === 'apply') return;
  if (command === 'rollback') await done(applyAccess(before, await world.run()));
  await done(applyAccess(now, await world.run()));
}

/** Every call of a command that nobody disturbs, twice: before and after; and what is there when it is done. */
export async function undisturbed(world: ScenarioWorld, command: Command): Promise<{ readonly points: readonly CommandPoint[]; readonly end: unknown }> {
  await begun(world, command);
  const context = await world.run();
  const start = world.audit.length;
  await done(carriedOut(command, context));
  // ssm:GetParameter is the operator's.
  const points = killsOf(world.audit.slice(start), ({ action }) => action !== 'ssm:GetParameter').map((point) => ({ command, ...point }));
  return { points, end: await atRest(world) };
}

export const changing = (points: readonly CommandPoint[]): readonly CommandPoint[] => points.filter(isChange);

/** Killed there and run again, the command leaves what it leaves undisturbed (`end`), and nothing is left to do. */
export async function killAndGoOn(world: ScenarioWorld, point: CommandPoint, end: unknown): Promise<void> {
  await goneOnWith(world, point.command, end, async () => kill(world, point, carriedOut(point.command, await world.run())));
}

/** The same for a command that is killed in whatever way. */
export async function goneOnWith(world: ScenarioWorld, command: Command, end: unknown, killed: () => Promise<void>): Promise<void> {
  await begun(world, command);
  await killed();
  // A killed run lets go only when its Lease ends.
  await world.advance(130_000);
  await goOn(world, command);
  assert.deepEqual(await atRest(world), end);
  if (command === 'destroy' || command === 'rollback --all') return;
  const { plan } = await planAccess(command === 'apply' ? now : before, await world.run());
  assert.deepEqual(plan.steps.filter(({ action }) => action !== 'none').map(({ id }) => id), []);
  assert.deepEqual(plan.findings.filter(({ id }) => id === 'unknown-access-key'), []);
}

/**
 * The same command again. Killed after its very last change it has nothing to go on with: what was removed is not found, and
 * to go back once more would be another errand; then any next run lets go of its Lease, which is over.
 */
async function goOn(world: ScenarioWorld, command: Command): Promise<void> {
  if (command === 'rollback') {
    const [latest] = (await accessStatus(access, await world.run())).revisions;
    const isOver = latest?.number === 3 && latest.state === 'complete';
    return done(isOver ? applyAccess(before, await world.run()) : carriedOut(command, await world.run()));
  }
  await done(carriedOut(command, await world.run())).catch((error: { id?: string }) => {
    if (command === 'apply' || error.id !== 'access-not-found') throw error;
  });
}

/** What is there, without what is another each time: ids, times, and how often a parameter was written. */
async function atRest(world: ScenarioWorld): Promise<unknown> {
  await world.advance(130_000);
  const text = JSON.stringify(await world.left())
    .replaceAll(/AKIA[A-Z0-9]{16}/g, 'AKIA')
    .replaceAll(/<key \d+ of/g, '<key of')
    .replaceAll(' <key that is gone>', '')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
    .replaceAll(/("bedrock-access\.dev\/parameter-version":)"\d+"/g, '$1"N"')
    .replaceAll(/"sha256:[0-9a-f]+"|("reconcile\.external-secrets\.io\/data-hash":)"[0-9a-f]+"/g, '$1"H"');
  return JSON.parse(text);
}
