import type { CommandLine, Screen } from '../command-line.ts';

/** Tells the story: text for people, JSON lines for programs; and keeps every byte that was printed, to be searched afterwards. */
export interface Narrator {
  /** The command line whose stdout and stderr are both part of the story. */
  readonly commandLine: CommandLine;
  chapter(title: string): void;
  /** For people only. */
  tell(text: string): void;
  /** For programs: a JSON line of this type. For people: `text`, when there is any. */
  show(type: string, fields: Readonly<Record<string, unknown>>, text?: string): void;
  /** Everything printed so far, by whatever way. */
  printed(): string;
}

export function narratorOf(outer: CommandLine): Narrator {
  const kept: string[] = [];
  const keeping = (screen: Screen): Screen => ({
    write(text) {
      kept.push(text);
      screen.write(text);
    },
    isTTY: screen.isTTY,
    get columns() {
      return screen.columns;
    },
  });
  const stdout = keeping(outer.stdout);
  const stderr = keeping(outer.stderr);
  const json = outer.output !== 'text';
  const line = (text: string): void => stdout.write(`${text}\n`);
  let chapters = 0;
  const commandLine: CommandLine = { ...outer, stdout, stderr, print: line, say: json ? (text) => stderr.write(`${text}\n`) : line, progressPaint: outer.paint };
  return {
    commandLine,
    chapter(title) {
      chapters += 1;
      if (json) line(JSON.stringify({ type: 'chapter', number: chapters, title }));
      else line(`\n${outer.paint.strong(`${chapters}. ${title}`)}\n`);
    },
    tell(text) {
      if (!json) line(text);
    },
    show(type, fields, text) {
      if (json) line(JSON.stringify({ type, ...fields }));
      else if (text !== undefined) line(text);
    },
    printed: () => kept.join(''),
  };
}
