import type { Clock, Random } from '../clock.ts';
import type { Paint } from './output/paint.ts';

/** One of the two streams that a command writes to. */
export interface Screen {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

/** Everything outside of the program that a command touches, handed in so that a test can run any command in process. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative file names start here. */
  readonly directory: string;
  readonly stdin: { readonly isTTY: boolean; text(): Promise<string>; line(): Promise<string | undefined> };
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** From now on Ctrl-C is for the command that has the terminal, not for this program. */
  leaveInterrupts?(): void;
}

export const outputFormats = ['text', 'json', 'yaml', 'junit', 'sarif', 'github'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** What a command gets: the world around it, its shared options, and the two ways to say something. */
export interface CommandLine extends Surroundings {
  readonly output: OutputFormat;
  readonly debug: boolean;
  /** What was read, by the name that findings use, so that they can show the line: `<stdin>` cannot be read again. */
  readonly sources: Map<string, string>;
  /** Colours for stdout. */
  readonly paint: Paint;
  /** Colours for stderr. */
  readonly progressPaint: Paint;
  /** Data: to stdout, with a line's end. */
  print(text: string): void;
  /** Progress, warnings, questions: to stderr, with a line's end. */
  say(text: string): void;
}
