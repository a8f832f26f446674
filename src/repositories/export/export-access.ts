/**
 * One declaration into two repositories. Everything is worked out in memory and read back; the caller writes the edits,
 * or shows them.
 */
import { bearerTypeOf, keyCredentialsOf, keyMode } from '../../access/credential-mode.ts';
import { relative, resolve } from 'node:path';
import { checkModels } from '../../access/check-models.ts';
import { undelivered } from '../../access/rules/application-profiles.ts';
import { accessPages } from '../../errors/access-pages.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import { AccessError } from '../../errors/error.ts';
import type { Finding } from '../../finding.ts';
import { compilePolicy } from '../../policy/compile.ts';
import type { Implied } from '../../resources/kind.ts';
import { openHcl, type ReadHcl } from '../hcl/open.ts';
import { exportManifests } from './export-manifests.ts';
import { callPlace, writeCall, type CallRequest } from './module-call.ts';
import { exportOrder } from './order.ts';
import { prepare, type Prepared } from './prepare.ts';
import { terraformBlocks } from './terraform-blocks.ts';
import { Declarations } from './terraform-declarations.ts';
import { putBlocks } from './terraform-edit.ts';
import { conflict, labelsOf, readModule, resourceAt } from './terraform-module.ts';
import { leftProfiles } from './terraform-left-profiles.ts';
import { RegionProviders } from './terraform-providers.ts';
import { isOfAccess } from './terraform-removal.ts';
import { takenOver } from './taken-over.ts';
import { writeSkeleton } from './terraform-skeleton.ts';
import type { ExportOutcome, ExportRequest } from './types.ts';

/** @throws AccessError with nothing written: `export-conflict`, `export-unreadable`, `export-uneditable`, `export-workload-missing` … */
export async function exportAccess(request: ExportRequest): Promise<ExportOutcome> {
  const hcl = await openHcl();
  try {
    return exportWith(request, hcl.read);
  } finally {
    hcl.close();
  }
}

