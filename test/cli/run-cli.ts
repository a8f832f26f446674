import type { Clock } from '../../src/clock.ts';
import { runCommandLine } from '../../src/cli/program.ts';

export interface CliRun {
  readonly stdin?: string;
  /** Lines that a person types where the program asks. */
  readonly answers?: readonly string[];
  /** Are all three streams a terminal? Default false. */
  readonly terminal?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** Hears that Ctrl-C is left to a command. */
  leaveInterrupts?(): void;
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The world's date in tests of the command line: that of the catalog. */
export const today = new Date('2026-11-24T09:00:00Z');

const stillClock: Clock = { now: () => today, sleep: () => Promise.resolve() };

/** Runs one command line in this process, as `bedrock-access ARGV` would be. Nothing of the process's own environment is seen. */
export async function runCli(argv: readonly string[], run: CliRun = {}): Promise<CliResult> {
  const out: string[] = [];
  const err: string[] = [];
  const answers = [...(run.answers ?? [])];
  const screen = (sink: string[]) => ({ write: (text: string) => void sink.push(text), isTTY: run.terminal ?? false, columns: 100 });
  const code = await runCommandLine(argv, {
    environment: run.environment ?? {},
    directory: run.directory ?? process.cwd(),
    stdin: { isTTY: run.terminal ?? false, text: () => Promise.resolve(run.stdin ?? ''), line: () => Promise.resolve(answers.shift()) },
    stdout: screen(out),
    stderr: screen(err),
    clock: run.clock ?? stillClock,
    random: () => 0.5,
    signal: run.signal ?? new AbortController().signal,
    leaveInterrupts: () => run.leaveInterrupts?.(),
  });
  return { code, stdout: out.join(''), stderr: err.join('') };
}
