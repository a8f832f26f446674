/**
 * `npm run test:conformance`: builds what is missing, starts the real parts on loopback, runs `test/conformance`, writes
 * `docs/conformance.md` and ends exactly what it started. Where Go or Python is missing it says so in one line.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { startMinistack, startMoto } from '../control-plane/emulators.ts';
import { goPrograms } from '../control-plane/go-programs.ts';
import { RunFolder } from '../control-plane/run-folder.ts';
import { SetupError } from '../control-plane/setup-error.ts';
import { partsVariable, type Parts, type Result } from './parts.ts';
import { conformancePage } from './report.ts';

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof SetupError)) throw error;
  tell(error.message);
  return 1;
});

async function main(): Promise<number> {
  const folder = RunFolder.open();
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new SetupError(`ended by ${signal}; everything that was started is being ended`)));
  });
  interrupted.catch(() => undefined);
  try {
    return await Promise.race([conformance(folder), interrupted]);
  } finally {
    await folder.close();
  }
}

async function conformance(folder: RunFolder): Promise<number> {
  const externalSecrets = await goPrograms('external-secrets', tell);
  const controlPlane = await goPrograms('control-plane', tell);
  const [kubernetes, ministack, moto] = await Promise.all([startControlPlane(folder, tell), startMinistack(folder, tell), startMoto(folder, tell)]);
  tell(`control plane ready in ${kubernetes.startedIn} ms`);
  const results = join(folder.path, 'results.jsonl');
  const parts: Parts = { kubernetes, ministack, moto, programs: { controlPlane, externalSecrets }, results };
  const code = await runTests(folder, parts);
  const found: readonly Result[] = existsSync(results)
    ? readFileSync(results, 'utf8').split('\n').filter((line) => line !== '').map((line): Result => JSON.parse(line))
    : [];
  for (const { behaviour, answers } of found) {
    if (answers !== undefined) tell(`different: ${behaviour}\n${Object.entries(answers).map(([part, answer]) => `  ${part}: ${JSON.stringify(answer)}`).join('\n')}`);
  }
  const wholeRun = process.argv.length === 2;
  if (wholeRun && found.length > 0) writeFileSync('docs/conformance.md', conformancePage(found));
  return code;
}

function runTests(folder: RunFolder, parts: Parts): Promise<number> {
  const places = process.argv.length > 2 ? process.argv.slice(2) : ['test/conformance'];
  const child = spawn(process.execPath, ['scripts/test.ts', '--conformance', ...places], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, [partsVariable]: JSON.stringify(parts) },
  });
  folder.adopt(child);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 130)));
}
