/** A folder for an app that has none yet: a kustomization, and an Argo CD Application in the form of the others'. */
import { basename, dirname, join } from 'node:path';
import type { Access } from '../../access/types.ts';
import { appOfApps, listFile } from './manifest-edit.ts';
import type { ManifestApp } from './manifest-app.ts';
import type { ExportStyle } from './style.ts';
import { getIn } from './yaml-change.ts';
import { editYaml } from './yaml-edit.ts';
import { UneditableYaml, valuesOf } from './yaml-nodes.ts';
import { blockLines, type YamlStyle } from './yaml-text.ts';
import type { Workspace } from './workspace.ts';

/** Answers the kustomization of the new app. */
export function writeNewApp(workspace: Workspace, app: ManifestApp, access: Access, style: ExportStyle, yaml: YamlStyle): string {
  const kustomization = join(app.directory, `kustomization.${style.yamlExtension}`);
  if (workspace.read(kustomization) === undefined) {
    const object = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', namespace: access.metadata.namespace };
    workspace.write(kustomization, `${blockLines(object, yaml).join('\n')}\n`, 'new app');
  }
  const above = appOfApps(workspace, app.directory);
  if (above === undefined) return kustomization;
  const application = applicationFor(workspace, app, access, yaml);
  if (application === undefined) return kustomization;
  const file = join(app.directory, `application.${style.yamlExtension}`);
  workspace.write(file, application, 'Argo CD Application, in the form of the others');
  listFile(workspace, above, file, yaml);
  return kustomization;
}

/** The Application of the repository that is most like the others, with this app's names in it. */
function applicationFor(workspace: Workspace, app: ManifestApp, access: Access, yaml: YamlStyle): string | undefined {
  const candidates = app.all
    .filter(({ documents, file }) => documents.length === 1 && documents[0]?.object.kind === 'Application' && dirname(dirname(file)) === dirname(app.directory))
    .filter(({ documents, file }) => basename(String(getIn(documents[0]?.object.value, ['spec', 'source', 'path']))) === basename(dirname(file)))
    .map((file) => ({ file: file.file, length: file.text.length, form: formOf(file.documents[0]?.object.value) }));
  const alike = (form: string): number => candidates.filter((other) => other.form === form).length;
  // The most usual form first, and of those the shortest.
  for (const { file } of candidates.toSorted((a, b) => alike(b.form) - alike(a.form) || a.length - b.length || (a.file < b.file ? -1 : 1))) {
    const text = workspace.read(file);
    if (text === undefined) continue;
    try {
      const value = valuesOf(text)[0];
      const path = String(getIn(value, ['spec', 'source', 'path']));
      return editYaml(
        text,
        0,
        [
          { type: 'set', path: ['metadata', 'name'], value: basename(app.directory) },
          { type: 'set', path: ['spec', 'source', 'path'], value: join(dirname(path), basename(app.directory)) },
          ...(getIn(value, ['spec', 'destination', 'namespace']) === undefined ? [] : [{ type: 'set' as const, path: ['spec', 'destination', 'namespace'], value: access.metadata.namespace }]),
          // What an image updater was told of another app's images is no habit.
          ...(getIn(value, ['metadata', 'annotations']) === undefined ? [] : [{ type: 'remove' as const, path: ['metadata', 'annotations'] }]),
        ],
        yaml,
      );
    } catch (error) {
      if (!(error instanceof UneditableYaml)) throw error;
    }
  }
  return undefined;
}

/** How an Application is synced, whatever it is called and wherever it lies. */
function formOf(application: unknown): string {
  return JSON.stringify([getIn(application, ['metadata', 'namespace']), getIn(application, ['spec', 'project']), getIn(application, ['spec', 'syncPolicy', 'automated']), getIn(application, ['spec', 'destination', 'server'])]);
}
