import { migrationStatus, rotationStatus, type MigrationStatus, type RotationStatus } from '../credentials/index.ts';
import { accessStatus } from '../engine/index.ts';
import type { AccessStatus } from '../engine/types.ts';
import { exitCodes } from '../errors/error.ts';
import { addressedAccesses } from './access-names.ts';
import type { CommandLine } from './command-line.ts';
import { connect } from './connect.ts';
import { catalogOf } from './catalog-file.ts';
import type { CommandOptions } from './options.ts';
import { renderFindings } from './output/finding.ts';
import { renderMigration } from './migrate.ts';
import { renderRotation } from './rotate.ts';
import type { Paint } from './output/paint.ts';
import { printStructured } from './output/structured.ts';
import { table } from './output/table.ts';

type ShownStatus = AccessStatus & { readonly rotation: RotationStatus; readonly migration?: MigrationStatus };

/** Shows what each access has and how it is: 3 when something is not as declared. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const catalog = await catalogOf(options, commandLine);
  const statuses: ShownStatus[] = [];
  for (const access of await addressedAccesses(options, commandLine)) {
    const context = await connect(access.region, catalog, options, commandLine);
    const migration = await migrationStatus(access, context);
    statuses.push({ ...(await accessStatus(access, context)), rotation: await rotationStatus(access, context), ...(migration === undefined ? {} : { migration }) });
  }
  if (commandLine.output !== 'text') await printStructured({ accesses: statuses }, commandLine);
  else commandLine.print(statuses.map((status) => renderStatus(status, commandLine.paint)).join('\n\n'));
  const sound = statuses.every((status) => status.resources.every((resource) => resource.state === 'in place') && status.findings.every((finding) => finding.severity !== 'error'));
  return sound ? exitCodes.ok : exitCodes.findings;
}

function renderStatus(status: ShownStatus, paint: Paint): string {
  const latest = status.revisions.toSorted((a, b) => b.number - a.number)[0];
  const facts = [
    `account   ${status.account}, Bedrock in ${status.region}`,
    `models    ${status.models.join(', ')}`,
    ...(latest === undefined ? [] : [`revision  ${latest.number} ${latest.state}, ${latest.at}, bedrock-access ${latest.programVersion}; ${status.revisions.length} kept`]),
    ...(status.accessKeyId === undefined ? [] : [`key       ${status.accessKeyId}${status.accessKeyCreatedAt === undefined ? '' : ` of ${status.accessKeyCreatedAt}`}`]),
  ];
  const resources = table(['kind', 'name', 'state', 'detail'], status.resources.map((resource) => [resource.kind, resource.name, resource.state, resource.detail ?? '']), paint);
  const findings = status.findings.length === 0 ? [] : ['', renderFindings(status.findings, paint)];
  const { rotation, migration } = status;
  const stands = migration !== undefined ? [renderMigration(migration, paint)] : rotation.underWay ? [renderRotation(rotation, paint)] : rotation.dueAt === undefined ? [] : [`rotation  due ${rotation.dueAt}`];
  return [paint.strong(`${status.namespace}/${status.name}`), ...facts, ...stands, '', resources, ...findings].join('\n');
}
