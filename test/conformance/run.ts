/**
 * `npm run test:conformance`: builds what is missing, starts the real parts on loopback, runs `test/conformance`, writes
 * `docs/conformance.md` and ends exactly what it started. Where Go or Python is missing it says so in one line.
 *
 * The tests wait more than they compute, so they run in two lanes side by side; each lane has a control plane and emulators of its own.
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { startMinistack, startMoto } from '../control-plane/emulators.ts';
import { goPrograms, terraformProgram } from '../control-plane/go-programs.ts';
import { pythonPrograms } from '../control-plane/python-programs.ts';
import { RunFolder } from '../control-plane/run-folder.ts';
import { SetupError } from '../control-plane/setup-error.ts';
import { partsVariable, type Parts, type Result } from './parts.ts';
import { conformancePage } from './report.ts';

/** The longest file has a lane to itself; it and the others take about the same time. */
const longest = 'test/conformance/product/scenarios.test.ts';

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof SetupError)) throw error;
  tell(error.message);
  return 1;
});

async function main(): Promise<number> {
  const folders: RunFolder[] = [];
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new SetupError(`ended by ${signal}; everything that was started is being ended`)));
  });
  interrupted.catch(() => undefined);
  try {
    return await Promise.race([conformance(folders), interrupted]);
  } finally {
    await Promise.all(folders.map((folder) => folder.close()));
  }
}

async function conformance(folders: RunFolder[]): Promise<number> {
  // One after the other, before the lanes: both need all of it.
  await pythonPrograms(tell);
  const externalSecrets = await goPrograms('external-secrets', tell);
  const controlPlane = await goPrograms('control-plane', tell);
  await goPrograms('kwok', tell);
  const terraform = await terraformProgram(tell);
  const lanes = lanesOf(process.argv.slice(2)).map(async (files): Promise<LaneResult> => {
    const folder = RunFolder.open();
    folders.push(folder);
    const [kubernetes, ministack, moto] = await Promise.all([startControlPlane(folder, tell), startMinistack(folder, tell), startMoto(folder, tell)]);
    tell(`control plane ready in ${kubernetes.startedIn} ms, for ${files.join(', ')}`);
    const parts: Parts = { kubernetes, ministack, moto, programs: { controlPlane, externalSecrets }, terraform, results: join(folder.path, 'results.jsonl') };
    return runLane(folder, parts, files);
  });
  const ended = await Promise.all(lanes);
  const found = ended.flatMap(({ results }) => results);
  for (const { behaviour, answers } of found) {
    if (answers !== undefined) tell(`different: ${behaviour}\n${Object.entries(answers).map(([part, answer]) => `  ${part}: ${JSON.stringify(answer)}`).join('\n')}`);
  }
  // A lane that was ended from outside has no code of its own, and its results are not all.
  const wholeRun = process.argv.length === 2 && ended.every(({ code }) => code === 0 || code === 1);
  if (wholeRun && found.length > 0) writeFileSync('docs/conformance.md', conformancePage(found));
  if (ended.length > 1) process.stdout.write(`\n${countOf(ended, 'passed')} passed, ${countOf(ended, 'failed')} failed\n`);
  return ended.find(({ code }) => code !== 0)?.code ?? 0;
}

function lanesOf(places: readonly string[]): readonly (readonly string[])[] {
  const files = (places.length > 0 ? places : ['test/conformance']).flatMap((place) => (statSync(place).isDirectory() ? globSync(`${place}/**/*.test.ts`) : [place])).sort();
  return [files.filter((file) => file !== longest), files.filter((file) => file === longest)].filter((lane) => lane.length > 0);
}

interface LaneResult {
  readonly code: number;
  readonly results: readonly Result[];
  readonly output: string;
}

/** The output of a lane is shown when it is whole, so that two never mix. */
async function runLane(folder: RunFolder, parts: Parts, files: readonly string[]): Promise<LaneResult> {
  const child = spawn(process.execPath, ['scripts/test.ts', '--conformance', ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [partsVariable]: JSON.stringify(parts) },
  });
  folder.adopt(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output += text));
  const code = await new Promise<number>((resolve) => child.once('close', (ended) => resolve(ended ?? 130)));
  process.stdout.write(output);
  const results = existsSync(parts.results)
    ? readFileSync(parts.results, 'utf8').split('\n').filter((line) => line !== '').map((line): Result => JSON.parse(line))
    : [];
  return { code, results, output };
}

function countOf(lanes: readonly LaneResult[], word: 'passed' | 'failed'): number {
  return lanes.reduce((sum, { output }) => sum + Number(new RegExp(`(\\d+) ${word}`).exec(output.slice(output.trimEnd().lastIndexOf('\n')))?.[1] ?? 0), 0);
}
