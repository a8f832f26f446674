/** The emulators of AWS from PyPI, in an environment of their own; every file is checked against `python/requirements.txt`. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder, keyOfFiles } from './cache.ts';
import { SetupError } from './setup-error.ts';

const run = promisify(execFile);

/** The folder of the environment's programs (`moto_server`, `python`), made now if that never happened. @throws SetupError */
export async function pythonPrograms(tell: (line: string) => void): Promise<string> {
  const requirements = fileURLToPath(new URL('./python/requirements.txt', import.meta.url));
  const folder = join(cacheFolder(), `python-${keyOfFiles(requirements)}`);
  const programs = join(folder, 'bin');
  if (existsSync(join(folder, 'complete'))) return programs;
  const python = await findPython();
  tell('installing moto and ministack into an environment of their own (once)');
  // A virtual environment cannot be moved: a half-made one is thrown away instead.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cacheFolder(), { recursive: true });
  try {
    await run(python, ['-m', 'venv', folder]);
    await run(join(programs, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', requirements], { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const output = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error);
    if (/Temporary failure in name resolution|NewConnectionError|Network is unreachable|ConnectTimeout/.test(output)) {
      throw new SetupError('the network is off: the emulators are fetched once from PyPI; run again when there is a network');
    }
    throw new SetupError(`the Python environment could not be made: ${output.trim().split('\n').slice(-3).join(' | ')}`);
  }
  mkdirSync(join(folder, '.done'), { recursive: true });
  renameSync(join(folder, '.done'), join(folder, 'complete'));
  return programs;
}

async function findPython(): Promise<string> {
  for (const name of ['python3', 'python']) {
    try {
      await run(name, ['-c', 'import sys, venv; sys.exit(0 if sys.version_info >= (3, 10) else 1)']);
      return name;
    } catch {
      // the next one
    }
  }
  throw new SetupError('Python is missing: the conformance tests run emulators of AWS with it; install Python 3.10 or newer with venv');
}
