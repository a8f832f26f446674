import { bothModes } from '../engine/permissions/both-modes.ts';
import { programPermissions, type JobPermissions, type PrintedPolicy, type ProgramPermissions } from '../engine/permissions/index.ts';
import { exitCodes } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { readDeclarations } from './documents.ts';
import type { CommandOptions } from './options.ts';
import { renderFindings } from './output/finding.ts';
import { printStructured } from './output/structured.ts';

/** Prints what the program itself may do: IAM policies, the boundary that they demand, and the cluster's roles. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const all = await permissionsOf(options, commandLine);
  if (commandLine.output !== 'text') {
    await printStructured({ permissions: all }, commandLine);
    return exitCodes.ok;
  }
  const { stringify } = await import('yaml');
  for (const { access, policies, boundary, store, rotation, renewal, roles } of all) {
    const { paint } = commandLine;
    const titled = (title: string, policy: PrintedPolicy): string => `${paint.strong(`${title}  ${policy.arn}`)}\n${JSON.stringify(policy.document, null, 2)}\n`;
    for (const policy of policies) commandLine.print(titled(`IAM policy of the program for ${access.namespace}/${access.name}`, policy));
    commandLine.print(boundary.declared ? `${paint.strong('Permissions boundary of every user and role')}  ${boundary.arn}\n` : titled('Permissions boundary of every user and role', boundary));
    if (store !== undefined) commandLine.print(`${paint.strong(`IAM policy of the identity that the store reads with, for ${access.namespace}/${access.name}`)}\n${JSON.stringify(store, null, 2)}\n`);
    for (const [what, job] of [['rotates', rotation], ['renews what is used by', renewal]] as const) {
      if (job === undefined) continue;
      commandLine.print(`${paint.strong(`IAM policy of the CronJob that ${what} ${access.namespace}/${access.name}, for ${identityShown(job)}`)}\n${JSON.stringify(job.document, null, 2)}\n`);
      commandLine.print(`${paint.strong(`Roles of that CronJob (${job.subject}), made by apply or export`)}\n${job.roles.map((role) => stringify(role, { lineWidth: 0 })).join('---\n')}`);
    }
    commandLine.print(`${paint.strong('Roles in the cluster')}\n${roles.map((role) => stringify(role, { lineWidth: 0 })).join('---\n')}`);
  }
  return exitCodes.ok;
}

function identityShown({ identity: { role, secret }, subject }: JobPermissions): string {
  if (role !== undefined) return `${role}, whose trust policy admits ${subject} by the cluster's issuer`;
  return secret === undefined ? `the role of the EKS Pod Identity association of ${subject}` : `the IAM user whose key is in Secret ${secret}`;
}

/** Of each declaration; says on stderr what is to be changed in it. */
export async function permissionsOf(options: CommandOptions, commandLine: CommandLine): Promise<readonly ProgramPermissions[]> {
  const declared = [...(await readDeclarations(options, commandLine)), ...(options.migrateTo === undefined ? [] : await readDeclarations({ ...options, file: [options.migrateTo] }, commandLine))];
  const each = declared.map(({ access, place }): ProgramPermissions => {
    const printed = programPermissions(access, options.clusterId, { verifyFromCluster: options.callFromCluster });
    return { ...printed, findings: printed.findings.map((finding) => ({ ...finding, place: { ...finding.place, ...place(finding.place?.field ?? 'spec') } })) };
  });
  // Of one access in two modes of credentials: the way from one to the other needs both.
  const all = [...Map.groupBy(each, ({ access }) => `${access.namespace}/${access.name}`).values()].map((ofOne) => ofOne.reduce(bothModes));
  const findings = all.flatMap((each) => each.findings);
  if (findings.length > 0 && commandLine.output === 'text') commandLine.say(`${renderFindings(findings, commandLine.progressPaint, (file) => commandLine.sources.get(file))}\n`);
  return all;
}
