import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterObjects } from '../../src/cli/demo/story.ts';
import type { Clock } from '../../src/clock.ts';
import { openKubernetes } from '../../src/kubernetes/open.ts';
import type { Kubernetes } from '../../src/kubernetes/types.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/types.ts';
import { runCli, today, type CliResult, type CliRun } from './run-cli.ts';

/** A sandbox with the app in it, and the command line pointed at it. */
export interface CliStage {
  readonly sandbox: Sandbox;
  readonly kubernetes: Kubernetes;
  /** An empty folder of its own, in which the command line runs. */
  readonly directory: string;
  readonly clock: Clock;
  run(argv: readonly string[], run?: CliRun): Promise<CliResult>;
  /** All that the command line printed here. */
  printed(): string;
}

/** Sets up a stage, plays on it, and always takes it down. */
export async function onStage(options: SandboxOptions, play: (stage: CliStage) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-stage-'));
  const sandbox = await startSandbox({ now: today, ticking: false, ...options });
  try {
    const clock = sandbox.productClock;
    const kubernetes = await openKubernetes({ environment: sandbox.environment, clock, random: () => 0.5 });
    for (const object of clusterObjects()) await kubernetes.apply(object, { fieldManager: 'kubectl' });
    const printed: string[] = [];
    await play({
      sandbox,
      kubernetes,
      directory,
      clock,
      async run(argv, run = {}) {
        const result = await runCli(argv, { clock, directory, ...run, environment: { ...sandbox.environment, ...run.environment } });
        printed.push(result.stdout, result.stderr);
        return result;
      },
      printed: () => printed.join(''),
    });
  } finally {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
