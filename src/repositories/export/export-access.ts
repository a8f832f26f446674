/**
 * One declaration into two repositories. Everything is worked out in memory and read back; the caller writes the edits,
 * or shows them.
 */
import { keyMode } from '../../access/credential-mode.ts';
import { relative, resolve } from 'node:path';
import type { Parser } from 'web-tree-sitter';
import { checkModels } from '../../access/check-models.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import { AccessError } from '../../errors/error.ts';
import type { Finding } from '../../finding.ts';
import { compilePolicy } from '../../policy/compile.ts';
import type { Implied } from '../../resources/kind.ts';
import { workloadEnvironment } from '../../resources/workload-environment.ts';
import { hclParser } from '../hcl/grammar.ts';
import { writeAccessFile } from './access-file.ts';
import { exportOrder } from './order.ts';
import { prepare, type Prepared } from './prepare.ts';
import { isLabelled } from './manifest-app.ts';
import { editFile, listFile, presentObject, putObject } from './manifest-edit.ts';
import { configMapObject, externalSecretObject } from './manifest-objects.ts';
import { writeNewApp } from './new-app.ts';
import { terraformBlocks } from './terraform-blocks.ts';
import { putBlocks } from './terraform-edit.ts';
import { conflict, labelsOf, readModule, resourceAt } from './terraform-module.ts';
import { isOfAccess } from './terraform-removal.ts';
import { writeSkeleton } from './terraform-skeleton.ts';
import type { ExportOutcome, ExportRequest } from './types.ts';
import { environmentEdit, environmentEntries } from './workload-edit.ts';
import { blockLines } from './yaml-text.ts';

/** @throws AccessError with nothing written: `export-conflict`, `export-unreadable`, `export-uneditable`, `export-workload-missing` … */
export async function exportAccess(request: ExportRequest): Promise<ExportOutcome> {
  const parser = await hclParser();
  try {
    return exportWith(request, parser);
  } finally {
    parser.delete();
  }
}

function exportWith(request: ExportRequest, parser: Parser): ExportOutcome {
  const prepared = prepare(request, parser);
  const { workspace, access, style, declaration } = prepared;
  const implied = impliedBy(request, prepared);
  const findings: Finding[] = [...implied.policy.findings];
  if (request.terraform !== undefined) findings.push(...exportTerraform(request.terraform, implied, prepared, parser));
  if (prepared.app !== undefined && declaration !== undefined) findings.push(...exportManifests(implied, prepared, request.directory));
  const file = declaration?.file ?? resolve(request.declarationFile);
  if (declaration === undefined && request.terraform !== undefined && request.declared.access.spec.managedBy.iam !== 'terraform') {
    findings.push({
      id: 'export-declaration-differs',
      severity: 'warning',
      message: `${request.declarationFile} does not say yet that Terraform makes user and policy`,
      cause: 'Without --manifests the declaration is not written, and the program would make them itself.',
      remedy: `Set spec.managedBy.iam to terraform${Object.keys(access.spec.names).some((name) => Reflect.get(access.spec.names, name) !== Reflect.get(request.declared.access.spec.names, name)) ? `, and spec.names to ${JSON.stringify(access.spec.names)}` : ''}.`,
      place: request.declared.place('spec.managedBy'),
    });
  }
  const earlier = declaration?.earlier;
  if (earlier !== undefined && (earlier.spec.names.user !== access.spec.names.user || earlier.spec.names.secret !== access.spec.names.secret)) {
    findings.push({
      id: 'export-renamed',
      severity: 'info',
      message: `${earlier.spec.names.user} and Secret ${earlier.spec.names.secret} become ${access.spec.names.user} and Secret ${access.spec.names.secret}`,
      cause: 'A rename is add, switch, remove: the new ones are added beside the old ones, which are left as they are.',
      remedy: 'When the new ones are in use, run export --remove with the declaration as it was before the rename (git show).',
    });
  }
  return { access, declaration: file, edits: workspace.edits(), findings, order: exportOrder({ request, access, style, declaration: file, clusterKnown: prepared.clusterId !== undefined }), style };
}

