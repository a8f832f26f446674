/** `# bedrock-access:ignore RULE reason`, beside what it suppresses or alone on the line before; in JSON `"//": "bedrock-access:ignore RULE reason"`. */
export interface Suppression {
  readonly rule: string;
  readonly reason: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The lines that it holds for. */
  readonly lines: readonly number[];
  used: boolean;
}

const comment = /(?:#|\/\/|"\/\/"\s*:\s*")\s*bedrock-access:ignore\s+([a-z][a-z-]*)[ \t]*(.*?)(?:"\s*,?)?$/;

export function findSuppressions(texts: ReadonlyMap<string, string>): readonly Suppression[] {
  const found: Suppression[] = [];
  for (const [file, text] of texts) {
    if (!text.includes('bedrock-access:ignore')) continue;
    for (const [index, line] of text.split('\n').entries()) {
      const match = comment.exec(line.replace(/\r$/, ''));
      if (!match) continue;
      const alone = line.slice(0, match.index).trim() === '';
      found.push({ rule: match[1]!, reason: match[2]!.trim(), file, line: index + 1, column: match.index + 1, lines: alone ? [index + 2] : [index + 1], used: false });
    }
  }
  return found;
}
