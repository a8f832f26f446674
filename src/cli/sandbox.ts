import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { AccessError, exitCodes } from '../errors/error.ts';
import { openKubernetes } from '../kubernetes/open.ts';
import { startSandbox } from '../sandbox/start.ts';
import type { Sandbox } from '../sandbox/types.ts';
import type { CommandLine } from './command-line.ts';
import { clusterObjects, platformStore } from './demo/story.ts';
import type { CommandOptions } from './options.ts';
import { dateOption, numberOption } from './option-values.ts';

/**
 * Keeps a sandbox running until Ctrl-C and prints the environment to use, or runs a command inside one and passes its
 * exit code on. The app and the store that `init` declares are there, unless it shall be empty.
 */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const now = dateOption('--now', options.now);
  const seed = numberOption('--seed', options.seed);
  const sandbox = await startSandbox({ workloads: 'processes', ...(now === undefined ? {} : { now }), ...(seed === undefined ? {} : { seed }), ...(options.certManager ? { certManager: true } : {}) });
  try {
    if (!options.empty) await deployExample(sandbox, commandLine);
    const environment = environmentOf(sandbox, commandLine);
    const [command, ...args] = options.positionals;
    if (command !== undefined) return await runInside(command, args, environment, commandLine);
    if (commandLine.output === 'text') {
      for (const [name, value] of Object.entries(environment)) commandLine.print(`export ${name}=${quoted(value)}`);
    } else commandLine.print(JSON.stringify(environment));
    commandLine.say(`# AWS account ${sandbox.account} and a Kubernetes cluster are ready; the key is the sandbox's own and works nowhere else.`);
    if (!options.empty) commandLine.say('# Deployment openhands runs in namespace openhands. In another terminal, after these lines: bedrock-access init, plan, apply, verify.');
    if (sandbox.trustAnchor !== undefined) commandLine.say(`# The ClusterIssuer platform signs what this trust anchor accepts: ${sandbox.trustAnchor}`);
    commandLine.say('# Ctrl-C ends it.');
    await aborted(commandLine.signal);
    return exitCodes.ok;
  } finally {
    await sandbox.stop();
  }
}

async function deployExample(sandbox: Sandbox, { clock, random }: CommandLine): Promise<void> {
  const kubernetes = await openKubernetes({ environment: sandbox.environment, clock, random });
  for (const object of [...clusterObjects(), platformStore()]) await kubernetes.apply(object, { fieldManager: 'kubectl' });
}

/** The sandbox's environment, and how far its world's clock is from the real one, for the program's own clock. */
export function environmentOf(sandbox: Sandbox, { clock }: Pick<CommandLine, 'clock'>): Readonly<Record<string, string>> {
  const offset = sandbox.clock.now().getTime() - clock.now().getTime();
  return { ...sandbox.environment, ...(Math.abs(offset) < 60_000 ? {} : { BEDROCK_ACCESS_CLOCK_OFFSET: String(offset) }) };
}

function runInside(command: string, args: readonly string[], environment: Readonly<Record<string, string>>, commandLine: CommandLine): Promise<number> {
  return new Promise((resolve, reject) => {
    // Credentials of the user's own must not leak into the sandbox, nor its command reach the real AWS.
    const outer = Object.fromEntries(Object.entries(commandLine.environment).filter(([name]) => !name.startsWith('AWS_') || name === 'AWS_PAGER'));
    // At a terminal the command gets the terminal itself, so that `kubectl exec -it` works.
    const stdio = commandLine.stdout.isTTY ? 'inherit' : 'pipe';
    // A terminal sends Ctrl-C to every program of the group: the command has it already, and decides what it means.
    const atTerminal = commandLine.stdout.isTTY || commandLine.stdin.isTTY;
    const child = spawn(command, args, { cwd: commandLine.directory, env: { ...outer, ...environment }, stdio: ['inherit', stdio, stdio] });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => commandLine.stdout.write(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => commandLine.stderr.write(text));
    commandLine.signal.addEventListener('abort', () => child.kill(atTerminal ? 'SIGTERM' : 'SIGINT'), { once: true });
    if (atTerminal) commandLine.leaveInterrupts?.();
    child.on('error', (error) => {
      reject(
        new AccessError('command-not-found', `cannot run ${command}`, {
          cause: 'code' in error && error.code === 'ENOENT' ? 'No program of that name is on PATH.' : error.message,
          remedy: `Install ${command}, or give its full path.`,
          exitCode: 127,
          origin: error,
        }),
      );
    });
    // A shell's convention: 128 and the signal's number.
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