/** What the kinds of resources are derived from. @throws AccessError when a model cannot be called */
export function impliedBy(request: ExportRequest, { access, clusterId }: Pick<Prepared, 'access' | 'clusterId'>): Implied {
  const { spec, metadata } = access;
  const { models, findings } = checkModels({ access, place: request.declared.place }, { catalog: request.catalog, now: request.now });
  const error = findings.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new AccessError(error.id, error.message, { cause: error.cause, remedy: error.remedy, findings });
  const policy = compilePolicy({ models, account: spec.account, discovery: spec.discovery, ...(spec.endpoint === undefined ? {} : { endpoint: spec.endpoint }) });
  return { access, owner: { cluster: clusterId ?? '', namespace: metadata.namespace, name: metadata.name }, partition: partitionOf(spec.region) ?? 'aws', models, policy, catalog: request.catalog };
}

function exportTerraform(directory: string, implied: Implied, { workspace, style, siblings, clusterId }: Prepared, parser: Parser): readonly Finding[] {
  if (siblings === undefined) return [];
  const { region } = keyMode(implied.access, 'an export').secretStore;
  writeSkeleton(workspace, directory, siblings, style, region, parser);
  const target = readModule(workspace, directory, parser);
  const blocks = terraformBlocks(implied, style, labelsOf(target), clusterId !== undefined);
  if (blocks.parameters.length > 0) refuseOtherRegion(target.module.providers.find(({ block, attribute }) => block.labels[0] === 'aws' && attribute('alias') === undefined)?.attribute('region'), region, directory);
  const parameters = new Set(blocks.parameters);
  const present = target.module.resources.filter(({ mode }) => mode === 'data').map(({ type }) => type);
  const data = blocks.data.filter((block) => !present.includes(block.labels[0] ?? ''));
  const dataFile = workspace.names(directory).includes('data.tf') ? 'data.tf' : style.iamFile;
  const adopted = isOfAccess(target.module, implied.access) ? [] : blocks.iam.flatMap((block) => (block.type === 'resource' ? (resourceAt(target.module, block) ?? []) : []));
  const findings = adopted.map((resource) => takenOver(resource.address, resource.placeOf().file, resource.placeOf().line));
  putBlocks(workspace, directory, [...data, ...blocks.iam, ...blocks.parameters], (block) => (parameters.has(block) && block.labels[0] === 'aws_ssm_parameter' ? style.parameterFile : data.includes(block) ? dataFile : style.iamFile), parser);
  if (clusterId !== undefined || style.keys === 'terraform') return findings;
  return [
    ...findings,
    {
      id: 'export-cluster-unknown',
      severity: 'warning',
      message: 'the tag bedrock-access/cluster is left out: the id of the cluster is not known',
      cause: 'The id is the UID of the namespace kube-system, which no file says. Without the tag the program does not know the user as its own.',
      remedy: 'Give it with --cluster-id (kubectl get namespace kube-system -o jsonpath={.metadata.uid}), or put the tag on the user after Terraform made it, as step 2 below does; Terraform ignores it.',
    },
  ];
}

function takenOver(what: string, file: string, line?: number): Finding {
  return {
    id: 'export-takes-over',
    severity: 'warning',
    message: `${what} is there already and carries no mark of this access: it is taken over`,
    cause: 'It has the name that the access gives, and somebody else wrote it.',
    remedy: 'Look at the diff (--dry-run). If it serves something else, give the access another name in spec.names.',
    place: { file, ...(line === undefined ? {} : { line }) },
  };
}

/** The key's parameters lie where the store reads them. */
function refuseOtherRegion(provider: unknown, region: string, directory: string): void {
  if (typeof provider !== 'string' || provider === region) return;
  throw conflict(`the AWS provider of ${directory} works in ${provider}, and the store reads parameters in ${region}`, 'The parameters would lie where the store does not look.', `Let the program make key and parameter (without --keys terraform), or choose a target whose provider works in ${region}. Nothing was written.`);
}

