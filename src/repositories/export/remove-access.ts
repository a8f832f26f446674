/**
 * The way back, in two runs: the first takes everything of the access out of both repositories and keeps what Terraform
 * needs to destroy it; the second takes away what is left, the empty target and the declaration.
 */
import { join, relative, resolve } from 'node:path';
import { keyCredentialsOf } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import { openHcl, type ReadHcl } from '../hcl/open.ts';
import { dropObject, editFile } from './manifest-edit.ts';
import { indexOf, isLabelled, type ManifestApp } from './manifest-app.ts';
import { prepare, type Prepared } from './prepare.ts';
import { labelOf } from './hcl-emit.ts';
import { isTerraformFile, labelsOf, readModule } from './terraform-module.ts';
import { callsAround, removeCalls } from './module-calls.ts';
import { holdsAccess, isEmptyModule, removeBlocks } from './terraform-removal.ts';
import { certificateName } from '../../resources/roles-anywhere.ts';
import { secretsOf } from '../../resources/session.ts';
import { isOfJob } from './credential-job-manifests.ts';
import type { ExportOutcome, ExportRequest, OrderStep } from './types.ts';
import { environmentRemoval } from './workload-edit.ts';

/** @throws AccessError with nothing written */
export async function removeExport(request: ExportRequest): Promise<ExportOutcome> {
  const hcl = await openHcl();
  try {
    const prepared = prepare(request, hcl.read, { tolerant: true });
    const order = inTheWay(request, prepared, hcl.read) ? firstRun(request, prepared, hcl.read) : secondRun(request, prepared, hcl.read);
    const { access, style, workspace, declaration } = prepared;
    return { access, declaration: declaration?.file ?? resolve(request.declarationFile), edits: workspace.edits(), findings: [], order, style };
  } finally {
    hcl.close();
  }
}

/** Is anything of the access still in the files, beside the declaration? */
function inTheWay({ terraform }: ExportRequest, { workspace, access, app }: Prepared, readHcl: ReadHcl): boolean {
  const inTerraform = terraform !== undefined && holdsAccess(readModule(workspace, terraform, readHcl).module, access);
  return inTerraform || (app !== undefined && (objectsOf(app, access).length > 0 || app.workloads.some(({ workload, object }) => environmentRemoval(workload.kind, object, removal(access)).length > 0)));
}

function firstRun({ terraform, manifests, declarationFile, directory }: ExportRequest, prepared: Prepared, readHcl: ReadHcl): readonly OrderStep[] {
  const { workspace, access, app, style, declaration } = prepared;
  const { name, namespace } = access.metadata;
  if (app !== undefined) removeFromManifests(prepared, app);
  // A key that Terraform made goes with it.
  const ownKey = terraform !== undefined && labelsOf(readModule(workspace, terraform, readHcl)).key(labelOf(access.spec.names.user)) !== undefined;
  const changed = terraform !== undefined && removeBlocks(workspace, terraform, access, readHcl);
  const shown = (path: string): string => relative(directory, path) || '.';
  const file = shown(declaration?.file ?? resolve(declarationFile));
  const callers = terraform === undefined ? [] : [...new Set(callsAround(workspace, terraform, readHcl).filter(({ target }) => target === resolve(terraform)).map((call) => call.directory))];
  return [
    ...(manifests === undefined ? [] : [{ title: 'Merge the manifests first', why: keyCredentialsOf(access.spec.credentials) === undefined ? 'The pods stop calling as the role before the role goes.' : 'The workload stops using the key before the key goes.', lines: [shown(manifests)] }]),
    ...(ownKey || keyCredentialsOf(access.spec.credentials) === undefined ? [] : [{ title: 'Remove the key and its parameter', why: 'When the roll-out is done. Terraform cannot delete a user that has a key which it did not make.', lines: [`bedrock-access destroy --name ${namespace}/${name}`] }]),
    ...(access.spec.credentials.session === undefined ? [] : [{ title: 'Remove the Secret with the session', why: 'When the roll-out is done: no repository holds it. Stop what renews it.', lines: [`bedrock-access destroy --name ${namespace}/${name}`] }]),
    ...(access.spec.credentials.rolesAnywhere === undefined || manifests === undefined ? [] : [{ title: "Remove the ConfigMap with the profile's ARN", why: 'When the roll-out is done: no repository holds it, nor the Secret that cert-manager leaves.', lines: [`bedrock-access destroy --name ${namespace}/${name}`] }]),
    ...(terraform !== undefined && changed
      ? [
          {
            title: style.applies === 'on-merge' ? `Then merge the Terraform change; CI destroys ${keyCredentialsOf(access.spec.credentials) === undefined ? 'role' : 'user'} and policy` : 'Then apply the Terraform change',
            why: 'Backend and provider stay: without them nothing could be destroyed.',
            lines: style.applies === 'on-merge' ? [shown(terraform)] : (callers.length === 0 ? [terraform] : callers).map((root) => `terraform -chdir=${shown(root)} apply`),
          },
        ]
      : []),
    { title: 'When that is applied, run the same command once more', why: 'It takes away what is left: the target, if nothing else is in it, and the declaration.', lines: [`bedrock-access export --remove -f ${file}${terraform === undefined ? '' : ` --terraform ${shown(terraform)}`}${manifests === undefined ? '' : ` --manifests ${shown(manifests)}`}`] },
  ];
}

