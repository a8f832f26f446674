import { hclParser } from './grammar.ts';
import { parseTerraformJson } from './parse-json.ts';
import { parseHcl } from './parse.ts';
import type { HclFile } from './syntax.ts';

/** Reads a file of Terraform, in the syntax that its name says. */
export type ReadHcl = (file: string, text: string) => HclFile;

/** A file whose text is as it was is not read again: an edit looks at its module many times. `close` frees the parser. */
export async function openHcl(): Promise<{ readonly read: ReadHcl; readonly close: () => void }> {
  const parser = await hclParser();
  const known = new Map<string, { readonly source: string; readonly read: HclFile }>();
  return {
    read(file, source) {
      const last = known.get(file);
      if (last?.source === source) return last.read;
      const read = file.endsWith('.json') ? parseTerraformJson(parser, file, source) : parseHcl(parser, file, source);
      known.set(file, { source, read });
      return read;
    },
    close: () => parser.delete(),
  };
}
