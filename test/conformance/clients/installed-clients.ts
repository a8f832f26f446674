/** Installs the real clients, JavaScript and Python, once into the cache folder; every file is held to its lock or hash. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder, keyOfFiles } from '../../control-plane/cache.ts';
import { SetupError } from '../../control-plane/setup-error.ts';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));

export interface InstalledClients {
  /** Folder with the scripts beside their `node_modules`. */
  readonly javascript: string;
  /** Folder with the scripts, and the Python that runs them. */
  readonly python: string;
  readonly pythonProgram: string;
  readonly awsProgram: string;
}

/** @throws SetupError when npm or Python is missing, or the network is off for the first installation. */
export async function installedClients(tell: (line: string) => void): Promise<InstalledClients> {
  const javascript = await once(`clients-javascript-${keyOfFiles(join(here, 'javascript/package-lock.json'))}`, async (folder) => {
    tell('installing the JavaScript clients (once)');
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) copyFileSync(join(here, 'javascript', name), join(folder, name));
    await run('npm', ['ci', '--no-progress', '--ignore-scripts'], { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
  });
  const python = await once(`clients-python-${keyOfFiles(join(here, 'python/requirements.txt'))}`, async (folder) => {
    tell('installing the Python clients (once)');
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', join(here, 'python/requirements.txt')], { maxBuffer: 16 * 1024 * 1024 });
  });
  // The scripts are the checkout's, whatever the installation's age.
  for (const script of globSync(join(here, 'javascript/*.mjs'))) copyFileSync(script, join(javascript, basename(script)));
  return { javascript, python: join(here, 'python'), pythonProgram: join(python, 'bin/python'), awsProgram: join(python, 'bin/aws') };
}

async function once(name: string, install: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(), name);
  if (existsSync(join(folder, 'complete'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    await install(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const output = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error);
    throw new SetupError(`the clients could not be installed (${name}): ${output.trim().split('\n').slice(-3).join(' | ')}`);
  }
  mkdirSync(join(folder, '.done'));
  renameSync(join(folder, '.done'), join(folder, 'complete'));
  return folder;
}
