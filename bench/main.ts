/**
 * Measures what the project promises about itself in the sandbox, and writes it into `bench/README.md`:
 *
 *     npm run bench
 *
 * Times are medians of interleaved runs, since machines drift; ratios are of the same run.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCatalog } from '../src/bedrock/catalog.ts';
import { clusterObjects, declarationText } from '../src/cli/demo/story.ts';
import { environmentOf } from '../src/cli/sandbox.ts';
import { systemClock } from '../src/clock.ts';
import { openKubernetes } from '../src/kubernetes/open.ts';
import { startSandbox } from '../src/sandbox/start.ts';
import type { Sandbox } from '../src/sandbox/types.ts';
import { installProduct, type InstalledProduct, type ProductRun } from './product.ts';
import { median, report, type Figure } from './report.ts';
import { startWaveGate } from './waves.ts';

const product = installProduct();
try {
  report('In the sandbox', 'npm run bench', [...(await startUp(product)), ...(await calls(product))]);
} finally {
  product.remove();
}

async function startUp({ node, main }: InstalledProduct): Promise<Figure[]> {
  const bare: number[] = [];
  const help: number[] = [];
  for (let round = 0; round < 21; round += 1) {
    bare.push((await node(['-e', '0'])).milliseconds);
    help.push((await node([main, '--help'])).milliseconds);
  }
  const ratio = median(help) / median(bare);
  return [
    {
      what: '`--help` of the bundle against bare `node -e 0`',
      measured: `${ratio.toFixed(2)}x (${median(help).toFixed(0)} ms, ${median(bare).toFixed(0)} ms)`,
      goal: 'under 2x',
      met: ratio < 2,
    },
  ];
}

/** The seed's access in its two-parameter layout: applied, then planned again without changes. */
async function calls({ folder, run }: InstalledProduct): Promise<Figure[]> {
  const sandbox = await startSandbox({ now: new Date(loadCatalog().date), workloads: 'objects' });
  try {
    const model = 'us.anthropic.claude-sonnet-4-6';
    const file = join(folder, 'access.yaml');
    writeFileSync(file, declarationText({ account: sandbox.account, model, layout: 'pair' }));
    await prepareCluster(sandbox);
    const environment = environmentOf(sandbox, { clock: systemClock });
    const ran = (args: readonly string[]): Promise<ProductRun> => run(args, environment);

    const applied = await counted(sandbox, () => ran(['apply', '-f', file, '--output', 'json']));
    const planned = await counted(sandbox, () => ran(['plan', '-f', file, '--detailed-exitcode']));
    const waves = await wavesOf(sandbox, (changes) => run(['plan', '-f', file], { ...environment, ...changes }));
    const { mebibytes } = planned.run;
    return [
      { what: "apply of the seed's access, two parameters: AWS calls, proof of the key included", measured: String(applied.calls), goal: 'at most 14', met: applied.calls <= 14 },
      { what: 'plan without changes: AWS calls', measured: String(planned.calls), goal: 'at most 8', met: planned.calls <= 8 },
      { what: 'plan without changes: calls after each other (rounds)', measured: `${waves.length} (${waves.join(' + ')} calls)`, goal: 'at most 2', met: waves.length <= 2 },
      { what: 'plan without changes: peak memory', measured: `${mebibytes.toFixed(0)} MiB`, goal: 'under 100 MiB', met: mebibytes < 100 },
      { what: 'plan without changes: wall clock', measured: `${planned.run.milliseconds.toFixed(0)} ms`, goal: '', met: true },
      { what: 'apply: wall clock', measured: `${applied.run.milliseconds.toFixed(0)} ms`, goal: '', met: true },
    ];
  } finally {
    await sandbox.stop();
  }
}

async function prepareCluster(sandbox: Sandbox): Promise<void> {
  const kubernetes = await openKubernetes({ environment: sandbox.environment, clock: systemClock, random: Math.random });
  for (const object of clusterObjects()) await kubernetes.apply(object, { fieldManager: 'kubectl' });
}

/** AWS calls of the product's own: those of the administrator's key, and of the key that it made and proved. */
async function counted(sandbox: Sandbox, run: () => Promise<ProductRun>): Promise<{ readonly run: ProductRun; readonly calls: number }> {
  const before = sandbox.audit.length;
  const result = await run();
  const made = sandbox.audit.slice(before).filter((entry) => entry.service === 'aws' && (entry.accessKeyId === sandbox.environment['AWS_ACCESS_KEY_ID'] || entry.identity.includes(':user/service/')));
  return { run: result, calls: made.length };
}

/** How many AWS calls each wave of a run has, one after the other. */
async function wavesOf(sandbox: Sandbox, run: (changes: Readonly<Record<string, string>>) => Promise<unknown>): Promise<readonly number[]> {
  const gate = await startWaveGate(sandbox.aws.endpoint);
  try {
    await run({ AWS_ENDPOINT_URL: gate.endpoint });
    return gate.waves;
  } finally {
    await gate.close();
  }
}
