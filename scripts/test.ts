/**
 * Runs every test and closes with one line, `N passed, N failed`.
 *
 *   npm test                              everything under test/ but the conformance and long runs
 *   npm test -- test/policy               only files below a folder, or one file
 *   npm test -- --long --seed 42          the long runs (`*.long.test.ts`) too; tests read SEED, which is fixed in the short run
 *
 * Files share a process (40 files: 0.55 s instead of 15.8 s), so no module keeps mutable state; files named
 * `*.process.test.ts` are about processes and run in a process of their own. A whole run on two cores or more is shared
 * between two processes.
 */
import { spawn } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { inspect, parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { long: { type: 'boolean', default: false }, seed: { type: 'string' }, name: { type: 'string' }, conformance: { type: 'boolean', default: false }, share: { type: 'string' } },
});
// The short run is the same for everybody, so that a change is judged by what it changes; the long one looks for new seeds.
if (values.seed !== undefined) process.env['SEED'] = values.seed;
else if (!values.long) process.env['SEED'] ??= '20250308';

// Hundreds of processes load the same sources: what V8 made of them once serves the next ones too (Node docs, "Module compile cache").
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../.cache/compiled', import.meta.url));

const places = positionals.length > 0 ? positionals : ['test'];
const files = places
  .flatMap((place) => (statSync(place).isDirectory() ? globSync(`${place}/**/*.test.ts`) : [place]))
  .filter((file) => positionals.length > 0 || values.conformance || !file.startsWith('test/conformance/'))
  .filter((file) => values.long || positionals.includes(file) || !file.endsWith('.long.test.ts'))
  .sort();
const [isolated, together] = [files.filter((file) => file.endsWith('.process.test.ts')), files.filter((file) => !file.endsWith('.process.test.ts'))];
/** Which of the files that share a process are this one's: `0/2` is every second one, from the first on. */
const [shareIndex = 0, shares = 1] = (values.share ?? '').split('/').filter((text) => text !== '').map(Number);

let passed = 0;
let failed = 0;
let skipped = 0;

/** The tests of one process end only when nothing keeps it alive any more: say what does, instead of waiting for ever. */
const patience = values.long ? 900_000 : values.conformance ? 300_000 : 90_000;
let quietTimer: NodeJS.Timeout | undefined;
function heard(): void {
  clearTimeout(quietTimer);
  quietTimer = setTimeout(() => {
    process.stdout.write(`\nnothing was heard for ${patience / 1000} s; still alive: ${process.getActiveResourcesInfo().join(', ')}\n\n${passed} passed, ${failed + 1} failed\n`);
    process.exit(1);
  }, patience);
  quietTimer.unref();
}

/** Counts tests, not suites and not files. */
async function execute(batch: readonly string[], isolation: 'none' | 'process'): Promise<void> {
  if (batch.length === 0) return;
  const stream = run({
    files: [...batch],
    isolation,
    ...(isolation === 'process' ? { concurrency: 2 } : {}),
    ...(values.name === undefined ? {} : { testNamePatterns: [values.name] }),
  });
  const count = (data: { name: string; skip?: string | boolean | undefined; details: { type?: string | undefined } }, ok: boolean): void => {
    if (data.details.type === 'suite' || data.name.endsWith('.test.ts')) return;
    if (data.skip !== undefined && data.skip !== false) skipped += 1;
    else if (ok) passed += 1;
    else failed += 1;
  };
  stream.on('test:pass', (data) => count(data, true));
  stream.on('test:fail', (data) => {
    count(data, false);
    // The reporter keeps failures for its end, which comes only when the process is left; a suite says nothing of its own.
    const { error } = data.details;
    if (data.details.type !== 'suite') process.stdout.write(`${data.file ?? ''}:${data.line ?? ''}: ${data.name}\n${inspect(error.cause ?? error, { depth: 4 })}\n`);
    if (data.name.endsWith('.test.ts')) failed += 1;
  });
  const reporter = spec();
  heard();
  for await (const chunk of stream.compose(reporter)) {
    heard();
    const text = String(chunk);
    if (!/^\s*ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms)/.test(text)) process.stdout.write(text);
  }
}

/** Runs one share in a process of its own and gives its whole output, whose last line is the count; that line is taken off and added. */
function executeShare(index: number, of: number, print: (text: string) => void): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1), '--share', `${index}/${of}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let tail = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const kept = Math.max(0, tail.length + text.length - 200);
    const whole = tail + text;
    print(whole.slice(0, kept));
    tail = whole.slice(kept);
  });
  return new Promise((resolve) =>
    child.once('close', () => {
      const count = /(?:^|\n)(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\n$/.exec(tail);
      passed += Number(count?.[1] ?? 0);
      failed += Number(count?.[2] ?? 1);
      skipped += Number(count?.[3] ?? 0);
      print(count === null ? tail : tail.slice(0, count.index));
      resolve();
    }),
  );
}

if (values.share !== undefined) await execute(together.filter((_, index) => index % shares === shareIndex), 'none');
else if (positionals.length > 0 || availableParallelism() < 2) await execute(together, 'none');
else {
  // The second share's output follows the first's, so that what belongs together stays together.
  const later: string[] = [];
  await Promise.all([executeShare(0, 2, (text) => void process.stdout.write(text)), executeShare(1, 2, (text) => void later.push(text))]);
  process.stdout.write(later.join(''));
}
if (values.share === undefined) await execute(isolated, 'process');
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
