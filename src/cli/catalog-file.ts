import { loadCatalog, parseCatalog } from '../bedrock/catalog.ts';
import type { Catalog } from '../bedrock/types.ts';
import { AccessError } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { readText } from './files.ts';
import type { CommandOptions } from './options.ts';

/** The catalog built in, or the one that `--catalog` names. */
export async function catalogOf(options: CommandOptions, commandLine: CommandLine): Promise<Catalog> {
  if (options.catalog === undefined) return loadCatalog();
  return parseCatalog(jsonOf(await readText(options.catalog, commandLine), options.catalog));
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AccessError('catalog-invalid', `${file} is not JSON`, { cause: String(error), remedy: 'Leave out --catalog, or give a catalog file.', place: { file }, origin: error });
  }
}
