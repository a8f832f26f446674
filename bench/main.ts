/**
 * Measures what the project promises about itself and writes it into `bench/README.md`:
 *
 *     npm run bench
 *
 * Times are medians of interleaved runs, since machines drift; ratios are of the same run.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCatalog } from '../src/bedrock/catalog.ts';
import { startSandbox } from '../src/sandbox/start.ts';
import type { Sandbox } from '../src/sandbox/types.ts';
import { clusterObjects, declarationText } from '../src/cli/demo/story.ts';
import { environmentOf } from '../src/cli/sandbox.ts';
import { evaluatorFigure } from './evaluator.ts';
import { openKubernetes } from '../src/kubernetes/open.ts';
import { systemClock } from '../src/clock.ts';

/** One line of the report. */
interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly goal: string;
  readonly met: boolean;
}

interface ChildRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
  /** Peak resident set of the process, in bytes. */
  readonly peakMemory: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const folder = mkdtempSync(join(tmpdir(), 'bedrock-access-bench-'));
try {
  execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' });
  // Away from the checkout, where the executable would run the source.
  mkdirSync(join(folder, 'node_modules', 'bedrock-access'), { recursive: true });
  cpSync('dist', join(folder, 'node_modules', 'bedrock-access', 'dist'), { recursive: true });
  cpSync('package.json', join(folder, 'node_modules', 'bedrock-access', 'package.json'));
  const main = join(folder, 'node_modules', 'bedrock-access', 'dist', 'cli', 'main.js');
  const figures = [...(await startUp(main)), ...(await calls(main)), evaluatorFigure()];
  report(figures);
  process.exitCode = figures.every((figure) => figure.met) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function startUp(main: string): Promise<Figure[]> {
  const bare: number[] = [];
  const help: number[] = [];
  for (let round = 0; round < 21; round += 1) {
    bare.push((await child(['-e', '0'])).milliseconds);
    help.push((await child([main, '--help'])).milliseconds);
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
async function calls(main: string): Promise<Figure[]> {
  const sandbox = await startSandbox({ now: new Date(loadCatalog().date), workloads: 'objects' });
  try {
    const model = 'us.anthropic.claude-sonnet-4-6';
    const file = join(folder, 'access.yaml');
    writeFileSync(file, declarationText({ account: sandbox.account, model, layout: 'pair' }));
    await prepareCluster(sandbox);
    const environment = environmentOf(sandbox, { clock: systemClock });
    const product = (args: readonly string[]): Promise<ChildRun> => child([main, ...args], environment);

    const applied = await counted(sandbox, () => product(['apply', '-f', file, '--output', 'json']));
    const planned = await counted(sandbox, () => product(['plan', '-f', file, '--detailed-exitcode']));
    for (const { run, expected } of [{ run: applied.run, expected: 0 }, { run: planned.run, expected: 0 }]) {
      if (run.code !== expected) throw new Error(`exit code ${run.code} instead of ${expected}:\n${run.stdout}${run.stderr}`);
    }
    const depth = await depthOf(sandbox, () => product(['plan', '-f', file]));
    const megabytes = planned.run.peakMemory / 2 ** 20;
    return [
      { what: "apply of the seed's access, two parameters: AWS calls, proof of the key included", measured: String(applied.calls), goal: 'at most 14', met: applied.calls <= 14 },
      { what: 'plan without changes: AWS calls', measured: String(planned.calls), goal: 'at most 8', met: planned.calls <= 8 },
      { what: 'plan without changes: calls after each other (rounds)', measured: depth.toFixed(1), goal: 'at most 2', met: Math.round(depth) <= 2 },
      { what: 'plan without changes: peak memory', measured: `${megabytes.toFixed(0)} MiB`, goal: 'under 100 MiB', met: megabytes < 100 },
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
async function counted(sandbox: Sandbox, run: () => Promise<ChildRun>): Promise<{ readonly run: ChildRun; readonly calls: number }> {
  const before = sandbox.audit.length;
  const result = await run();
  const made = sandbox.audit.slice(before).filter((entry) => entry.service === 'aws' && (entry.accessKeyId === sandbox.environment['AWS_ACCESS_KEY_ID'] || entry.identity.includes(':user/service/')));
  return { run: result, calls: made.length };
}

/** How many calls wait for each other: every AWS call is held back by a fixed time, and the run takes that much longer per round. */
async function depthOf(sandbox: Sandbox, run: () => Promise<ChildRun>): Promise<number> {
  const held = 300;
  const plain = Math.min((await run()).milliseconds, (await run()).milliseconds);
  sandbox.aws.faults.add({ action: '*', fault: { kind: 'delay', milliseconds: held }, times: Number.POSITIVE_INFINITY });
  const slow = Math.min((await run()).milliseconds, (await run()).milliseconds);
  sandbox.aws.faults.clear();
  return (slow - plain) / held;
}

function child(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<ChildRun> {
  const peak = `data:text/javascript,import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));`;
  const measured = Object.keys(environment).length > 0;
  const started = performance.now();
  const running = spawn(process.execPath, [...(measured ? ['--import', peak] : []), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = ['', '', ''];
  [running.stdout, running.stderr, running.stdio[3]].forEach((stream, index) => {
    stream?.on('data', (chunk: Buffer) => {
      texts[index] += chunk.toString();
    });
  });
  return new Promise((resolve, reject) => {
    running.on('error', reject);
    running.on('close', (code) => {
      resolve({ code: code ?? -1, stdout: texts[0]!, stderr: texts[1]!, milliseconds: performance.now() - started, peakMemory: Number(texts[2]) * 1024 });
    });
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function report(figures: readonly Figure[]): void {
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${release()}, Node ${process.versions.node}`;
  const rows = figures.map(({ what, measured, goal, met }) => `| ${what} | ${measured} | ${goal} | ${goal === '' ? '' : met ? 'yes' : '**no**'} |`);
  const text = `# Figures

Written by \`npm run bench\`. Times are medians of interleaved runs on a machine that does other things too; counts are exact.

${new Date().toISOString().slice(0, 10)}, ${machine}

| what | measured | goal | met |
|---|---|---|---|
${rows.join('\n')}
`;
  writeFileSync('bench/README.md', text);
  console.log(text);
}
