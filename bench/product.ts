/** The product as its users have it: the bundle, in a process of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ProductRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
  /** Peak resident set of the process in MiB; not measured where nothing is in the environment. */
  readonly mebibytes: number;
}

export interface InstalledProduct {
  /** Removed in the end. */
  readonly folder: string;
  /** The executable. */
  readonly main: string;
  /** @throws when the exit code is another than 0 */
  run(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<ProductRun>;
  /** Another program, `node` with these arguments, in the same surroundings; any exit code. */
  node(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<ProductRun>;
  remove(): void;
}

/** Builds the bundle and installs it away from the checkout, where the executable would run the source. */
export function installProduct(): InstalledProduct {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'bedrock-access-bench-'));
  const installed = join(folder, 'node_modules', 'bedrock-access');
  mkdirSync(installed, { recursive: true });
  cpSync('dist', join(installed, 'dist'), { recursive: true });
  cpSync('package.json', join(installed, 'package.json'));
  const main = join(installed, 'dist', 'cli', 'main.js');
  const node: InstalledProduct['node'] = (args, environment = {}) => child(folder, args, environment);
  return {
    folder,
    main,
    node,
    async run(args, environment) {
      const run = await node([main, ...args], environment);
      if (run.code !== 0) throw new Error(`bedrock-access ${args.join(' ')} ended with ${run.code}:\n${run.stdout}${run.stderr}`);
      return run;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function child(folder: string, args: readonly string[], environment: Readonly<Record<string, string>>): Promise<ProductRun> {
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
      resolve({ code: code ?? -1, stdout: texts[0]!, stderr: texts[1]!, milliseconds: performance.now() - started, mebibytes: Number(texts[2]) / 1024 });
    });
  });
}
