/** Declarations of Terraform that nothing refers to, by the reader that `check` uses. */
import type { HclBlock } from '../../../src/repositories/hcl/syntax.ts';
import { openHcl } from '../../../src/repositories/hcl/open.ts';

/** `var.x`, `local.x` and `data.type.name` that no block of the folder refers to, and references to what is not declared in it. */
export async function unusedIn(files: Readonly<Record<string, string>>, folder: string): Promise<readonly string[]> {
  const hcl = await openHcl();
  try {
    const read = Object.entries(files).filter(([path]) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/') && path.endsWith('.tf')).map(([path, text]) => hcl.read(path, text));
    const problems = read.flatMap((file) => file.problems.map(({ message, span }) => `${span.file}:${span.line} ${message}`));
    const blocks = read.flatMap(({ text, body }) => body.blocks.map((block) => ({ block, source: text.slice(block.span.start, block.span.end).replaceAll(/#.*$/gm, '') })));
    const declared = blocks.flatMap(({ block }): readonly { readonly address: string; readonly block: HclBlock | undefined }[] => {
      if (block.type === 'variable') return [{ address: `var.${block.labels[0]}`, block }];
      if (block.type === 'locals') return [...block.body.attributes.keys()].map((name) => ({ address: `local.${name}`, block: undefined }));
      return block.type === 'data' ? [{ address: `data.${block.labels.join('.')}`, block }] : [];
    });
    const unused = declared.filter(({ address, block }) => !blocks.some((other) => other.block !== block && new RegExp(`(?<![\\w.-])${address.replaceAll('.', '\\.')}(?![\\w-])`).test(other.source)));
    const named = new Set(declared.map(({ address }) => address));
    const missing = blocks.flatMap(({ source }) => [...source.matchAll(/(?<![\w.-])(?:var|local)\.[\w-]+/g)].map(([address]) => address)).filter((address) => !named.has(address));
    return [...problems, ...unused.map(({ address }) => `${address} is not used`), ...missing.map((address) => `${address} is not declared`)];
  } finally {
    hcl.close();
  }
}
