/**
 * The processes of one run: recorded with their start times, so that nothing else is ever ended, and ended with the run, however it ends.
 * What an aborted run left running is ended by the next.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from './cache.ts';
import { PortTakenError, SetupError } from './setup-error.ts';

export interface StartedProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** Its exit code, as soon as it has one. */
  exited(): boolean;
  readonly log: string;
}

export class RunFolder {
  readonly path: string;
  readonly #started: StartedProcess[] = [];
  #closed = false;
  readonly #onExit = (): void => this.#killAll();

  private constructor(path: string) {
    this.path = path;
    process.once('exit', this.#onExit);
  }

  /** A new run; processes of dead runs are ended first. */
  static open(): RunFolder {
    const runs = join(cacheFolder(), 'runs');
    mkdirSync(runs, { recursive: true });
    for (const name of readdirSync(runs)) endDeadRun(runs, name);
    // Its owner is in the name: another run that begins at this moment never sees a folder that seems to be nobody's.
    const path = mkdtempSync(join(runs, `run-${(identityOf(process.pid) ?? '').replace(' ', '-')}-`));
    return new RunFolder(path);
  }

  start(name: string, program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): StartedProcess {
    // A start that was under way when the run was ended must not go on.
    if (this.#closed) throw new SetupError(`${name} is not started: the run has ended`);
    const log = join(this.path, `${name}.log`);
    const output = openSync(log, 'w');
    const child = spawn(program, [...args], {
      stdio: ['ignore', output, output],
      cwd: this.path,
      // A process group of its own: Ctrl-C reaches us first, and we end it in order.
      detached: true,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.path, ...environment },
    });
    closeSync(output);
    child.on('error', () => undefined);
    const identity = child.pid === undefined ? undefined : identityOf(child.pid);
    if (identity !== undefined) appendFileSync(join(this.path, 'processes'), `${identity}\n`);
    const started = { name, child, log, exited: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null };
    this.#started.push(started);
    return started;
  }

  /** A process that somebody else started ends with the run too. */
  adopt(child: ChildProcess): void {
    this.#started.push({ name: 'tests', child, exited: () => child.exitCode !== null || child.signalCode !== null, log: '' });
    const identity = child.pid === undefined ? undefined : identityOf(child.pid);
    if (identity !== undefined) appendFileSync(join(this.path, 'processes'), `${identity}\n`);
  }

  /** Asks again and again until `check` holds. @throws SetupError with the end of the log when the process ends or time is up */
  async until(started: StartedProcess, check: () => Promise<boolean>, seconds = 90): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
      if (started.exited()) {
        // etcd, kube-apiserver and Python say the first, Werkzeug the second too.
        if (/address already in use|Port \d+ is in use/i.test(readFileSync(started.log, 'utf8'))) throw new PortTakenError(`${started.name} ended at its start: somebody else listens on its port`);
        throw new SetupError(`${started.name} ended at its start: ${tailOf(started.log)}`);
      }
      if (await check().catch(() => false)) return;
      await sleep(50);
    }
    throw new SetupError(`${started.name} was not ready within ${seconds} s: ${tailOf(started.log)}`);
  }

  /** Ends one process and waits until it is gone. */
  async end(started: StartedProcess): Promise<void> {
    if (started.exited()) return;
    const gone = new Promise<void>((resolve) => void started.child.once('exit', () => resolve()));
    started.child.kill('SIGTERM');
    const timer = setTimeout(() => started.child.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(timer);
  }

  /** Ends everything, newest first, and removes the folder. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const started of this.#started.reverse()) await this.end(started);
    process.removeListener('exit', this.#onExit);
    rmSync(this.path, { recursive: true, force: true });
  }

  #killAll(): void {
    for (const { child } of this.#started) child.kill('SIGKILL');
  }
}

/** Ends what a run recorded whose own process is gone. */
function endDeadRun(runs: string, name: string): void {
  const [, pid, start] = /^run-(\d+)-(\d+)-/.exec(name) ?? [];
  if (pid === undefined || isAlive(`${pid} ${start}`)) return;
  const path = join(runs, name);
  const processes = existsSync(join(path, 'processes')) ? readFileSync(join(path, 'processes'), 'utf8').split('\n') : [];
  for (const identity of processes.filter(isAlive)) process.kill(Number(identity.split(' ')[0]), 'SIGKILL');
  rmSync(path, { recursive: true, force: true });
}

/** `PID START`: a process id alone may be another's by now (proc(5), starttime). */
function identityOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return undefined;
  }
}

function isAlive(identity: string): boolean {
  return identity !== '' && identityOf(Number(identity.split(' ')[0])) === identity;
}

function tailOf(log: string): string {
  return readFileSync(log, 'utf8').trim().split('\n').slice(-3).join(' | ').slice(-600);
}
