import type { VerifyCheck } from '../engine/types.ts';
import { verifyAccess } from '../engine/verify/index.ts';
import { exitCodes, permissionIds } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { connect } from './connect.ts';
import { catalogOf } from './catalog-file.ts';
import { readDeclarations } from './documents.ts';
import type { CommandOptions } from './options.ts';
import { renderJunit, type CheckedAccess } from './output/junit.ts';
import { printStructured } from './output/structured.ts';
import { renderCheck, renderVerdict } from './output/verify.ts';
import { programVersion } from './version.ts';

/** Looks at every link of the chain of each access: 3 when a check failed, 4 when nothing but a missing permission made it fail. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const catalog = await catalogOf(options, commandLine);
  const checked: CheckedAccess[] = [];
  for (const { access } of await readDeclarations(options, commandLine, catalog)) {
    const context = await connect(access.spec.region, catalog, options, commandLine);
    const name = `${access.metadata.namespace}/${access.metadata.name}`;
    const checks: VerifyCheck[] = [];
    if (commandLine.output === 'text') commandLine.print(commandLine.paint.strong(name));
    for await (const check of verifyAccess(access, { ...context, call: options.call, ...(options.callFromCluster ? { fromCluster: { image: options.image ?? `bedrock-access:${programVersion}` } } : {}) })) {
      checks.push(check);
      if (commandLine.output === 'text') commandLine.print(renderCheck(check, commandLine.paint));
    }
    if (commandLine.output === 'text') commandLine.print(renderVerdict(checks, commandLine.paint));
    checked.push({ name, checks });
  }
  if (commandLine.output === 'junit') commandLine.print(renderJunit(checked));
  else if (commandLine.output !== 'text') await printStructured({ accesses: checked }, commandLine);
  if (commandLine.signal.aborted) return exitCodes.interrupted;
  return exitCodeOf(checked.flatMap(({ checks }) => checks));
}

function exitCodeOf(checks: readonly VerifyCheck[]): number {
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return exitCodes.ok;
  const errors = failed.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error'));
  return errors.every(({ id }) => permissionIds.has(id)) ? exitCodes.permission : exitCodes.findings;
}
