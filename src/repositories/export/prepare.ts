/** What both an export and its removal begin with: the two places as they are, and the habits to follow. */
import { keyCredentialsOf, roleNameOf } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import { defaultNames } from '../../access/defaults.ts';
import { AccessError } from '../../errors/error.ts';
import type { Finding } from '../../finding.ts';
import { manifestFacts } from '../facts/manifest-facts.ts';
import type { ReadHcl } from '../hcl/open.ts';
import { accessFile, declarationOf, type AccessFile } from './access-file.ts';
import { readApp, type ManifestApp } from './manifest-app.ts';
import { manifestHabits, type ManifestHabits } from './manifest-habits.ts';
import { exportNames } from './names.ts';
import { storeFindings, withStore } from './store-habit.ts';
import type { ExportStyle } from './style.ts';
import { terraformHabits, usualParameterFile, type TerraformHabits } from './terraform-habits.ts';
import { readModule } from './terraform-module.ts';
import { siblingsOf, type Siblings } from './terraform-siblings.ts';
import type { ExportRequest } from './types.ts';
import type { YamlStyle } from './yaml-text.ts';
import { Workspace } from './workspace.ts';

export interface Prepared {
  readonly workspace: Workspace;
  readonly style: ExportStyle;
  readonly yaml: YamlStyle;
  readonly reloader: boolean;
  /** The cluster's id as given, or as an earlier export wrote it. */
  readonly clusterId?: string;
  readonly siblings?: Siblings;
  readonly app?: ManifestApp;
  readonly declaration?: AccessFile;
  /** The author's text. */
  readonly declarationText: string;
  readonly access: Access;
  /** What the habits say of the declaration. */
  readonly findings: readonly Finding[];
}

const usualTerraform: Omit<TerraformHabits, 'parameterFile'> = { skeleton: 'root', policy: 'jsonencode', partition: 'data', variables: 'literals', comments: 'en', tags: {}, iamFile: 'iam.tf', iamNames: 'kebab', iamPath: '/service/', parameterName: 'bedrock-{app}-{thing}', applies: 'by-hand' };
const usualManifests: ManifestHabits = { externalSecretVersion: 'v1', refreshInterval: '1h', documents: 'file-each', listIndent: 2, indent: 2, quotes: 'plain', yamlExtension: 'yaml', lineEndings: 'lf', reloader: false };

export function prepare(request: ExportRequest, readHcl: ReadHcl, { tolerant = false } = {}): Prepared {
  const { access: asDeclared, sourceText } = request.declared;
  const declared = withStore(asDeclared, request.style.store);
  refuseTokenInState(declared, request.keys);
  const workspace = new Workspace();
  const { text, written } = declarationOf(sourceText, declared);
  const app = request.manifests === undefined ? undefined : readApp(workspace, request.manifests, declared, { tolerant });
  const declaration = app === undefined ? undefined : accessFile(workspace, app, declared);
  const siblings = request.terraform === undefined ? undefined : siblingsOf(workspace, request.terraform, readHcl);
  const own = new Set([{ role: roleNameOf(declared.spec.credentials) ?? '' }, declared.spec.names, defaultNames(declared.metadata.name), ...(declaration?.earlier === undefined ? [] : [declaration.earlier.spec.names])].flatMap((names) => Object.values(names).map(String)));
  const service = keyCredentialsOf(declared.spec.credentials)?.secretStore.service ?? 'ParameterStore';
  const ofTerraform = request.terraform === undefined || siblings === undefined ? { ...usualTerraform, parameterFile: usualParameterFile[service] } : terraformHabits(workspace, readModule(workspace, request.terraform, readHcl), siblings, own, service);
  const manifests = app === undefined ? undefined : manifestFacts(app.all);
  const ofManifests = app === undefined || manifests === undefined ? usualManifests : manifestHabits(app.own, app.all, manifests);
  const { cluster, ...terraformStyle } = ofTerraform;
  const { reloader, ...manifestStyle } = ofManifests;
  const style: ExportStyle = { keys: request.keys, ...terraformStyle, ...manifestStyle, ...request.style };
  const clusterId = request.clusterId ?? cluster;
  const access: Access = {
    ...declared,
    spec: {
      ...declared.spec,
      names: exportNames(declared, written, declaration?.earlier, style),
      managedBy: { iam: request.terraform === undefined ? (declaration?.earlier?.spec.managedBy.iam ?? declared.spec.managedBy.iam) : 'terraform', cluster: app === undefined ? declared.spec.managedBy.cluster : 'manifests' },
    },
  };
  return {
    workspace,
    style,
    yaml: { listIndent: style.listIndent, indent: style.indent, quotes: style.quotes },
    reloader,
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(siblings === undefined ? {} : { siblings }),
    ...(app === undefined ? {} : { app }),
    ...(declaration === undefined ? {} : { declaration }),
    declarationText: text,
    access,
    findings: manifests === undefined || tolerant ? [] : storeFindings(access, manifests, request.style.store !== undefined),
  };
}

/** @throws AccessError `export-key-in-state`: `aws_iam_service_specific_credential` keeps the token as it is in Terraform's state */
function refuseTokenInState({ metadata, spec }: Access, keys: ExportStyle['keys']): void {
  if (keys !== 'terraform' || spec.credentials.apiKey === undefined) return;
  throw new AccessError('export-key-in-state', `the API key of ${metadata.namespace}/${metadata.name} is not written into Terraform`, {
    cause: 'Its state would hold the token in plain text: whoever reads the state calls the models, with nothing to sign.',
    remedy: 'Export without --keys terraform: Terraform makes user and policy, and the program the key alone, outside every state.',
    place: { field: 'spec.credentials.apiKey' },
  });
}
