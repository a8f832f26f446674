import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Language, Parser } from 'web-tree-sitter';

/** The packaged program carries the two wasm files beside itself; a checkout takes them from the packages. */
function wasmFile(name: string, packaged: string): string {
  const beside = fileURLToPath(new URL(name, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(packaged);
}

let loading: Promise<Language> | undefined;

/** A parser for Terraform's HCL. The grammar (90 KB of wasm) is loaded once per process. */
export async function hclParser(): Promise<Parser> {
  loading ??= load();
  const language = await loading;
  const parser = new Parser();
  parser.setLanguage(language);
  return parser;
}

async function load(): Promise<Language> {
  await Parser.init({ locateFile: () => wasmFile('web-tree-sitter.wasm', 'web-tree-sitter/web-tree-sitter.wasm') });
  return Language.load(wasmFile('tree-sitter-terraform.wasm', '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm'));
}