function secondRun({ terraform, directory }: ExportRequest, { workspace, access, declaration, siblings }: Prepared, readHcl: ReadHcl): readonly OrderStep[] {
  const left: OrderStep[] = [];
  // A target of settings only that no export made is somebody's beginning.
  const exported = declaration === undefined || declaration.earlier !== undefined;
  if (terraform !== undefined && exported && workspace.names(terraform).some(isTerraformFile) && isEmptyModule(readModule(workspace, terraform, readHcl).module)) {
    const settings = new Set((siblings?.targets ?? []).flatMap(({ skeleton }) => [...skeleton.keys()]));
    const files = workspace.files(terraform, () => true, 500);
    for (const file of files) {
      const path = relative(resolve(terraform), resolve(file));
      // Files that no other target has are somebody's own: they stay, and are named.
      if (settings.has(path) || isTerraformFile(path) || path.startsWith('.tfaction/')) workspace.remove(file, 'the target holds nothing any more');
    }
    const kept = files.filter((file) => workspace.read(file) !== undefined).map((file) => relative(resolve(terraform), resolve(file)));
    const callers = workspace.names(terraform).some(isTerraformFile) ? [] : removeCalls(workspace, terraform, readHcl);
    left.push({ title: 'Merge the removal of the target', why: 'Only after the change that destroyed its resources has been applied: its state must be empty.', lines: [relative(directory, terraform), ...callers.map((root) => `${relative(directory, root) || '.'}, which calls it`), ...kept.map((file) => `left, not of this program: ${relative(directory, join(terraform, file))}`)] });
  }
  if (declaration?.earlier !== undefined) {
    workspace.remove(declaration.file, 'the declaration');
    left.push({ title: 'Merge the removal of the declaration', why: `Nothing of ${access.metadata.namespace}/${access.metadata.name} is left in the manifests.`, lines: [relative(directory, declaration.file)] });
  }
  return left.length > 0 ? left : [{ title: 'Nothing is left to remove', why: `Neither repository holds anything of ${access.metadata.namespace}/${access.metadata.name}.`, lines: [] }];
}

function removal(access: Access): { readonly access: string; readonly secrets: readonly string[]; readonly configMap: string } {
  return { access: access.metadata.name, secrets: secretsOf(access), configMap: access.spec.names.environment };
}

interface AppObject {
  readonly kind: string;
  readonly name: string;
  readonly file: string;
  readonly index: number;
}

function objectsOf(app: ManifestApp, access: Access): readonly AppObject[] {
  const { metadata, spec } = access;
  return app.own
    .flatMap(({ documents }) => documents)
    .filter(({ object }) => (object.kind === 'ExternalSecret' && object.name === spec.names.secret) || (object.kind === 'ConfigMap' && object.name === spec.names.environment) || (object.kind === 'Certificate' && object.name === certificateName(metadata.name)) || isOfJob(object, access, { named: true }))
    .filter(({ object }) => object.namespace === undefined || object.namespace === metadata.namespace)
    .filter(({ object }) => isLabelled(object.value, metadata))
    .map((document) => ({ kind: document.object.kind, name: document.object.name, file: document.file.file, index: indexOf(document) }));
}

function removeFromManifests({ workspace, access, yaml }: Prepared, app: ManifestApp): void {
  for (const { workload, file, index, object } of app.workloads) {
    editFile(workspace, file, index, environmentRemoval(workload.kind, object, removal(access)), yaml, `variables of ${workload.kind} ${workload.name} go`);
  }
  // The last of a file first, so that the places of the others stay true.
  for (const { kind, name, file, index } of objectsOf(app, access).toSorted((a, b) => b.index - a.index)) {
    dropObject(workspace, app, { file, index, what: `${kind} ${name}` }, yaml);
  }
}
