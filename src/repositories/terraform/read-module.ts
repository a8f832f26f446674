import { readdirSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { evaluate } from '../hcl/evaluate.ts';
import { openHcl, type ReadHcl } from '../hcl/open.ts';
import { parseVariablesJson } from '../hcl/parse-json.ts';
import type { HclFile } from '../hcl/syntax.ts';
import { Unknown, type Value } from '../hcl/value.ts';
import { evaluateModule } from './evaluate-module.ts';
import { readText } from '../walk.ts';
import type { TerraformModule } from './types.ts';

/** Reads and evaluates modules, each with the local modules that it calls. `close` frees the parser. */
export async function openTerraform(): Promise<{ readonly read: (directory: string) => TerraformModule; readonly close: () => void }> {
  const hcl = await openHcl();
  return { read: (directory) => openModule(directory, new Map(), '', hcl.read, []), close: hcl.close };
}

/** One module. */
export async function readTerraformModule(directory: string): Promise<TerraformModule> {
  const terraform = await openTerraform();
  try {
    return terraform.read(directory);
  } finally {
    terraform.close();
  }
}

function openModule(directory: string, given: ReadonlyMap<string, Value>, addressPrefix: string, parse: ReadHcl, above: readonly string[]): TerraformModule {
  const names = readdirSync(directory).sort();
  const files = names.filter(isTerraformFile).flatMap((name) => readHcl(join(directory, name), parse));
  const values = new Map(given);
  if (addressPrefix === '') for (const [name, value] of variableFiles(names, (name, read) => readHcl(join(directory, name), read), parse)) values.set(name, value);
  return evaluateModule({
    directory,
    files,
    given: values,
    addressPrefix,
    openModule: (source, inner, prefix) => {
      if (!/^\.\.?\//.test(source)) return undefined;
      const target = normalize(join(directory, source));
      // A module that calls itself would never end; Terraform refuses it too.
      if (above.length > 20 || above.includes(target) || !statSync(target, { throwIfNoEntry: false })?.isDirectory()) return undefined;
      return openModule(target, inner, prefix, parse, [...above, directory]);
    },
  });
}

function readHcl(path: string, parse: ReadHcl): HclFile[] {
  // What cannot be read is told by who looks for the files.
  const read = readText(path);
  return 'text' in read ? [parse(path, read.text)] : [];
}

/** Native or JSON syntax. */
export function isTerraformFile(name: string): boolean {
  return /\.tf(\.json)?$/.test(name);
}

/** `terraform.tfvars`, `terraform.tfvars.json`, then `*.auto.tfvars` and `*.auto.tfvars.json` in the order of their names (Terraform language, "Variable Definition Precedence"). */
export function variableFiles(names: readonly string[], open: (name: string, parse: ReadHcl) => readonly HclFile[], parse: ReadHcl): ReadonlyMap<string, Value> {
  const ordered = ['terraform.tfvars', 'terraform.tfvars.json'].filter((name) => names.includes(name)).concat(names.filter((name) => /\.auto\.tfvars(\.json)?$/.test(name)));
  const values = new Map<string, Value>();
  for (const file of ordered.flatMap((name) => open(name, name.endsWith('.json') ? parseVariablesJson : parse))) {
    for (const attribute of file.body.attributes.values()) values.set(attribute.name, evaluate(attribute.expression, (root, path) => ({ value: new Unknown('not allowed here', [root, ...path].join('.')), used: path.length })));
  }
  return values;
}