function exportWith(request: ExportRequest, readHcl: ReadHcl): ExportOutcome {
  const prepared = prepare(request, readHcl);
  const { workspace, access, style, declaration } = prepared;
  const implied = impliedBy(request, prepared);
  const findings: Finding[] = [...implied.policy.findings, ...prepared.findings];
  const terraform = request.terraform === undefined ? undefined : exportTerraform(request.terraform, request, implied, prepared, readHcl);
  findings.push(...(terraform?.findings ?? []));
  if (prepared.app !== undefined && declaration !== undefined) findings.push(...exportManifests(implied, prepared, request.directory));
  const file = declaration?.file ?? resolve(request.declarationFile);
  if (declaration === undefined && request.terraform !== undefined && request.declared.access.spec.managedBy.iam !== 'terraform') {
    findings.push({
      id: 'export-declaration-differs',
      severity: 'warning',
      message: `${request.declarationFile} does not say yet that Terraform makes ${keyCredentialsOf(access.spec.credentials) === undefined ? 'role' : 'user'} and policy`,
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
  return { access, declaration: file, edits: workspace.edits(), findings, order: exportOrder({ request, access, style, declaration: file, clusterKnown: prepared.clusterId !== undefined, roots: terraform?.roots ?? [] }), style };
}

/** What the kinds of resources are derived from. @throws AccessError when a model cannot be called */
export function impliedBy(request: ExportRequest, { access, clusterId }: Pick<Prepared, 'access' | 'clusterId'>): Implied {
  const { spec, metadata } = access;
  const why = undelivered(spec);
  if (why !== undefined) {
    const { cause, remedy } = accessPages['application-profile-undelivered'];
    throw new AccessError('application-profile-undelivered', `${metadata.namespace}/${metadata.name} calls through an application inference profile, and ${why}`, { cause, remedy: `${remedy} Nothing was written.`, place: request.declared.place('spec.models') });
  }
  const { models, findings } = checkModels({ access, place: request.declared.place }, { catalog: request.catalog, now: request.now });
  const error = findings.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new AccessError(error.id, error.message, { cause: error.cause, remedy: error.remedy, findings });
  const policy = compilePolicy({ models, account: spec.account, discovery: spec.discovery, bearer: bearerTypeOf(spec.credentials), ...(spec.endpoint === undefined ? {} : { endpoint: spec.endpoint }) });
  return { access, owner: { cluster: clusterId ?? '', namespace: metadata.namespace, name: metadata.name }, partition: partitionOf(spec.region) ?? 'aws', models, policy, catalog: request.catalog };
}

interface WrittenTerraform {
  readonly findings: readonly Finding[];
  /** Where Terraform runs: the target, or what calls it. */
  readonly roots: readonly string[];
}

function exportTerraform(directory: string, request: ExportRequest, implied: Implied, { workspace, style, siblings, clusterId }: Prepared, readHcl: ReadHcl): WrittenTerraform {
  if (siblings === undefined) return { findings: [], roots: [] };
  const { credentials } = implied.access.spec;
  const key = style.keys === 'terraform' ? keyMode(implied.access, 'an export with --keys terraform') : keyCredentialsOf(credentials);
  // Roles lie in no region: where there are no parameters, Terraform works where Bedrock is called.
  const region = key?.secretStore.region ?? implied.access.spec.region;
  writeSkeleton(workspace, directory, siblings, style, region, readHcl);
  const target = readModule(workspace, directory, readHcl);
  const calling: CallRequest = { workspace, directory, siblings, style, base: request.directory, account: implied.access.spec.account, readHcl };
  const place = callPlace(calling);
  const providers = new RegionProviders(target.module, place?.region ?? region);
  const literal = terraformBlocks(implied, style, labelsOf(target), clusterId !== undefined, { module: target.module, others: siblings.targets.map(({ module }) => module), providerOf: (of) => providers.of(of) });
  const declarations = new Declarations(target, siblings.targets, { blocks: [...literal.iam, ...literal.parameters], name: implied.access.metadata.name, style, forced: request.style.variables !== undefined });
  const blocks = { data: literal.data, iam: literal.iam.map((block) => declarations.of(block)), parameters: literal.parameters.map((block) => declarations.of(block)) };
  if (style.keys === 'terraform') refuseOtherRegion(target.module.providers.find(({ block, attribute }) => block.labels[0] === 'aws' && attribute('alias') === undefined)?.attribute('region') ?? place?.region, region, place?.roots[0] === undefined ? directory : relative(request.directory, place.roots[0]));
  const parameters = new Set(blocks.parameters);
  const present = target.module.resources.filter(({ mode }) => mode === 'data').map(({ type }) => type);
  const data = blocks.data.filter((block) => !present.includes(block.labels[0] ?? ''));
  const dataFile = workspace.names(directory).includes('data.tf') ? 'data.tf' : style.iamFile;
  const adopted = isOfAccess(target.module, implied.access) ? [] : blocks.iam.flatMap((block) => (block.type === 'resource' ? (resourceAt(target.module, block) ?? []) : []));
  const findings: Finding[] = adopted.map((resource) => takenOver(resource.address, resource.placeOf().file, resource.placeOf().line));
  providers.write(workspace, directory, style.iamFile, (of) => declarations.region(of));
  declarations.write(workspace, readHcl);
  findings.push(...leftProfiles(target.module, implied));
  putBlocks(workspace, directory, [...data, ...blocks.iam, ...blocks.parameters], (block) => (parameters.has(block) && block.labels[0] !== 'aws_iam_access_key' ? style.parameterFile : data.includes(block) ? dataFile : style.iamFile), readHcl);
  if (place !== undefined) findings.push(...writeCall(calling, place));
  const roots = place?.roots ?? [directory];
  if (clusterId !== undefined || style.keys === 'terraform') return { findings, roots };
  const holder = key === undefined ? 'role' : 'user';
  findings.push(
    {
      id: 'export-cluster-unknown',
      severity: 'warning',
      message: 'the tag bedrock-access/cluster is left out: the id of the cluster is not known',
      cause: `The id is the UID of the namespace kube-system, which no file says. Without the tag the program does not know the ${holder} as its own.`,
      remedy: `Give it with --cluster-id (kubectl get namespace kube-system -o jsonpath={.metadata.uid}), or put the tag on the ${holder} after Terraform made it, as step 2 below does; Terraform ignores it.`,
    },
  );
  return { findings, roots };
}

/** The key's parameters lie where the store reads them. */
function refuseOtherRegion(provider: unknown, region: string, directory: string): void {
  if (typeof provider !== 'string' || provider === region) return;
  throw conflict(`the AWS provider of ${directory} works in ${provider}, and the store reads parameters in ${region}`, 'The parameters would lie where the store does not look.', `Let the program make key and parameter (without --keys terraform), or choose a target whose provider works in ${region}. Nothing was written.`);
}
