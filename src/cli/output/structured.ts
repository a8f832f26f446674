import type { CommandLine } from '../command-line.ts';

/** Prints data as the chosen format says: JSON (indented), or YAML. */
export async function printStructured(value: unknown, commandLine: CommandLine): Promise<void> {
  if (commandLine.output === 'yaml') {
    const { stringify } = await import('yaml');
    commandLine.print(stringify(plain(value), { lineWidth: 0 }).trimEnd());
    return;
  }
  commandLine.print(JSON.stringify(plain(value), null, 2));
}

/** Only what JSON shows: secrets become `[secret]`, undefined fields go, maps become objects. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Map ? Object.fromEntries(inner) : inner)));
}
