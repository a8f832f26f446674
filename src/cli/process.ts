import type { WriteStream } from 'node:tty';
import { systemClock, type Clock } from '../clock.ts';
import type { Screen } from './command-line.ts';
import { exitCodes } from '../errors/error.ts';
import { runCommandLine } from './program.ts';

/** Runs the command line of this process: its arguments, streams, signals and exit code. */
export async function runProcess(): Promise<void> {
  const interrupted = new AbortController();
  const onInterrupt = (): void => {
    if (interrupted.signal.aborted) {
      process.stderr.write('\nStopped at once: a call may be under way. Run the same command again: it looks first at what is there and goes on. Until the Lease of this run ends (two minutes at most) it says that the Lease is held.\n');
      process.exit(exitCodes.interrupted);
    }
    interrupted.abort(new Error('interrupted'));
    process.stderr.write('\nInterrupted: what is under way is brought to an end. Once more to stop at once.\n');
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  // `| head` has seen enough: no error, but a run under way comes to its end in good order and gives its Lease back.
  const onClosedPipe = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    interrupted.abort(error);
  };
  for (const stream of [process.stdout, process.stderr]) stream.on('error', onClosedPipe);

  const code = await runCommandLine(process.argv.slice(2), {
    environment: process.env,
    directory: process.cwd(),
    stdin: {
      // Opening stdin takes milliseconds, and most commands never look at it.
      get isTTY() {
        return 'isTTY' in process.stdin && process.stdin.isTTY;
      },
      text: async () => (await import('node:stream/consumers')).text(process.stdin),
      line: () => readLine(interrupted.signal),
    },
    stdout: screen(process.stdout),
    stderr: screen(process.stderr),
    clock: shiftedClock(process.env['BEDROCK_ACCESS_CLOCK_OFFSET']),
    random: Math.random,
    signal: interrupted.signal,
    leaveInterrupts: () => void process.off('SIGINT', onInterrupt).on('SIGINT', () => undefined),
  });
  // Sockets kept alive must not hold the process, but what was written must arrive first.
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code);
}

function screen(stream: WriteStream): Screen {
  return {
    write: (chunk) => void stream.write(chunk),
    isTTY: 'isTTY' in stream && stream.isTTY,
    get columns() {
      return stream.columns ?? 80;
    },
  };
}

function flushed(stream: WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

async function readLine(signal: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const reader = createInterface({ input: process.stdin });
  try {
    return await reader.question('', { signal });
  } catch {
    return undefined;
  } finally {
    reader.close();
  }
}

/**
 * A sandbox whose world stands at another date hands on how far it is from the real time, in milliseconds, so that
 * the program judges ages and lifecycles by the same clock as the sandbox.
 */
function shiftedClock(offset: string | undefined): Clock {
  const milliseconds = Number(offset ?? 0);
  if (!Number.isFinite(milliseconds) || milliseconds === 0) return systemClock;
  return { ...systemClock, now: () => new Date(Date.now() + milliseconds) };
}
