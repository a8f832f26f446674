/**
 * What a rotation takes beside the roll-out that it causes, in the sandbox's time, and what it asks of AWS:
 *
 *     npm run bench:rotation
 */
import { loadCatalog } from '../src/bedrock/catalog.ts';
import { rotateAccess } from '../src/credentials/index.ts';
import type { RunEvent } from '../src/engine/types.ts';
import { access, deployment, events, store, type EngineWorld } from '../test/scenarios/engine-world.ts';
import { ended, plain, startApplied } from '../test/scenarios/rotation-world.ts';
import { report, type Figure } from './report.ts';

const replicas = 3;
const otherWay = 'the rotation went another way than this bench expects';
const day = 86_400_000;

const workload = deployment();
const spec = { ...(typeof workload['spec'] === 'object' ? workload['spec'] : {}), replicas };
const world = await startApplied(plain('30d'), { now: new Date(loadCatalog().date), objects: [store(), { ...workload, spec }] });
try {
  const first = await rotated(world);
  await world.sandbox.clock.advance(day);
  const last = await rotated(world);
  const began = timeOf(first.said[0]);
  const [proof, put, sync, rollOut] = ['key-proof', 'ssm-parameter', 'external-secret', 'workload-environment'].map((kind) => begunAt(first.said, kind));
  // A phase is over when the next one is planned.
  const moved = timeOf(first.said.slice(first.said.findIndex((event) => event.type === 'step-started' && event.step.includes(' workload-environment/'))).find(({ type }) => type === 'planned'));
  const off = timeOf(first.said.at(-1));
  if (proof === undefined || put === undefined || sync === undefined || rollOut === undefined) throw new Error(otherWay);
  const figures: Figure[] = [
    { what: 'over the roll-out itself, until every pod has the new key', measured: seconds(rollOut - began), goal: '', met: true },
    { what: 'of that, proof of the new key before anyone gets it', measured: seconds(put - proof), goal: '', met: true },
    { what: 'of that, the Secret synced', measured: seconds(rollOut - sync), goal: '', met: true },
    { what: `the roll-out itself, ${replicas} replicas that are ready at once`, measured: seconds(moved - rollOut), goal: '', met: true },
    { what: 'after the roll-out until the old key is inactive: its silence is watched, nobody waits for it', measured: seconds(off - moved), goal: '', met: true },
    { what: 'AWS calls until the old key is inactive', measured: String(first.calls.length), goal: '', met: true },
    { what: 'AWS calls after the grace time: the old key goes', measured: String(last.calls.length), goal: '', met: true },
    { what: 'AWS calls of the whole rotation', measured: String(first.calls.length + last.calls.length), goal: '', met: true },
  ];
  report(
    'A rotation',
    'npm run bench:rotation',
    figures,
    `Times are those of the sandbox's clock; AWS is strongly consistent here. The grace time of a day in which \`rotate --undo\` brings the old key back is not in them.

Until the old key is inactive: ${listed(first.calls)}. After the grace time: ${listed(last.calls)}.`,
  );
} finally {
  await world.stop();
}

async function rotated({ sandbox, run }: EngineWorld): Promise<{ readonly said: readonly RunEvent[]; readonly calls: readonly string[] }> {
  const context = await run();
  const said = await events(rotateAccess(access, context, { begin: sandbox.audit.some(({ action }) => action === 'iam:UpdateAccessKey') ? 'due' : 'now' }));
  ended(said);
  return { said, calls: context.aws.calls.map(({ action }) => action) };
}

function begunAt(said: readonly RunEvent[], kind: string): number {
  return timeOf(said.find((event) => event.type === 'step-started' && event.step.includes(` ${kind}/`)));
}

function timeOf(event: RunEvent | undefined): number {
  if (event === undefined) throw new Error(otherWay);
  return Date.parse(event.at);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function listed(calls: readonly string[]): string {
  return [...Map.groupBy(calls, (action) => action)].map(([action, all]) => (all.length === 1 ? action : `${all.length} ${action}`)).join(', ');
}