function exportManifests(implied: Implied, prepared: Prepared, from: string): readonly Finding[] {
  const { workspace, app, style, yaml, access, declaration, declarationText, reloader } = prepared;
  if (app === undefined || declaration === undefined) return [];
  const findings: Finding[] = [];
  const kustomization = app.kustomization ?? (app.isNew ? writeNewApp(workspace, app, access, style, yaml) : undefined);
  for (const { kind, object } of [externalSecretObject(implied, style), configMapObject(implied)]) {
    const there = presentObject(app, kind, object);
    if (there !== undefined && !isLabelled(there.object.value, access.metadata)) findings.push(takenOver(`${kind} ${there.object.name}`, there.file.file, there.placeOf(['metadata', 'name']).line));
  }
  const written = [putObject(workspace, app, externalSecretObject(implied, style), style, yaml), putObject(workspace, app, configMapObject(implied), style, yaml)];
  if (kustomization !== undefined) for (const file of written) listFile(workspace, kustomization, file, yaml);
  for (const environment of workloadEnvironment.desired(implied)) {
    const { workload, variables, secretName, configMapName, digest } = environment.desired;
    const label = `${workload.kind} ${access.metadata.namespace}/${workload.name}`;
    const wanted = { access: access.metadata.name, ...(workload.containers === undefined ? {} : { containers: workload.containers }), variables, secret: secretName, configMap: configMapName, digest, reloader };
    const found = app.workloads.find((candidate) => candidate.workload.kind === workload.kind && candidate.workload.name === workload.name);
    if (found === undefined) {
      findings.push({
        id: 'export-workload-absent',
        severity: 'warning',
        message: `${label} is in no file of ${relative(from, app.directory)}`,
        cause: 'The folder holds no workload: it is still to be written, or a chart makes it.',
        remedy: `Put this into its container:\n${blockLines({ env: environmentEntries(wanted) }, yaml).join('\n')}`,
      });
      continue;
    }
    const edit = environmentEdit(workload.kind, found.object, wanted);
    if ('problem' in edit) throw containerProblem(label, edit);
    editFile(workspace, found.file, found.index, edit.changes, yaml, `variables of ${label}`);
    for (const { container, variable, before } of edit.replaced) {
      if (before.startsWith(`Secret ${secretName}, `) || before.startsWith(`ConfigMap ${configMapName}, `)) continue;
      findings.push({
        id: 'export-variable-replaced',
        severity: 'warning',
        message: `${variable} of container ${container} in ${label} was ${before}`,
        cause: 'The access needs that variable for its own value.',
        remedy: 'If the application still needs the former value for something else, give it that under another variable before merging.',
        place: { file: found.file },
      });
    }
    if (!reloader && digest !== '' && !['Job', 'CronJob'].includes(workload.kind)) {
      findings.push({
        id: 'export-no-restart',
        severity: 'info',
        message: `nothing in these manifests restarts ${label} when its key is rotated`,
        cause: 'git keeps the workload, so that the program does not write it; a controller such as Reloader is not among the manifests.',
        remedy: 'Install Reloader and run export again, or restart it after a rotation: kubectl rollout restart.',
        place: { file: found.file },
      });
    }
  }
  writeAccessFile(workspace, declaration.file, declarationText, access);
  return findings;
}

function containerProblem(label: string, { problem, names, missing }: { readonly problem: string; readonly names: readonly string[]; readonly missing: readonly string[] }): AccessError {
  return problem === 'container-missing'
    ? new AccessError('container-not-found', `${label} has no container ${missing.join(', ')}`, { cause: `Its containers are ${names.join(', ')}.`, remedy: 'Correct spec.workloads[].containers. Nothing was written.', place: { field: 'spec.workloads' } })
    : new AccessError('container-ambiguous', `${label} has several containers (${names.join(', ')}), and the declaration names none`, { cause: 'A sidecar must not get credentials by accident.', remedy: `Name those that call Bedrock: containers: [${names[0] ?? ''}]. Nothing was written.`, place: { field: 'spec.workloads' } });
}
