import { bearerTypeOf } from '../access/credential-mode.ts';
import { exitCodes } from '../errors/error.ts';
import { partitionOf } from '../bedrock/regions.ts';
import { compilePolicy } from '../policy/compile.ts';
import { namedPolicies } from '../resources/policy-names.ts';
import { policySize } from '../policy/document.ts';
import type { CompiledPolicy } from '../policy/types.ts';
import type { CommandLine } from './command-line.ts';
import { catalogOf } from './catalog-file.ts';
import { readDeclarations, type Declared } from './documents.ts';
import type { CommandOptions } from './options.ts';
import { printStructured } from './output/structured.ts';

/** Prints the policy documents that the declarations imply, or with `--explain` what each statement is for. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const declarations = await readDeclarations(options, commandLine, await catalogOf(options, commandLine));
  const compiled = declarations.map((declared) => ({ declared, policy: policyOf(declared) }));
  if (commandLine.output !== 'text') {
    await printStructured(
      { policies: compiled.map(({ declared, policy }) => ({ access: declared.access.metadata, documents: policy.documents, ...(options.explain ? { serves: policy.serves } : {}) })) },
      commandLine,
    );
    return exitCodes.ok;
  }
  for (const { declared, policy } of compiled) {
    if (options.explain) commandLine.print(explained(declared, policy));
    // One document goes to stdout as it is, so that `aws iam create-policy --policy-document` can read it.
    else for (const document of policy.documents) commandLine.print(JSON.stringify(document, null, 2));
  }
  return exitCodes.ok;
}

function policyOf({ access, models }: Declared): CompiledPolicy {
  const { account, discovery, endpoint, credentials } = access.spec;
  return compilePolicy({ models, account, discovery, bearer: bearerTypeOf(credentials), ...(endpoint === undefined ? {} : { endpoint }) });
}

function explained({ access }: Declared, policy: CompiledPolicy): string {
  const { namespace, name } = access.metadata;
  const names = namedPolicies({ access, partition: partitionOf(access.spec.region) ?? 'aws', policy });
  const blocks = policy.documents.map((document, index) => {
    const title = `${names[index]?.name ?? access.spec.names.policy}: ${policySize(document)} of 6144 characters`;
    const statements = document.Statement.map((statement, number) => {
      const purposes = policy.serves.filter((purpose) => purpose.document === index && purpose.statement === number);
      const list = (value: string | readonly string[] | undefined): string => [value ?? []].flat().join('\n      ');
      const conditions = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) => Object.entries(keys).map(([key, value]) => `when ${key} ${operator} ${[value].flat().join(', ')}`));
      return [
        `  ${statement.Sid ?? `statement ${number + 1}`}: ${purposes.map((purpose) => purpose.purpose).join('; ')}`,
        ...purposes.filter((purpose) => purpose.models.length > 0).map((purpose) => `    serves ${purpose.models.join(', ')}`),
        `    ${statement.Effect.toLowerCase()} ${list(statement.Action)}`,
        `    on ${list(statement.Resource)}`,
        ...conditions.map((condition) => `    ${condition}`),
      ].join('\n');
    });
    return [title, ...statements].join('\n');
  });
  return [`${namespace}/${name}`, ...blocks].join('\n\n');
}
